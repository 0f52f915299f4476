"""Answers found by who asked and what was read, where there are too many of either to name each."""

from collections.abc import Sequence
from typing import Any

import pytest

from ledger.archive import answers
from ledger.archive.answers import Wanted
from ledger.archive.archives import Archives
from ledger.archive.database import LedgerDatabase
from ledger.archive.persons import person_page
from tests.ledger.archive.world import NOON, OPENED, REACHED, VERIFIED, Books, pin

FEW = 2


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MANY", FEW)


async def leaves(here: Archives, wanted: Wanted, first: int = 20) -> list[int]:
    return [row.answer.leaf for row in (await here.own.answers.page(wanted, first)).rows]


async def test_an_officer_finds_a_field_in_more_operations_than_are_named(books: Books, here: Archives) -> None:
    asked = [await books.answer([(1, OPENED)], NOON, name=f"Query{number}") for number in range(5)]
    await books.answer([(1, VERIFIED)], NOON)
    reached = await books.answer([(1, REACHED)], NOON)

    assert await leaves(here, Wanted(coordinate="Citizen.fullName")) == [reached, *asked[::-1]]
    assert await leaves(here, Wanted(coordinate="Citizen.dateOfBirth")) == [reached]
    under_a_case = await person_page(here.own, pin(1), Wanted(coordinate="Citizen.fullName"), 20)
    assert [row.answer.leaf for row in under_a_case.rows] == [reached, *asked[::-1]]


async def test_an_officer_finds_a_purpose_of_more_clients_than_are_named(books: Books, here: Archives) -> None:
    asked = [await books.answer([(1, OPENED)], NOON, client=f"desk-{number}") for number in range(5)]
    await books.answer([(1, OPENED)], NOON, purpose="security")
    await books.answer([(1, OPENED)], NOON, purpose=None)

    assert await leaves(here, Wanted(purpose="tax")) == asked[::-1]


async def test_whoever_writes_a_new_query_each_time_makes_no_look_dearer(
    books: Books, here: Archives, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        await books.answer([(1, OPENED)], NOON, name=f"Query{number}")
    fetch, sizes = LedgerDatabase.fetch, list[int]()

    async def watched(self: LedgerDatabase, statement: str, *given: Any) -> Sequence[Any]:
        rows = await fetch(self, statement, *given)
        sizes.extend([len(rows), *(len(each) for each in given if isinstance(each, list))])
        return rows

    monkeypatch.setattr(LedgerDatabase, "fetch", watched)

    assert len(await leaves(here, Wanted(coordinate="Citizen.fullName"), first=2)) == 2
    assert len((await person_page(here.own, pin(2), Wanted(coordinate="Citizen.fullName"), 2)).rows) == 0
    assert 0 < max(sizes) <= 8
    assert sizes.count(8) <= 1  # the candidates of one window
