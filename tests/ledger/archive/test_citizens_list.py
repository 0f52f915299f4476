"""A citizen's list in one ledger: every reading of the own, nobody else's, the latest first."""

import asyncpg
import pytest

from ledger.archive.archives import Archives
from ledger.archive.guard import PurposeRule, Rules
from ledger.archive.own import Filter, OwnRow
from ledger.archive.rows import Kind
from ledger.archive.sealed import NotGivenOutHere
from ledger.segments.entries import Outcome
from ledger.segments.pseudonyms import Pseudonyms
from tests.ledger.archive.world import (
    DAY,
    LISTED,
    MINUTE,
    NOON,
    OPENED,
    REACHED,
    READER,
    SPOKE_FOR,
    VERIFIED,
    Books,
    pin,
)

RULES = Rules.of(PurposeRule(code, (code, code)) for code in ("tax", "welfare"))
LATER = NOON + 100 * DAY


async def seen(here: Archives, who: int = 1, **asked: object) -> list[OwnRow]:
    """All of the list, two rows a page."""
    rows: list[OwnRow] = []
    after = None
    while True:
        page = await here.page(pin(who), READER, RULES, first=2, after=after, now=LATER, **asked)  # type: ignore[arg-type]
        rows += page.rows
        after = page.next
        if after is None:
            return rows


async def test_a_citizen_sees_every_reading_of_the_own_latest_first(books: Books, here: Archives) -> None:
    for number in range(5):
        await books.answer([(1, OPENED), (2, REACHED)], NOON + number * MINUTE, case=f"HS-{number}")
    await books.answer([(2, OPENED)], NOON + DAY)

    rows = await seen(here)

    assert [row.told and row.told.case_reference for row in rows] == ["HS-4", "HS-3", "HS-2", "HS-1", "HS-0"]
    assert {row.coordinates for row in rows} == {("Citizen.fullName",)}


async def test_a_row_says_who_when_why_and_how(books: Books, here: Archives) -> None:
    await books.answer([(1, OPENED)], officer="clerk.7")

    (row,) = await seen(here)

    assert row.told is not None
    told = row.told
    assert (told.agency, told.client, told.purpose, told.legal_basis) == ("G01", "desk", "tax", "Law 26/2023, art. 10")
    assert (told.at, row.day.isoformat(), told.operation) == (NOON, "2026-11-02", "Profile")
    assert told.steps == OPENED.steps
    assert "clerk.7" not in repr(row)


async def test_nobody_sees_anothers(books: Books, here: Archives) -> None:
    await books.answer([(1, OPENED)])

    assert await seen(here, 2) == []


async def test_a_citizen_is_found_under_every_epoch_of_the_keys(books: Books, here: Archives) -> None:
    books.epochs.append(Pseudonyms(bytes(16), 82))
    await books.answer([(1, OPENED)], case="HS-OLD", epoch=1)
    await books.answer([(1, OPENED)], NOON + DAY, case="HS-NEW", epoch=0)

    both = [row.told and row.told.case_reference for row in await seen(here)]
    books.epochs.pop()
    after_the_older_key_is_gone = [row.told and row.told.case_reference for row in await seen(here)]

    assert both == ["HS-NEW", "HS-OLD"]
    assert after_the_older_key_is_gone == ["HS-NEW"]


async def test_an_erased_reading_is_in_no_list(books: Books, here: Archives) -> None:
    await books.answer([(1, OPENED)])
    await books.connection.execute("update people set subject = null, digest = $1", bytes(32))

    assert await seen(here) == []


@pytest.mark.parametrize(("wanted", "expected"), [
    (Filter(purpose="welfare"), ["HS-2"]),
    (Filter(agency="G12"), ["HS-2", "HS-1"]),
    (Filter(purpose="tax", agency="G12"), ["HS-1"]),
    (Filter(purpose="nothing"), []),
])  # fmt: skip
async def test_a_filter_finds_what_it_says(books: Books, here: Archives, wanted: Filter, expected: list[str]) -> None:
    await books.answer([(1, OPENED)], case="HS-0")
    await books.answer([(1, OPENED)], NOON + MINUTE, agency="G12", case="HS-1")
    await books.answer([(1, OPENED)], NOON + DAY, agency="G12", purpose="welfare", case="HS-2")

    assert [row.told and row.told.case_reference for row in await seen(here, wanted=wanted)] == expected


async def test_each_kind_is_told_apart(books: Books, here: Archives) -> None:
    await books.answer([(1, SPOKE_FOR)])
    for reading in (LISTED, VERIFIED, REACHED, OPENED):
        await books.answer([(1, reading)])
    await books.mark(await books.answer([(1, OPENED)]), "withheld", "client_left")
    await books.mark(await books.answer([(2, OPENED), (1, OPENED)]), "not_found", places=[1])
    await books.mark(await books.answer([(2, OPENED), (1, OPENED)]), "not_found", places=[0])
    await books.answer([(1, SPOKE_FOR)], outcome=Outcome.NO_HIT)
    await books.answer([(1, SPOKE_FOR)], outcome=Outcome.REFUSED, missing=["identity:citizen.full_name:read"])

    rows = await seen(here)

    assert [row.kind for row in rows] == [
        Kind.REFUSED, Kind.NO_HIT, Kind.DISCLOSED, Kind.NO_HIT, Kind.WITHHELD,
        Kind.DISCLOSED, Kind.DISCLOSED, Kind.VERIFIED, Kind.LISTED, Kind.SPOKE_FOR,
    ]  # fmt: skip
    assert rows[0].told is not None
    assert rows[0].told.missing == ("identity:citizen.full_name:read",)


async def test_what_a_narrowing_on_trial_would_refuse_is_not_the_citizens_to_see(books: Books, here: Archives) -> None:
    await books.answer([(1, OPENED)], missing=["identity:citizen.full_name:read"])

    (row,) = await seen(here)

    assert "identity:citizen" not in repr(row)


async def test_new_readings_do_not_move_the_pages(books: Books, here: Archives) -> None:
    for number in range(4):
        await books.answer([(1, OPENED)], NOON + number * MINUTE, case=f"HS-{number}")
    first = await here.page(pin(1), READER, RULES, first=2, now=LATER)
    await books.answer([(1, OPENED)], NOON + DAY, case="HS-NEW")

    second = await here.page(pin(1), READER, RULES, first=2, after=first.next, now=LATER)

    cases = [row.told and row.told.case_reference for page in (first, second) for row in page.rows]
    assert cases == ["HS-3", "HS-2", "HS-1", "HS-0"]
    assert second.next is None


async def test_a_cursor_is_worth_nothing_to_another_reader_and_no_id(books: Books, here: Archives) -> None:
    for number in range(3):
        await books.answer([(1, OPENED)], NOON + number * MINUTE)
    page = await here.page(pin(1), READER, RULES, first=1, now=LATER)
    assert page.next is not None

    for reader, cursor in (("another", page.next), (READER, page.rows[0].id), (READER, page.next[:-2]), (READER, "é")):
        with pytest.raises(NotGivenOutHere):
            await here.page(pin(1), reader, RULES, first=1, after=cursor, now=LATER)
    with pytest.raises(NotGivenOutHere):
        await here.find(pin(1), READER, RULES, page.next, LATER)


async def test_an_id_of_ones_own_row_finds_it_and_nobody_elses(books: Books, here: Archives) -> None:
    await books.answer([(1, OPENED), (2, OPENED)])
    (row,) = await seen(here)

    found = await here.find(pin(1), READER, RULES, row.id, LATER)
    with_anothers_number = await here.find(pin(2), READER, RULES, row.id, LATER)

    assert found is not None
    assert (found.answer.leaf, found.place) == (0, 0)
    assert with_anothers_number is None


async def test_the_readers_role_can_change_nothing(here: Archives, books: Books) -> None:
    await books.answer([(1, OPENED)])
    pool = await here.own.database._connections()

    async with pool.acquire() as connection:
        await connection.execute("reset role; set default_transaction_read_only = off")
        for statement in ("delete from people", "select data from segments", "insert into usage default values"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
