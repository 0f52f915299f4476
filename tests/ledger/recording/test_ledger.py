"""What the graph records is what a reader of the ledger finds, and an answer leaves only when it is there."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ledger import (
    Bounds,
    KeyRing,
    Ledger,
    NotAPersonalNumber,
    NotRecorded,
    Outcome,
    Pseudonyms,
    Step,
    Subject,
    Way,
    read_disclosures,
)
from ledger.recording.streams import Stream
from tests.ledger.desk import STEPS, Desk, pin
from tests.ledger.keys import key_ring
from tests.ledger.server import Server

OpenDesk = Callable[..., Awaitable[Desk]]


def defined(desk: Desk) -> int:
    """The bytes of a desk's definitions, which the first answer of a batch brings along."""
    return len(desk.recipient.entry) + len(desk.profile.entry)


DEFINED = defined(Desk(Ledger("postgresql://nowhere", key_ring())))


async def test_desk_that_got_its_answer_finds_it_recorded_with_persons_steps_and_purpose(
    desk: Desk, server: Server, database: str, pseudonyms: Pseudonyms
) -> None:
    request_id = await desk.answer([pin(1)], [pin(1), pin(2)])

    [found] = read_disclosures(await server.segments(database))
    assert (found.request_id, found.outcome) == (UUID(bytes=request_id), Outcome.GRANTED)
    assert (found.recipient, found.operation) == (desk.recipient.meaning, desk.profile.meaning)
    assert [(step, pseudonyms.persons(b"".join(blocks))) for step, blocks in found.looked_at] == [
        (STEPS[0], [pin(1)]),
        (STEPS[1], [pin(1), pin(2)]),
    ]
    assert abs(found.at - datetime.now(UTC)) < timedelta(seconds=30)


async def test_desk_refused_finds_what_was_missing_recorded_and_nobody_looked_at(
    desk: Desk, server: Server, database: str
) -> None:
    missing = ("identity:citizen.full_name:read", "identity:citizen.pin:lookup")

    await desk.ledger.record(bytes(16), desk.recipient, desk.profile, Outcome.REFUSED, missing=missing)

    [found] = read_disclosures(await server.segments(database))
    assert (found.outcome, found.missing, found.looked_at) == (Outcome.REFUSED, missing, ())


async def test_reader_of_the_table_finds_no_personal_number(desk: Desk, server: Server, database: str) -> None:
    await desk.answer([pin(123_456_789)])

    [segment] = [each for each in await server.segments(database) if each.n]
    assert b"123456789" not in segment.data


async def test_portal_on_behalf_of_a_citizen_is_recorded_with_the_citizens_pseudonym(
    desk: Desk, pseudonyms: Pseudonyms
) -> None:
    portal = desk.ledger.recipient(agency="G99", client="portal", grants_revision=1, on_behalf_of=pin(5))

    assert portal.meaning.on_behalf_of == pseudonyms.of_persons([pin(5)])


async def test_reader_of_a_disclosure_finds_both_agencies_the_clients_before_who_acted_and_the_emergency(
    desk: Desk, server: Server, database: str, pseudonyms: Pseudonyms
) -> None:
    supplier = desk.ledger.recipient(
        agency="G15",
        client="contractor",
        grants_revision=7,
        on_behalf_of=pin(5),
        supplier="H26.14",
        through=("hub", "portal"),
        representative=pin(6),
        emergencies=(41,),
    )

    await desk.ledger.record(bytes(16), supplier, desk.profile, Outcome.GRANTED, [(0, [pin(5)])])

    [found] = read_disclosures(await server.segments(database))
    assert (found.recipient.agency, found.recipient.supplier) == ("G15", "H26.14")
    assert found.recipient.through == ("hub", "portal")
    assert found.recipient.emergencies == (41,)
    assert found.recipient.representative == pseudonyms.of_persons([pin(6)])


async def test_desks_that_ask_at_once_share_few_writes_and_each_is_recorded(
    desk: Desk, server: Server, database: str
) -> None:
    received = await asyncio.gather(*(desk.answer([pin(i)]) for i in range(500)))

    segments = await server.segments(database)
    assert {found.request_id.bytes for found in read_disclosures(segments)} == set(received)
    assert len([segment for segment in segments if segment.n]) <= 2


async def test_processes_on_one_ledger_write_streams_of_their_own(
    open_desk: OpenDesk, server: Server, database: str
) -> None:
    desks = [await open_desk() for _ in range(3)]

    await asyncio.gather(*(desk.answer([pin(i)]) for desk in desks for i in range(20)))

    segments = await server.segments(database)
    assert len(list(read_disclosures(segments))) == 60
    assert len({segment.stream for segment in segments}) == 3


async def test_request_that_leaves_takes_no_other_along_and_stays_recorded(
    desk: Desk, server: Server, database: str
) -> None:
    leaving, staying = (asyncio.create_task(desk.answer([pin(i)])) for i in (1, 2))
    await asyncio.sleep(0)

    leaving.cancel()
    await staying

    assert leaving.cancelled()
    assert len(list(read_disclosures(await server.segments(database)))) == 2


async def test_person_without_a_personal_number_withholds_that_answer_alone(
    desk: Desk, server: Server, database: str
) -> None:
    with pytest.raises(NotAPersonalNumber):
        desk.record([pin(1), "12345"])
    await desk.answer([pin(2)])

    assert len(list(read_disclosures(await server.segments(database)))) == 1


async def test_step_that_the_operation_does_not_have_is_an_error_at_once(desk: Desk) -> None:
    with pytest.raises(IndexError):
        desk.ledger.record(bytes(16), desk.recipient, desk.profile, Outcome.GRANTED, [(2, [pin(1)])])


async def test_ledger_that_closes_writes_what_waits_and_takes_nothing_more(
    open_desk: OpenDesk, server: Server, database: str
) -> None:
    desk = await open_desk()
    waiting = [desk.record([pin(i)])[1] for i in range(10)]

    await desk.ledger.close()

    assert all(done.done() and done.exception() is None for done in waiting)
    assert len(list(read_disclosures(await server.segments(database)))) == 10
    with pytest.raises(NotRecorded):
        desk.record([pin(1)])


async def test_ledger_that_was_never_opened_records_nothing(keys: KeyRing) -> None:
    desk = Desk(Ledger("postgresql://nowhere", keys))

    with pytest.raises(NotRecorded):
        desk.record([pin(1)])


@pytest.mark.parametrize("bounds", [Bounds(answers=3), Bounds(size=DEFINED + 250)], ids=["count", "bytes"])
async def test_answers_beyond_what_may_wait_are_withheld_at_once_and_the_others_recorded(
    open_desk: OpenDesk, bounds: Bounds
) -> None:
    desk = await open_desk(bounds)
    waiting = [desk.record([pin(i)])[1] for i in range(3)]

    with pytest.raises(NotRecorded):
        desk.record([pin(4)])

    await asyncio.gather(*waiting)
    assert (desk.ledger.counts.recorded, desk.ledger.counts.withheld) == (3, 1)


async def test_definitions_that_wait_count_as_bytes_that_wait(open_desk: OpenDesk) -> None:
    """They are written with the answers: forgotten, a thousand callers' could make one row of any size."""
    desk = await open_desk(Bounds(size=3 * DEFINED))
    others = [Desk(desk.ledger, agency=f"G{i}") for i in range(10, 20)]

    waiting = []
    for other in others:
        with suppress(NotRecorded):
            waiting.append(other.record([pin(1)])[1])

    await asyncio.gather(*waiting)
    assert len(waiting) == 2


async def test_an_operation_too_large_to_write_fails_alone(open_desk: OpenDesk, server: Server, database: str) -> None:
    desk = await open_desk()
    large = desk.ledger.operation(
        document=bytes(16), name=None, steps=[Step("a" * (256 << 10), ("Citizen.fullName",), Way.OPENED)]
    )
    first = desk.record([pin(1)])[1]

    with pytest.raises(NotRecorded):
        desk.ledger.record(bytes(16), desk.recipient, large, Outcome.GRANTED, [(0, [pin(2)])])
    await asyncio.gather(first, desk.record([pin(3)])[1])

    [segment] = [each for each in await server.segments(database) if each.n]
    assert (segment.n, len(segment.data) < 2 * DEFINED) == (2, True)
    assert (desk.ledger.counts.recorded, desk.ledger.counts.withheld) == (2, 1)


async def test_long_lived_process_begins_a_new_stream_before_it_keeps_too_much_in_mind(
    desk: Desk, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.recording.streams.DEFINITIONS_PER_STREAM", 4)
    assert not Stream(1).is_full

    for i in range(3):
        await Desk(desk.ledger, agency=f"G0{i}").answer([pin(i)])

    segments = await server.segments(database)
    assert len({segment.stream for segment in segments}) == 2
    assert [found.recipient.agency for found in read_disclosures(segments)] == ["G00", "G01", "G02"]


async def test_enterprises_and_parcels_stand_beside_persons_each_under_its_own_step(
    desk: Desk, server: Server, database: str, pseudonyms: Pseudonyms
) -> None:
    steps = [
        Step("a", ("LandRight.kind",), Way.REACHED),
        Step("a", ("LandRight.kind",), Way.REACHED, subject=Subject.ENTERPRISE),
        Step("b", ("Citizen.fullName",), Way.OPENED),
        Step("c", ("Parcel.origin",), Way.OPENED, subject=Subject.PARCEL),
    ]
    operation = desk.ledger.operation(document=bytes(16), name=None, steps=steps, needs={"b:read", "a:read"})
    named = [[pin(1)], ["0100109106", "0100109106-001"], [pin(2), pin(3)], ["w3gvk1e8n6c2"]]

    await desk.ledger.record(bytes(16), desk.recipient, operation, Outcome.GRANTED, list(enumerate(named)))

    [found] = read_disclosures(await server.segments(database))
    assert [[key for _, key in pseudonyms.opened(blocks)] for _, blocks in found.looked_at] == named
    assert [kind for step, blocks in found.looked_at for kind, _ in pseudonyms.opened(blocks[:1])] == [
        step.subject for step in steps
    ]
    assert found.operation.needs == ("a:read", "b:read")


async def test_enterprise_without_a_code_withholds_that_answer_alone(desk: Desk) -> None:
    step = Step("a", ("Enterprise.charterCapital",), Way.LISTED, subject=Subject.ENTERPRISE)
    operation = desk.ledger.operation(document=bytes(16), name=None, steps=[step])

    with pytest.raises(NotRecorded):
        desk.ledger.record(bytes(16), desk.recipient, operation, Outcome.GRANTED, [(0, ["no code"])])

    await desk.answer([pin(1)])
