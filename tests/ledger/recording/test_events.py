"""What happens to the ledger itself is on record: start and end of processes, keys, and answers marked afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from ledger import Bounds, KeyRing, Ledger, LedgerUnreachable, Marked, NotRecorded, Outcome, Pseudonyms, Segment
from ledger.segments.chain import verified
from ledger.segments.entries import KeyMade, PeopleErased, ProcessStarted, ProcessStopped
from ledger.segments.keyring import VIETNAM, epoch_at
from ledger.segments.reading import read_disclosures
from ledger.segments.records import Answer, Entry, Happened, Mark
from tests.ledger.desk import Desk, pin
from tests.ledger.keys import Drawer
from tests.ledger.server import Server

OpenDesk = Callable[..., Awaitable[Desk]]


def entries(segments: list[Segment]) -> list[Entry]:
    return [entry for _, contents in verified(segments) for entry in contents.entries]


def events(segments: list[Segment]) -> list[object]:
    return [entry.event for entry in entries(segments) if isinstance(entry, Happened)]


def marks(segments: list[Segment]) -> list[Mark]:
    return [entry for entry in entries(segments) if isinstance(entry, Mark)]


async def test_auditor_finds_when_a_process_started_made_the_months_key_and_stopped(
    open_desk: OpenDesk, server: Server, database: str, keys: KeyRing
) -> None:
    desk = await open_desk()
    await desk.ledger.close()

    made, started, stopped = events(await server.segments(database))
    assert made == KeyMade(keys.current().epoch)
    assert isinstance(started, ProcessStarted)
    assert isinstance(stopped, ProcessStopped)
    assert (started.role, started.process) == ("serving", stopped.process)


async def test_auditor_finds_one_key_made_however_many_processes_share_it(
    open_desk: OpenDesk, server: Server, database: str
) -> None:
    for _ in range(3):
        await open_desk()

    said = events(await server.segments(database))
    assert len([event for event in said if isinstance(event, KeyMade)]) == 1
    assert len({event.process for event in said if isinstance(event, ProcessStarted)}) == 3


async def test_eraser_that_waits_for_its_event_finds_it_durable(desk: Desk, server: Server, database: str) -> None:
    erased = PeopleErased(purpose="civil-registration", upto=7, people=3)

    await desk.ledger.record_event(erased)

    assert events(await server.segments(database))[-1] == erased


async def test_process_whose_role_may_not_insert_does_not_start(server: Server, database: str, keys: KeyRing) -> None:
    await server.execute("revoke insert on segments from lienthong_ledger_writer", database)

    with pytest.raises(LedgerUnreachable, match="takes no record"):
        await Ledger(server.url(database), keys).open()


async def test_process_can_insert_segments_and_do_nothing_else(desk: Desk, server: Server, database: str) -> None:
    """A fault in this process, or whoever gets hold of its connection, alters no record and reads none."""
    await desk.answer([pin(1)])
    writer = desk.ledger._writer
    assert writer is not None
    assert writer._session is not None
    connection = writer._session._connection

    for statement in (
        "select * from segments",
        "update segments set data = null",
        "delete from segments",
        "truncate segments",
        "insert into people values (0, 0, null, 0, null)",
        "drop table segments",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            await connection.execute(statement)
    assert len(list(read_disclosures(await server.segments(database)))) == 1


async def test_process_on_a_database_without_the_role_is_told_to_migrate(
    server: Server, database: str, keys: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.recording.session.WRITER", "nobody_made_this_role")

    with pytest.raises(LedgerUnreachable, match="lienthong migrate"):
        await Ledger(server.url(database), keys).open()


# --- stopping ---------------------------------------------------------------------------------------------------------


async def test_process_stops_in_bounded_time_though_its_stop_cannot_be_written(
    open_desk: OpenDesk, server: Server
) -> None:
    desk = await open_desk(Bounds(seconds=0.3))
    await desk.answer([pin(1)])

    with server.frozen():
        async with asyncio.timeout(3):
            await desk.ledger.close()

    with pytest.raises(NotRecorded):
        desk.record([pin(2)])


async def test_process_that_never_opened_or_closed_already_closes(keys: KeyRing, desk: Desk) -> None:
    await Ledger("postgresql://nowhere", keys).close()
    await desk.ledger.close()

    await desk.ledger.close()


# --- marks ------------------------------------------------------------------------------------------------------------


async def test_auditor_finds_which_answer_was_withheld_and_who_was_not_found(
    desk: Desk, server: Server, database: str
) -> None:
    request_id = desk.ledger.new_request_id()
    looked_at = [(0, [pin(1), pin(2)])]
    await desk.ledger.record(request_id, desk.recipient, desk.profile, Outcome.GRANTED, looked_at, at=1_700_000_000)
    desk.ledger.not_found(request_id, 1_700_000_000, [1])
    desk.ledger.withheld(request_id, 1_700_000_000, Marked.CLIENT_LEFT)
    await desk.ledger.close()

    segments = await server.segments(database)
    (answer,) = [entry for entry in entries(segments) if isinstance(entry, Answer)]
    not_found, withheld = marks(segments)
    assert (not_found.request_id, not_found.answered_at) == (answer.request_id, answer.microseconds)
    assert (not_found.what, not_found.places) == (Marked.NOT_FOUND, (1,))
    assert (withheld.answered_at, withheld.what) == (answer.microseconds, Marked.CLIENT_LEFT)
    assert [segment.n for segment in segments if segment.n] == [1]


async def test_mark_that_cannot_be_written_troubles_nobody(open_desk: OpenDesk, server: Server, database: str) -> None:
    desk = await open_desk(Bounds(answers=2))
    waiting = [desk.record([pin(i)])[1] for i in range(2)]

    desk.ledger.withheld(bytes(16), 1, Marked.RIGHTS_CHANGED)

    await asyncio.gather(*waiting)
    await desk.ledger.close()
    desk.ledger.withheld(bytes(16), 1, Marked.RIGHTS_CHANGED)
    assert (desk.ledger.counts.recorded, desk.ledger.counts.withheld) == (2, 0)
    assert marks(await server.segments(database)) == []


async def test_officer_of_the_agency_is_on_record_where_its_client_named_one(
    desk: Desk, server: Server, database: str
) -> None:
    for officer in ("nguyen.van-an_2", None):
        request_id = desk.ledger.new_request_id()
        done = desk.ledger.record(request_id, desk.recipient, desk.profile, Outcome.GRANTED, officer=officer)
        await done

    assert [found.officer for found in read_disclosures(await server.segments(database))] == ["nguyen.van-an_2", None]


# --- the month's turn -------------------------------------------------------------------------------------------------


class Calendar:
    """The clock of the ledger, which a test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = time.time()
        monkeypatch.setattr("ledger.recording.ledger.time.time", lambda: self._now)
        monkeypatch.setattr("ledger.recording.ledger.time.time_ns", lambda: int(self._now * 1e9))

    def set(self, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
        self._now = datetime(year, month, day, hour, minute, tzinfo=VIETNAM).timestamp()
        return self._now


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> Calendar:
    return Calendar(monkeypatch)


async def test_process_that_serves_past_midnight_of_the_months_end_goes_on_under_the_next_key(
    calendar: Calendar, open_desk: OpenDesk, server: Server, database: str, keys: KeyRing
) -> None:
    july = keys.current(calendar.set(2026, 7, 31, 23, 59))
    desk = await open_desk()
    before = await desk.answer([pin(1)])

    august = keys.current(calendar.set(2026, 8, 1))
    after = await desk.answer([pin(1)])

    segments = await server.segments(database)
    found = {disclosure.request_id.bytes: disclosure for disclosure in read_disclosures(segments)}
    assert named(july, found[before].looked_at) == named(august, found[after].looked_at) == [pin(1)]
    assert (found[before].key_epoch, found[after].key_epoch) == (july.epoch, august.epoch)
    assert len({segment.stream for segment in segments}) == 2


async def test_answers_that_wait_while_the_month_turns_each_stand_under_one_key(
    calendar: Calendar, open_desk: OpenDesk, server: Server, database: str, keys: KeyRing
) -> None:
    by_epoch = {each.epoch: each for each in (keys.current(calendar.set(2026, month, 2)) for month in (8, 7))}
    desk = await open_desk()

    waiting = [desk.record([pin(i)])[1] for i in range(3)]
    calendar.set(2026, 8, 1)
    waiting += [desk.record([pin(i)])[1] for i in range(3, 6)]
    await asyncio.gather(*waiting)

    found = list(read_disclosures(await server.segments(database)))
    assert [named(by_epoch[each.key_epoch], each.looked_at) for each in found] == [[pin(i)] for i in range(6)]
    assert [each.key_epoch for each in found] == [79] * 3 + [80] * 3


async def test_citizen_named_by_a_token_stands_under_the_key_of_the_answer(
    calendar: Calendar, desk: Desk, server: Server, database: str
) -> None:
    """A definition of the month before is refused, not mixed: its pseudonym would match no other of the answer."""
    ledger, portals = desk.ledger, []
    for month in (7, 8):
        assert epoch_at(calendar.set(2030, month, 31)) == ledger.key_epoch()
        portals.append(ledger.recipient(agency="G99", client="portal", grants_revision=1, on_behalf_of=pin(5)))
        await ledger.record(bytes(16), portals[-1], desk.profile, Outcome.GRANTED, [(0, [pin(5)])])

    with pytest.raises(NotRecorded):
        ledger.record(bytes(16), portals[0], desk.profile, Outcome.GRANTED, [(0, [pin(5)])])
    july, august = read_disclosures(await server.segments(database))
    assert july.recipient.on_behalf_of == july.looked_at[0][1][0]
    assert august.recipient.on_behalf_of == august.looked_at[0][1][0] != july.recipient.on_behalf_of


async def test_month_whose_key_cannot_be_made_withholds_until_it_can(
    calendar: Calendar, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar.set(2030, 9, 1)

    def full_disk(*_: object) -> bytes:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(Drawer, "read", full_disk)
        with pytest.raises(NotRecorded):
            desk.record([pin(1)])

    await desk.answer([pin(1)])


def named(pseudonyms: Pseudonyms, looked_at: tuple[tuple[object, tuple[bytes, ...]], ...]) -> list[str]:
    return [person for _, blocks in looked_at for person in pseudonyms.persons(b"".join(blocks))]
