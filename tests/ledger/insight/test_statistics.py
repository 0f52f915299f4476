"""What everybody may know: who asked which register how often."""

from datetime import UTC, date, datetime

import asyncpg
import pytest

from ledger import LedgerUnreachable, Outcome
from ledger.insight.books import BooksReader
from ledger.insight.days import Month
from ledger.insight.statistics import Came, Key, months, statistics
from ledger.insight.withholding import Cell
from tests.ledger.insight.filled import LIVES, NAME, Filled

OCTOBER = Month(2026, 10)
NOON = datetime(2026, 10, 5, 5, tzinfo=UTC)
OUT = date(2026, 11, 11)
CITIZEN, RESIDENT = ("identity:citizen",), ("identity:citizen", "population:residence")


async def told(books: BooksReader, today: date = OUT, month: Month = OCTOBER, **delays: int) -> list[Cell[Key]]:
    async with books.reading() as connection:
        return list((await statistics(connection, month, today, delays)).cells)


async def test_everybody_reads_who_asked_which_register_how_often(filled: Filled, books: BooksReader) -> None:
    tax, aid = await filled.party(purpose="tax"), await filled.party("H56", "portal", "aid")
    name, lives = await filled.operation(NAME), await filled.operation(NAME, LIVES)
    await filled.answer(tax, name, NOON, [1], times=12)
    await filled.answer(aid, lives, NOON, [1, 2, 3], times=20)
    await filled.answer(aid, lives, NOON, outcome=Outcome.NO_HIT, times=3)

    assert await told(books) == [
        Cell(Key("G01", "tax", CITIZEN, Came.ANSWERED), NOON.date(), 12, 12),
        Cell(Key("H56", "aid", RESIDENT, Came.ANSWERED), NOON.date(), 23, 60),
    ]


async def test_everybody_reads_how_often_was_refused(filled: Filled, books: BooksReader) -> None:
    nameless = await filled.party(purpose=None)
    await filled.answer(nameless, await filled.operation(NAME), NOON, outcome=Outcome.REFUSED, times=10)

    assert await told(books) == [Cell(Key("G01", "", CITIZEN, Came.REFUSED), NOON.date(), 10, 0)]


async def test_nobody_reads_a_month_before_it_is_over_and_checked(filled: Filled, books: BooksReader) -> None:
    """A month that grew from day to day would show each day's small count as the difference."""
    await filled.answer(await filled.party(), await filled.operation(NAME), NOON, times=12)

    assert await told(books, today=date(2026, 11, 10)) == []
    assert len(await told(books, today=OUT)) == 1


async def test_nobody_reads_of_a_delayed_purpose_before_its_citizens(filled: Filled, books: BooksReader) -> None:
    await filled.answer(await filled.party(purpose="inquiry"), await filled.operation(NAME), NOON, times=12)

    assert await told(books, today=date(2026, 12, 30), inquiry=60) == []
    assert len(await told(books, today=date(2026, 12, 31), inquiry=60)) == 1


async def test_a_curious_reader_finds_no_small_count(filled: Filled, books: BooksReader) -> None:
    await filled.answer(await filled.party(purpose="inquiry"), await filled.operation(NAME), NOON, [1, 2], times=9)

    assert await told(books) == []


async def test_operations_that_read_the_same_kinds_are_counted_together(filled: Filled, books: BooksReader) -> None:
    party = await filled.party()
    for document in (b"a" * 16, b"b" * 16):
        await filled.answer(party, await filled.operation(NAME, document=document), NOON, [1], times=6)

    assert [cell.answers for cell in await told(books)] == [12]


async def test_a_day_begins_in_vietnam(filled: Filled, books: BooksReader) -> None:
    evening = datetime(2026, 10, 31, 17, tzinfo=UTC)
    await filled.answer(await filled.party(), await filled.operation(NAME), evening, times=12)

    assert await told(books) == []
    assert len(await told(books, today=date(2026, 12, 11), month=Month(2026, 11))) == 1


async def test_everybody_learns_which_months_are_told(filled: Filled, books: BooksReader) -> None:
    async with books.reading() as connection:
        assert await months(connection, OUT) == []
    await filled.answer(await filled.party(), await filled.operation(NAME), datetime(2026, 8, 31, tzinfo=UTC))

    async with books.reading() as connection:
        assert await months(connection, OUT) == [Month(2026, 10), Month(2026, 9), Month(2026, 8)]
        assert await months(connection, date(2026, 11, 10)) == [Month(2026, 9), Month(2026, 8)]


async def test_whoever_counts_the_books_cannot_change_them(filled: Filled, books: BooksReader) -> None:
    with pytest.raises(LedgerUnreachable) as refused:
        async with books.reading() as connection:
            await connection.execute("delete from usage")

    assert isinstance(refused.value.__cause__, asyncpg.PostgresError)


async def test_whoever_counts_books_that_answer_what_is_no_answer_is_told_so(stranger: str) -> None:
    with pytest.raises(LedgerUnreachable, match="cannot be read"):
        async with BooksReader(stranger).reading():
            pass


async def test_whoever_counts_the_books_sees_no_segment(filled: Filled, books: BooksReader) -> None:
    with pytest.raises(LedgerUnreachable) as refused:
        async with books.reading() as connection:
            await connection.fetch("select data from segments")

    assert isinstance(refused.value.__cause__, asyncpg.InsufficientPrivilegeError)


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "1999-01", "2026-10 ", "٢٠٢٦-١٠", "2026-10-01"])
def test_a_month_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a month is written"):
        Month.parse(text)


def test_december_is_followed_by_january() -> None:
    assert list(Month(2026, 11).through(Month(2027, 1))) == [Month(2026, 11), Month(2026, 12), Month(2027, 1)]
    assert str(Month.parse("2026-07")) == "2026-07"


async def test_nobody_reads_the_days_of_a_purpose_shown_in_general_terms(filled: Filled, books: BooksReader) -> None:
    """A citizen who is shown the day and the kinds of data alone would find there who read them, and for what."""
    name = await filled.operation(NAME)
    await filled.answer(await filled.party("H56", purpose="inheritance"), name, NOON, [1], times=12)
    await filled.answer(await filled.party(), name, NOON, [1], times=12)

    async with books.reading() as connection:
        found = (await statistics(connection, OCTOBER, OUT, {}, frozenset({"inheritance"}))).cells

    assert {cell.key.purpose: cell.day for cell in found} == {"inheritance": None, "tax": NOON.date()}
