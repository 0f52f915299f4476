"""A server killed at any moment: nothing that a client received in full is missing in the ledger."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.ledger.kills.house import DATABASE, PATIENCE_S, House
from tests.ledger.kills.questions import Questions
from tests.ledger.kills.tally import Killing

FAULTY = ("-m", "tests.ledger.kills.releasing_early", "serve")
CHANCES = 10
BEHIND = """\
select (select coalesce(sum(n), 0) from segments) - (select count(*) from answers) as answers,
    (select coalesce(max(size), 0) from checkpoints) as leaves"""


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.slow)])
async def test_server_killed_under_load_has_recorded_every_answer_that_was_received(
    standing: House, questions: Questions, rounds: int, report: Callable[[str], None]
) -> None:
    killing = Killing(standing, questions, standing.kill_server)

    for _ in range(rounds):
        standing.serve()
        await killing.once()

    report(killing.summary("The server"))
    assert sum(each.received for each in killing.rounds) > 50 * rounds
    assert [each.missing for each in killing.rounds] == [0] * rounds


async def test_server_that_answers_before_its_record_is_durable_is_caught(
    standing: House, questions: Questions, report: Callable[[str], None]
) -> None:
    killing = Killing(standing, questions, standing.kill_server)

    for _ in range(CHANCES):
        standing.serve(FAULTY)
        if (await killing.once()).missing:
            break

    report(killing.summary("A server that answers too early,"))
    assert killing.rounds[-1].missing > 0


async def test_sealer_catches_up_after_kills_and_an_auditor_finds_everything_as_it_was_recorded(
    standing: House, questions: Questions
) -> None:
    """The sealing process is killed with its server, wherever it was."""
    killing = Killing(standing, questions, standing.kill_server)
    for _ in range(2):
        standing.serve()
        await killing.once()

    standing.serve()
    leaves = await sealed(standing)
    audit = await asyncio.to_thread(standing.run, "ledger", "verify", "--json")
    standing.kill_server()

    assert audit.returncode == 0, audit.stdout + audit.stderr
    found: dict[str, Any] = json.loads(audit.stdout)
    assert (found["holds"], found["faults"]) == (True, [])
    assert found["leaves"] >= leaves >= sum(each.received for each in killing.rounds)


async def sealed(house: House) -> int:
    """Wait until every answer in the segments has its leaf; how many leaves there are."""
    connection = await asyncpg.connect(house.ledger.url(DATABASE))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                ((behind, leaves),) = await connection.fetch(BEHIND)
                if not behind:
                    return int(leaves)
                await asyncio.sleep(0.1)
    finally:
        await connection.close()
