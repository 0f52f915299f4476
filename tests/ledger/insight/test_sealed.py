"""Books that the sealer wrote: what a process recorded is counted, found and told."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import Outcome, Step, Way
from ledger.insight.books import BooksReader
from ledger.insight.days import Days, today
from ledger.insight.finding import FindingKind
from ledger.insight.findings import findings
from ledger.insight.seen import OBSERVED_DAYS, seen, used
from ledger.insight.thresholds import Thresholds
from ledger.sealing import seal_now
from ledger.tree.notes import Signer
from tests.ledger.desk import Desk, pin
from tests.ledger.insight.filled import LIVES, NAME
from tests.ledger.server import Server

LOW = Thresholds(people_unknown=3, refused_least=3, missed_least=2, listed_least=4, case_least=3)
LISTS = Step("residents", ("Citizen.fullName",), Way.LISTED, ("Residence.communeCode",))


@pytest.fixture
async def books(desk: Desk, server: Server, database: str, tmp_path: Path) -> BooksReader:
    """A desk opened three persons, of whom one was not there, missed one, took a list, was refused thrice; sealed."""
    ledger, who = desk.ledger, desk.recipient
    profile = ledger.operation(document=b"p" * 16, name="Profile", steps=[desk.profile.meaning.steps[0]], needs=[NAME])
    lists = ledger.operation(document=b"l" * 16, name="List", steps=[LISTS], needs=[NAME, LIVES])
    request, at = ledger.new_request_id(), time.time_ns() // 1_000
    recorded = [
        ledger.record(request, who, profile, Outcome.GRANTED, [(0, [pin(1), pin(2), pin(3)])], at=at),
        ledger.record(ledger.new_request_id(), who, profile, Outcome.NO_HIT),
        ledger.record(ledger.new_request_id(), who, lists, Outcome.GRANTED, [(0, [pin(n) for n in range(10, 15)])]),
        *(ledger.record(request, who, lists, Outcome.REFUSED, missing=[LIVES]) for _ in range(3)),
    ]
    ledger.not_found(request, at, [1])
    for each in recorded:
        await each
    await ledger.confirm()
    await seal_now(server.url(database), Signer("ledger.example.vn/ledger", Signer.new_key()), tmp_path)
    return BooksReader(server.url(database))


async def test_what_was_answered_is_seen_with_what_it_needed(books: BooksReader) -> None:
    until = today(datetime.now(UTC)) + timedelta(days=1)
    async with books.reading() as connection:
        asked = await seen(connection, Days.before(until, OBSERVED_DAYS), ["desk"])
        rights = await used(connection, Days.before(until, OBSERVED_DAYS))

    assert {(each.document, each.needs, each.answers, each.people) for each in asked} == {
        ((b"p" * 16).hex(), (NAME,), 2, 3), ((b"l" * 16).hex(), (NAME, LIVES), 1, 5),
    }  # fmt: skip
    assert set(rights["G01", "civil-registration"].last) == {NAME, LIVES}


async def test_what_stands_out_is_found(books: BooksReader) -> None:
    async with books.reading() as connection:
        found = await findings(connection, today(datetime.now(UTC)) + timedelta(days=1), than=LOW)

    counted = {each.kind: (each.counted, len(each.rows)) for each in found}
    assert counted[FindingKind.MANY_PEOPLE] == (8, 2)
    assert counted[FindingKind.REFUSALS] == (3, 3)
    assert counted[FindingKind.GUESSING] == (2, 2)
    assert counted[FindingKind.CONSTANT_CASE] == (8, 3)
    assert FindingKind.HIT_LISTS not in counted  # some were opened
