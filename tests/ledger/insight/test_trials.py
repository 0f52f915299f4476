"""What an officer who tries a narrowing is told: who would have been refused, and who was not asked about."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.decide import ROWS_LIMITED as AS_THE_GRAPH_WRITES_IT
from ledger.insight.books import BooksReader
from ledger.insight.trials import ROWS_LIMITED, Asked, Noted, Reason, noted
from ledger.segments.entries import Outcome
from tests.ledger.insight.filled import BORN, NAME, Filled

NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)
TRIAL = Asked("G01", "tax", NOON, NOON + timedelta(days=30))


async def counted(books: BooksReader, asked: Asked = TRIAL) -> Noted:
    async with books.reading() as connection:
        return await noted(connection.fetch, asked)


async def test_officer_is_told_how_many_answers_would_have_been_refused_and_why(
    filled: Filled, books: BooksReader
) -> None:
    party, other = await filled.party(), await filled.party(client="other")
    profile = await filled.operation(NAME, BORN)
    await filled.answer(party, profile, NOON, [1], times=5)
    await filled.answer(party, profile, NOON + timedelta(hours=1), [1], missing=[NAME, BORN], times=2)
    await filled.answer(other, profile, NOON + timedelta(days=3), [2], missing=[NAME], times=3)
    await filled.answer(party, profile, NOON + timedelta(days=4), [2], missing=[ROWS_LIMITED], times=4)
    await filled.answer(party, profile, NOON + timedelta(days=4), outcome=Outcome.NO_HIT, missing=[NAME])

    found = await counted(books)

    assert (found.answers, found.refused, found.limited) == (15, 6, 4)
    assert found.reasons == (Reason(NAME, 6), Reason(ROWS_LIMITED, 4), Reason(BORN, 2))


async def test_officer_is_told_nothing_of_refusals_other_agencies_purposes_and_times(
    filled: Filled, books: BooksReader
) -> None:
    profile = await filled.operation(NAME)
    mine = await filled.party()
    for party in (
        await filled.party(agency="G02"),
        await filled.party(purpose="land"),
        await filled.party(purpose=None),
    ):
        await filled.answer(party, profile, NOON, [1], missing=[NAME])
    await filled.answer(mine, profile, NOON - timedelta(days=1), [1], missing=[NAME])
    await filled.answer(mine, profile, NOON + timedelta(days=30), [1], missing=[NAME])
    await filled.answer(mine, profile, NOON, missing=[NAME], outcome=Outcome.REFUSED)

    found = await counted(books)

    assert (found.refused, found.limited, found.reasons) == (0, 0, ())


@pytest.mark.parametrize("asked", [Asked("G77", "tax", NOON, NOON), Asked("G01", "nothing", NOON, NOON)])
async def test_officer_whose_trial_noted_nothing_is_told_so(books: BooksReader, asked: Asked) -> None:
    assert await counted(books, asked) == Noted(0, 0, 0, ())


def test_graph_and_ledger_write_the_note_that_is_no_refusal_alike() -> None:
    assert ROWS_LIMITED == AS_THE_GRAPH_WRITES_IT
