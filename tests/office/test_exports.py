"""Exports of the ledger: recorded before the first line, whole whatever their length, and for nobody else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from ledger.archive.answers import Wanted
from office import exports, visitor
from office.context import Context
from office.errors import NotAnswered
from office.exports import Format, exported
from office.readings import Asked
from office.visitor import Visitor
from tests.ledger.archive.world import OPENED, Books, pin
from tests.office.conftest import LEDGER
from tests.office.test_disclosures import Ledgered
from tests.office.test_readings import ACTS, opened_case
from tests.office.world import Place

NOW = datetime.now(UTC)


@pytest.fixture
async def office(place: Place) -> AsyncIterator[Ledgered]:
    connection = await asyncpg.connect(place.ledger)
    try:
        yield Ledgered(place, Books(connection, place.ledger, LEDGER))
    finally:
        await connection.close()


async def taken(
    office: Ledgered, who: Visitor, form: Format = "jsonl", case: int | None = None, **wanted: str
) -> list[bytes]:
    """The lines of an export, as they come."""
    asked = Asked(Context(who, office.place.office), Wanted(**wanted), case, None)  # type: ignore[arg-type]
    return [lines async for lines in exported(asked, form)]


async def test_an_export_is_whole_however_many_lines_leave_at_once(
    office: Ledgered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        await office.books.answer([(1, OPENED)], NOW + timedelta(seconds=number), case=f"HS-{number}")
    monkeypatch.setattr(exports, "_AT_ONCE", 2)

    lines = b"".join(await taken(office, visitor.machine("root"))).splitlines()

    leaves = [json.loads(line)["leaf"] for line in lines]
    assert leaves == [6, 5, 4, 3, 2, 1, 0]
    assert all(pin(1).encode() not in line for line in lines)


async def test_an_export_is_recorded_before_its_first_line(office: Ledgered) -> None:
    lines = exported(
        Asked(Context(visitor.machine("root"), office.place.office), Wanted(agency="G12"), None, None), "csv"
    )

    await anext(lines)

    (act,) = await office.place.installation.connection.fetch(ACTS)
    assert (act["act"], act["actor_kind"]) == ("disclosures.export", "machine")
    assert json.loads(act["detail"])["change"]["filter"] == {"agency": "G12"}


async def test_a_persons_rows_are_exported_under_a_case_only(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED), (2, OPENED)], NOW, case="HS-1")
    await office.books.answer([(2, OPENED)], NOW, case="HS-2")
    auditor, case = await office.place.officer("dung"), int(await opened_case(office))

    (lines,) = await taken(office, auditor, case=case)
    await office.place.installation.connection.execute("update cases set state = 'withdrawn', closed_at = now()")

    assert json.loads(lines)["case_reference"] == "HS-1"
    with pytest.raises(NotAnswered):
        await taken(office, auditor, case=case)


@pytest.mark.parametrize("who", ["an", "agency", "citizen"])
async def test_nobody_else_takes_a_copy(office: Ledgered, who: str) -> None:
    await office.books.answer([(1, OPENED)], NOW)
    others = {"agency": visitor.agency("desk", "G01"), "citizen": office.citizen()}
    asking = others.get(who) or await office.place.officer(who)

    with pytest.raises(NotAnswered):
        await taken(office, asking)

    assert await office.place.installation.connection.fetch(ACTS) == []


async def test_an_export_under_a_case_ends_where_the_case_does(
    office: Ledgered, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        await office.books.answer([(1, OPENED)], NOW, case=f"HS-{number}")
    auditor, case = await office.place.officer("dung"), int(await opened_case(office))
    monkeypatch.setattr(exports, "_AT_ONCE", 2)
    lines = exported(Asked(Context(auditor, office.place.office), Wanted(), case, None), "jsonl")

    first = await anext(lines)
    await office.place.installation.connection.execute("update cases set state = 'withdrawn', closed_at = now()")

    assert len(first.splitlines()) == 2
    with pytest.raises(NotAnswered):
        await anext(lines)
