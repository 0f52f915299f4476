"""One citizen, several ministries' ledgers: one list in which one query is one row, and none is lost or twice."""

from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ledger.archive.archives import Archives
from ledger.archive.database import LedgerSilent
from ledger.archive.guard import PurposeRule, Rules
from ledger.archive.own import Filter, OwnRow
from tests.ledger.archive.world import DAY, MINUTE, NOON, OPENED, READER, Books, pin

OWN, LAND = "lienthong.example/ledger", "land.example/ledger"
RULES = Rules.of([PurposeRule("tax", ("Thuế", "Tax")), PurposeRule("will", ("", ""), third_party_sensitive=True)])
LATER = NOON + 30 * DAY


async def seen(both: Archives, first: int = 2, **asked: object) -> list[OwnRow]:
    rows, after = list[OwnRow](), None
    while True:
        page = await both.page(pin(1), READER, RULES, first=first, after=after, now=LATER, **asked)  # type: ignore[arg-type]
        rows += page.rows
        after = page.next
        if after is None:
            return rows


def origins(row: OwnRow) -> list[str]:
    return [part.origin for part in row.parts]


async def test_one_query_that_two_ministries_answered_is_one_row(books: Books, land: Books, both: Archives) -> None:
    request = uuid4()
    await books.answer([(1, OPENED)], NOON, request=request)
    await land.answer([(1, OPENED)], NOON + MINUTE, request=request)
    await land.answer([(1, OPENED)], NOON + DAY, case="HS-LAND")

    rows = await seen(both)

    assert [origins(row) for row in rows] == [[LAND], [OWN, LAND]]
    assert [row.told and row.told.case_reference for row in rows] == ["HS-LAND", "HS-2026-0001"]


async def test_a_request_id_used_again_hides_no_reading(books: Books, land: Books, both: Archives) -> None:
    """An agency, or its gateway, sends one id with everything that it asks."""
    request = uuid4()
    for number in range(5):
        await books.answer([(1, OPENED)], NOON + number * MINUTE, request=request)
    for number in range(3):
        await land.answer([(1, OPENED)], NOON + number * MINUTE, request=request)

    rows = await seen(both)

    assert sorted(map(origins, rows)) == [[OWN]] * 2 + [[OWN, LAND]] * 3


@pytest.mark.parametrize("other", [{"purpose": "will"}, {"agency": "G12"}, {"case": "HS-2"}, {"client": "other"}])
async def test_what_says_something_else_is_another_row(
    books: Books, land: Books, both: Archives, other: dict[str, str]
) -> None:
    request = uuid4()
    await books.answer([(1, OPENED)], NOON, request=request)
    await land.answer([(1, OPENED)], NOON, request=request, **other)  # type: ignore[arg-type]

    assert len(await seen(both)) == 2


async def test_a_ledger_that_is_silent_is_named_and_the_others_are_read(
    books: Books, land: Books, both: Archives
) -> None:
    await books.answer([(1, OPENED)], NOON)
    await land.connection.execute("alter table people rename to gone")

    page = await both.page(pin(1), READER, RULES, first=5, now=LATER)
    await books.connection.execute("alter table people rename to gone")

    assert (len(page.rows), page.silent, page.next) == (1, (LAND,), None)
    with pytest.raises(LedgerSilent):
        await both.page(pin(1), READER, RULES, first=5, now=LATER)


async def test_a_row_of_another_ministrys_ledger_is_found_by_its_id(books: Books, land: Books, both: Archives) -> None:
    await land.answer([(1, OPENED)], NOON)
    (row,) = await seen(both)

    found = await both.find(pin(1), READER, RULES, row.id, LATER)

    assert found is not None
    assert found.answer.origin == LAND


ANSWERED = some.lists(
    some.tuples(
        some.sampled_from(["own", "land"]), some.integers(0, 3), some.integers(0, 9), some.sampled_from([1, 2])
    ),
    max_size=14,
)


@given(answered=ANSWERED, first=some.integers(1, 4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example begins anew
async def test_however_the_pages_fall_each_reading_is_listed_once(
    answered: list[tuple[str, int, int, int]], first: int, books: Books, land: Books, both: Archives
) -> None:
    """Ledger, request, minute and person of each answer; the same requests in both ledgers, and again in one."""
    for ledger in (books, land):
        await ledger.forget()
    expected = set()
    for name, request, minute, who in answered:
        ledger = {"own": books, "land": land}[name]
        leaf = await ledger.answer([(who, OPENED)], NOON + minute * MINUTE, request=UUID(int=request))
        if who == 1:
            expected.add((ledger.origin, leaf))

    listed = [part.id for row in await seen(both, first) for part in row.parts]
    found = [await both.find(pin(1), READER, RULES, each, LATER) for each in listed]

    assert len(listed) == len(set(listed))
    assert {(row.answer.origin, row.answer.leaf) for row in found if row} == expected


async def test_a_filter_is_asked_of_every_ledger(books: Books, land: Books, both: Archives) -> None:
    await books.answer([(1, OPENED)], NOON)
    await land.answer([(1, OPENED)], NOON, agency="G12")

    assert [origins(row) for row in await seen(both, wanted=Filter(agency="G12"))] == [[LAND]]
