"""A stream that is not as its writer wrote it is set aside by name, from its first bad segment on; the others go on."""

import struct
from collections.abc import AsyncIterator
from hashlib import sha512
from pathlib import Path

import asyncpg
import msgspec
import pytest

from ledger import Outcome
from ledger.recording.identifiers import new_stream_id
from ledger.sealing import Sealer, condition, following, opened
from ledger.sealing.following import Budget
from ledger.segments.entries import Recipient
from ledger.segments.records import Kind, pack_answer, pack_definition
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf
from tests.ledger.sealing.written import DEFINITIONS, OPERATION, RECIPIENT, TAX, Stream, answer, new_id, person, write
from tests.ledger.server import Server

OTHER = msgspec.structs.replace(TAX, agency="G13")
INCOMPRESSIBLE = "".join(sha512(bytes((n,))).hexdigest() for n in range(200))


def _event(said: bytes) -> bytes:
    body = bytes(8) + said
    return struct.pack(">BI", Kind.EVENT, len(body)) + body


@pytest.fixture
async def sealer(server: Server, database: str, signer: Signer, shelf: Path) -> AsyncIterator[Sealer]:
    async with opened(server.url(database), signer, Shelf(shelf)) as sealer:
        yield sealer


@pytest.fixture
def healthy() -> Stream:
    return Stream().begin(answer([person(1)])).add(answer([person(2)]))


async def test_segment_altered_after_it_was_written_is_not_sealed_nor_what_follows(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream
) -> None:
    altered = Stream().begin(answer([person(1)])).add(answer([person(2)])).add(answer([person(3)]))
    altered.segments[1] = altered.segments[1]._replace(data=healthy.segments[1].data)
    await write(books, *altered.segments, *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(altered.id, 0), (healthy.id, 0), (healthy.id, 1)}
    assert sealer.troubles == (f"stream {altered.id}, segment 1: its data does not have its hash",)


async def test_segment_removed_stops_its_stream_alone(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream
) -> None:
    holed = Stream().begin(answer([person(1)])).add(answer([person(2)])).add(answer([person(3)]))
    await write(books, holed.segments[0], holed.segments[2], *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(holed.id, 0), (healthy.id, 0), (healthy.id, 1)}
    assert sealer.troubles == (f"stream {holed.id}, segment 1: missing; segment 2 stands in its place",)


async def test_segment_whose_data_is_gone_before_it_was_sealed_is_named(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream
) -> None:
    emptied = Stream().begin(answer([person(1)]))
    await write(books, *emptied.segments, *healthy.segments)
    await books.execute("update segments set data = null where stream = $1", emptied.id)

    await sealer.catch_up()

    assert await _sealed(books) == {(healthy.id, 0), (healthy.id, 1)}
    assert sealer.troubles == (f"stream {emptied.id}, segment 0: its data was removed before it was sealed",)


async def test_segment_larger_than_any_writer_writes_is_not_even_read(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LARGEST", 10_000)
    large = Stream().begin(*(answer([person(n)]) for n in range(200)))
    await write(books, *large.segments, *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(healthy.id, 0), (healthy.id, 1)}
    (trouble,) = sealer.troubles
    assert trouble == f"stream {large.id}, segment 0: is of {len(large.segments[0].data)} bytes, which no writer writes"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (answer([person(1)]), "names a recipient or an operation that its stream has not defined"),
        (pack_definition(1, TAX) + answer(), "names a recipient or an operation that its stream has not defined"),
        (b"".join(DEFINITIONS) + answer([], [], [person(1)]), "names a step that its operation does not have"),
        (b"".join(DEFINITIONS) + answer([person(1)], at=2**63), "a moment that no calendar has"),
        (b"\x63", "cut short or garbled"),
        (_event(b'{"event":' + b"[" * 100_000), "cut short or garbled"),
        (pack_definition(9, msgspec.structs.replace(TAX, on_behalf_of=b"no block")), "cut short or garbled"),
        (b"".join((*DEFINITIONS, pack_definition(RECIPIENT, OTHER), answer())), "is defined twice"),
    ],
    ids=[
        "nothing defined",
        "no operation",
        "no such step",
        "no such day",
        "garbled",
        "too deep",
        "no pseudonym",
        "two meanings",
    ],
)
async def test_segment_that_says_what_cannot_be_is_named(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream, entry: bytes, reason: str
) -> None:
    strange = Stream().add(entry, answers=1)
    await write(books, *strange.segments, *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(healthy.id, 0), (healthy.id, 1)}
    (trouble,) = sealer.troubles
    assert trouble.startswith(f"stream {strange.id}, segment 0: ")
    assert reason in trouble


@pytest.mark.parametrize(
    "recipient",
    [
        msgspec.structs.replace(TAX, legal_basis="a\0b"),
        msgspec.structs.replace(TAX, case_reference="\0"),
        msgspec.structs.replace(TAX, grants_revision=2**63),
        msgspec.structs.replace(TAX, emergencies=(2**64 - 1,)),
        msgspec.structs.replace(TAX, agency=INCOMPRESSIBLE),
    ],
    ids=["zero byte", "zero byte in a case", "revision", "emergency", "too long for an index"],
)
async def test_what_no_table_can_hold_stops_its_stream_alone(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream, recipient: Recipient
) -> None:
    poisoned = Stream().begin(answer([person(1)]))
    entry = pack_answer(new_id(), 1_000, 9, OPERATION, Outcome.GRANTED, steps=[], blocks=b"", missing=())
    poisoned.add(pack_definition(9, recipient), entry, answers=1).add(answer([person(2)]))
    await write(books, *poisoned.segments, *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(poisoned.id, 0), (healthy.id, 0), (healthy.id, 1)}
    (trouble,) = sealer.troubles
    assert trouble.startswith(f"stream {poisoned.id}, segment 1: says what the books cannot hold")
    unnamed = "select count(*) from parties where not exists (select from answers where answers.party = parties.party)"
    assert await books.fetchval(unnamed) == 0


async def test_name_that_gets_another_meaning_in_a_later_segment_is_named(
    sealer: Sealer, books: asyncpg.Connection, healthy: Stream
) -> None:
    turned = Stream().begin(answer([person(1)]))
    await write(books, *turned.segments)
    await sealer.catch_up()
    turned.add(pack_definition(RECIPIENT, OTHER), answer([person(1)]), answers=1)
    await write(books, turned.segments[1], *healthy.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(turned.id, 0), (healthy.id, 0), (healthy.id, 1)}
    (trouble,) = sealer.troubles
    assert "is defined twice" in trouble


async def test_lost_end_of_a_stream_shows_when_its_process_goes_on(sealer: Sealer, books: asyncpg.Connection) -> None:
    before = Stream().begin(answer([person(1)])).add(answer([person(2)]))
    after = Stream.after(before).begin(answer([person(3)]))
    await write(books, before.segments[0], *after.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(before.id, 0), (after.id, 1)}
    assert sealer.troubles == (f"stream {before.id}, segment 1: missing; {after.id} follows segment 1",)


async def test_end_of_a_stream_that_was_exchanged_shows_when_its_process_goes_on(
    sealer: Sealer, books: asyncpg.Connection
) -> None:
    before = Stream().begin(answer([person(1)]))
    forged = Stream(before.id).begin(answer([person(9)]))
    after = Stream.after(before).begin(answer([person(3)]))
    await write(books, *forged.segments, *after.segments)

    await sealer.catch_up()

    assert sealer.troubles == (f"stream {before.id}, segment 0: is not the one that {after.id} follows",)
    assert (after.id, 1) in await _sealed(books)


async def test_segment_of_unknown_outcome_may_stand_behind_what_the_next_stream_names(
    sealer: Sealer, books: asyncpg.Connection
) -> None:
    before = Stream().begin(answer([person(1)])).add(answer([person(2)]))
    after = Stream.after(before, length=1).begin(answer([person(3)]))
    await write(books, *before.segments, *after.segments)

    await sealer.catch_up()

    assert await _sealed(books) == {(before.id, 0), (before.id, 1), (after.id, 1)}
    assert sealer.troubles == ()


async def test_further_segments_than_that_show(sealer: Sealer, books: asyncpg.Connection) -> None:
    before = Stream().begin(answer([person(1)])).add(answer([person(2)])).add(answer([person(3)]))
    after = Stream.after(before, length=1).begin(answer([person(3)]))
    await write(books, *before.segments, *after.segments)

    await sealer.catch_up()

    assert sealer.troubles == (f"stream {before.id}, segment 2: was written after {after.id} followed",)


async def test_stream_waits_for_the_one_before_it_whatever_their_names_say(
    server: Server, database: str, signer: Signer, shelf: Path, books: asyncpg.Connection
) -> None:
    earlier_name = new_stream_id()
    before = Stream().begin(answer([person(1)]))
    for _ in range(30):
        before.add(answer([person(2)]))
    after = Stream.after(before, name=earlier_name).begin(answer([person(3)]))
    await write(books, *before.segments, *after.segments)

    async with opened(server.url(database), signer, Shelf(shelf), budget=Budget(answers=4)) as sealer:
        await sealer.catch_up()

    assert sealer.troubles == ()
    order = await books.fetch("select stream from answers order by leaf")
    assert [row["stream"] for row in order] == [before.id] * 31 + [after.id]


async def test_condition_names_what_was_set_aside(sealer: Sealer, books: asyncpg.Connection, healthy: Stream) -> None:
    holed = Stream().begin(answer([person(1)])).add(answer([person(2)]))
    await write(books, holed.segments[1], *healthy.segments)

    await sealer.catch_up()

    said = await condition(books.fetch)
    assert (said.leaves, said.troubles) == (2, sealer.troubles)


async def _sealed(books: asyncpg.Connection) -> set[tuple[object, ...]]:
    return {tuple(row) for row in await books.fetch("select stream, seq from answers")}
