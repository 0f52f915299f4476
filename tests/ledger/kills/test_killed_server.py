"""A server killed at any moment: nothing that a client received in full is missing in the ledger."""

from collections.abc import Callable

import pytest

from tests.ledger.kills.house import House
from tests.ledger.kills.questions import Questions
from tests.ledger.kills.tally import Killing

FAULTY = ("-m", "tests.ledger.kills.releasing_early", "serve")
CHANCES = 10


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
