"""Which operations were asked, and which rights were used."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ledger import Outcome
from ledger.insight.books import BooksReader
from ledger.insight.days import Days
from ledger.insight.seen import NOT_USED, OBSERVED_DAYS, Seen, Use, observed_since, seen, used
from tests.ledger.insight.filled import BORN, LIVES, NAME, Filled

NOON = datetime(2026, 10, 5, 5, tzinfo=UTC)
DAYS = Days.before(date(2026, 11, 1), OBSERVED_DAYS)


async def rights(books: BooksReader, agency: str = "G01", purpose: str = "tax") -> Use:
    async with books.reading() as connection:
        return (await used(connection, DAYS)).get((agency, purpose), NOT_USED)


async def operations(books: BooksReader, *clients: str) -> Sequence[Seen]:
    async with books.reading() as connection:
        return await seen(connection, DAYS, clients)


async def test_a_right_is_used_by_every_answer_that_needed_it(filled: Filled, books: BooksReader) -> None:
    party = await filled.party()
    await filled.answer(party, await filled.operation(NAME), NOON, [1])
    await filled.answer(party, await filled.operation(NAME, LIVES), NOON - timedelta(days=3), outcome=Outcome.NO_HIT)

    assert await rights(books) == Use({NAME: date(2026, 10, 5), LIVES: date(2026, 10, 2)})
    assert await rights(books, "H56") == NOT_USED
    assert await rights(books, purpose="aid") == NOT_USED


async def test_a_supplier_uses_the_rights_of_its_agency(filled: Filled, books: BooksReader) -> None:
    await filled.answer(await filled.party(client="vendor", supplier="D01"), await filled.operation(NAME), NOON, [1])

    assert (await rights(books)).last == {NAME: date(2026, 10, 5)}


async def test_a_refusal_uses_no_right(filled: Filled, books: BooksReader) -> None:
    await filled.answer(await filled.party(), await filled.operation(NAME), NOON, outcome=Outcome.REFUSED)

    assert await rights(books) == NOT_USED
    assert await operations(books, "desk") == []


async def test_what_was_used_before_is_used_no_more(filled: Filled, books: BooksReader) -> None:
    party = await filled.party()
    for back, scope in ((OBSERVED_DAYS + 1, NAME), (OBSERVED_DAYS, BORN)):
        at = datetime(2026, 11, 1, 5, tzinfo=UTC) - timedelta(days=back)
        await filled.answer(party, await filled.operation(scope), at, [1])

    assert set((await rights(books)).last) == {BORN}


async def test_an_operation_that_does_not_say_what_it_needed_leaves_it_open(filled: Filled, books: BooksReader) -> None:
    await filled.answer(await filled.party(), await filled.operation(), NOON, [1])

    assert await rights(books) == Use({}, is_whole=False)


async def test_an_operation_is_told_with_how_often_it_was_asked(filled: Filled, books: BooksReader) -> None:
    party, operation = await filled.party(), await filled.operation(NAME, document=b"d" * 16)
    for back in range(3):
        await filled.answer(party, operation, NOON - timedelta(days=back), [1, 2], times=2)
    await filled.answer(await filled.party(client="other"), operation, NOON, [1])

    assert await operations(books, "desk") == [
        Seen("G01", "desk", "tax", (b"d" * 16).hex(), "Profile", (NAME,), 6, 12, date(2026, 10, 3), date(2026, 10, 5))
    ]


async def test_days_of_which_nothing_was_counted_are_told(filled: Filled, books: BooksReader) -> None:
    async with books.reading() as connection:
        assert await observed_since(connection) is None
    await filled.answer(await filled.party(), await filled.operation(NAME), NOON)

    async with books.reading() as connection:
        assert await observed_since(connection) == date(2026, 10, 5)
