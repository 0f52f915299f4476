"""PostgreSQL killed at any moment below a server that goes on: what left is recorded, what cannot be is withheld."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.ledger.kills.house import DATABASE, House
from tests.ledger.kills.load import asking, busy
from tests.ledger.kills.questions import Questions
from tests.ledger.kills.tally import Killing
from tests.ledger.kills.test_killed_server import FAULTY

CHANCES = 10


@pytest.fixture
def served(standing: House) -> Iterator[House]:
    standing.serve()
    yield standing
    standing.kill_server()
    standing.start_postgres()


@pytest.mark.parametrize("rounds", [10, pytest.param(100, marks=pytest.mark.slow)])
async def test_postgres_killed_under_load_has_every_answer_that_was_received(
    served: House, questions: Questions, rounds: int, report: Callable[[str], None]
) -> None:
    """Every other time the ledger's PostgreSQL alone, while the registers go on answering."""
    killed = 0

    def kill() -> None:
        nonlocal killed
        killed += 1
        if killed % 2:
            served.ledger.kill()
        else:
            served.kill_postgres()

    killing = Killing(served, questions, kill)

    for _ in range(rounds):
        await killing.once()

    report(killing.summary("PostgreSQL"))
    assert sum(each.received for each in killing.rounds) > 50 * rounds
    assert [each.missing for each in killing.rounds] == [0] * rounds


async def test_server_whose_ledger_is_down_sends_no_data_and_answers_again_when_it_is_back(
    served: House, questions: Questions
) -> None:
    async with asking(served.port, await questions.requests()) as received:
        await busy(received)
        await asyncio.to_thread(served.ledger.kill)
        await asyncio.sleep(0.5)  # answers that were on their way
        answered, refused = len(received.statuses), received.refused
        await asyncio.sleep(0.5)
        assert len(received.statuses) == answered
        assert received.refused > refused

        await asyncio.to_thread(served.start_postgres)
        await busy(received)


async def test_server_that_answers_before_its_record_is_durable_is_caught_without_its_ledger(
    standing: House, questions: Questions, report: Callable[[str], None]
) -> None:
    standing.serve(FAULTY)
    killing = Killing(standing, questions, standing.ledger.kill)

    for _ in range(CHANCES):
        if (await killing.once()).missing:
            break

    report(killing.summary("PostgreSQL below a server that answers too early,"))
    assert killing.rounds[-1].missing > 0
    standing.kill_server()


async def test_server_whose_database_may_lose_commits_is_not_started(standing: House) -> None:
    await standing.ledger.execute(f"alter database {DATABASE} set synchronous_commit = off")
    try:
        refused = await asyncio.to_thread(standing.run, "serve")
    finally:
        await standing.ledger.execute(f"alter database {DATABASE} reset synchronous_commit")

    assert refused.returncode != 0
    assert "synchronous_commit is off" in refused.stderr
