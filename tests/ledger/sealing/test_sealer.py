"""The sealer: everything recorded gets one leaf, whatever happens in between, and a tree that only grows."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from ledger.sealing import SealingRefused, meanings, opened, seal_now
from ledger.sealing.following import Budget
from ledger.sealing.session import AnotherSeals
from ledger.segments.entries import Marked
from ledger.segments.keyring import VIETNAM
from ledger.segments.records import pack_mark
from ledger.tree.merkle import root
from ledger.tree.notes import Checkpoint, Signer
from ledger.tree.notes import opened as opened_note
from ledger.tree.shelf import Shelf
from tests.ledger.desk import Desk, pin
from tests.ledger.sealing.written import DEFINITIONS, Stream, answer, new_id, person, write
from tests.ledger.server import Server

Seal = Callable[[], Awaitable[int]]


async def test_answer_gets_a_leaf_and_its_persons_rows(desk: Desk, seal: Seal, books: asyncpg.Connection) -> None:
    request_id = await desk.answer([pin(1)], [pin(2), pin(3), pin(1)])

    size = await seal()

    answers = await books.fetch("select * from answers")
    assert [row["request_id"].bytes for row in answers] == [request_id]
    people = await books.fetch("select place, subject from people order by place")
    pseudonyms = desk.ledger._known()
    assert [pseudonyms.persons(row["subject"])[0] for row in people] == [pin(1), pin(2), pin(3)]
    assert size == await books.fetchval("select (select count(*) from answers) + (select count(*) from events)")


async def test_checkpoint_is_signed_over_all_leaves_and_kept_outside(
    books: asyncpg.Connection, seal: Seal, signer: Signer, shelf: Path
) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)
    await seal()
    await write(books, *Stream().begin(*(answer([person(n)]) for n in range(300))).segments)

    await seal()

    hashes = [row["hash"] for row in await books.fetch("select hash from leaves order by leaf")]
    assert len(hashes) == 301
    assert _kept(signer, shelf) == Checkpoint(signer.verifier.name, 301, root(hashes))
    assert await books.fetchval("select array_agg(size order by size) from checkpoints") == [1, 301]


async def test_streams_of_several_processes_become_one_tree(
    open_desk: Callable[..., Awaitable[Desk]], seal: Seal, books: asyncpg.Connection
) -> None:
    desks = [await open_desk() for _ in range(3)]
    asked = [desk.answer([pin(number)]) for number in range(20) for desk in desks]
    ids = set(await asyncio.gather(*asked))

    await seal()

    assert {row["request_id"].bytes for row in await books.fetch("select request_id from answers")} == ids
    leaves = await books.fetchval("select array_agg(leaf order by leaf) from leaves")
    assert leaves == list(range(len(leaves)))
    assert len(leaves) == 60 + await books.fetchval("select count(*) from events")


async def test_sealer_started_anew_goes_on_in_the_middle_of_a_stream(books: asyncpg.Connection, seal: Seal) -> None:
    stream = Stream().begin(answer([person(1)])).add(answer([person(2)]))
    await write(books, *stream.segments)
    await seal()

    await write(books, *stream.add(answer([person(3)])).segments[2:])
    await seal()

    assert await books.fetchval("select array_agg(seq order by leaf) from answers") == [0, 1, 2]
    assert await books.fetchval("select count(distinct party) from answers") == 1


async def test_what_was_forgotten_is_read_again_where_it_was_said(
    server: Server,
    database: str,
    books: asyncpg.Connection,
    signer: Signer,
    shelf: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meanings, "KEPT_IN_MIND", 0)
    streams = [Stream().begin(answer([person(1)])).add(answer([person(2)])).add(answer([person(3)])) for _ in range(20)]
    await write(books, *(segment for stream in streams for segment in stream.segments))

    async with opened(server.url(database), signer, Shelf(shelf), budget=Budget(answers=20)) as sealer:
        await sealer.catch_up()
        assert sealer.troubles == ()

    assert await books.fetchval("select count(*) from answers") == 60
    assert await books.fetchval("select count(distinct party) from answers") == 1


async def test_sealing_again_finds_nothing_to_do(books: asyncpg.Connection, seal: Seal) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)

    assert await seal() == 1
    assert await seal() == 1
    assert await books.fetchval("select count(*) from checkpoints") == 1


async def test_stream_far_behind_holds_up_no_other(
    server: Server, database: str, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    behind, lively = Stream().begin(answer()), Stream().begin(answer([person(1)]))
    for _ in range(40):
        behind.add(answer([person(2)]))
    await write(books, *behind.segments, *lively.segments)

    async with opened(server.url(database), signer, Shelf(shelf), budget=Budget(answers=4)) as sealer:
        first = await sealer.seal()
        sealed = await books.fetchval("select array_agg(distinct stream) from answers")
        await sealer.catch_up()

    assert first.leaves == 4
    assert set(sealed) == {behind.id, lively.id}
    assert await books.fetchval("select count(*) from answers") == 42


@pytest.mark.parametrize("begins", [False, True], ids=["quiet for hours", "named long ago"])
async def test_stream_that_nobody_expects_is_heard_in_the_next_round(
    server: Server, database: str, books: asyncpg.Connection, signer: Signer, shelf: Path, *, begins: bool
) -> None:
    quiet = Stream(UUID(int=0x7 << 76)) if begins else Stream()
    quiet.begin(answer([person(1)])).add(answer([person(2)]))
    if not begins:
        await write(books, quiet.segments[0])
        await seal_now(server.url(database), signer, shelf)
        await books.execute("update progress set at = now() - interval '2 hours'")

    async with opened(server.url(database), signer, Shelf(shelf)) as sealer:
        assert not await sealer.seal()
        await write(books, *quiet.segments[0 if begins else 1 :])
        async with asyncio.timeout(20):
            while not await sealer.seal():  # noqa: ASYNC110 - a round is made once a second
                await asyncio.sleep(0.1)

    assert await books.fetchval("select array_agg(seq order by leaf) from answers") == [0, 1]


async def test_second_sealer_stands_by_until_the_first_is_gone(
    server: Server, database: str, signer: Signer, shelf: Path
) -> None:
    async with opened(server.url(database), signer, Shelf(shelf)):
        second = asyncio.create_task(seal_now(server.url(database), signer, shelf))
        await asyncio.sleep(0.3)
        assert not second.done()
    assert await asyncio.wait_for(second, 10) == 0


async def test_sealer_standing_by_ends_when_it_is_told(
    server: Server, database: str, signer: Signer, shelf: Path
) -> None:
    stop = asyncio.Event()
    stop.set()
    async with opened(server.url(database), signer, Shelf(shelf)):
        with pytest.raises(AnotherSeals):
            async with opened(server.url(database), signer, Shelf(shelf), stop=stop):
                pytest.fail("two sealers at work")


# --- Marks and counts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [False, True], ids=["sealed together", "sealed apart"])
async def test_person_not_found_is_marked_by_place_in_the_small_tree(
    books: asyncpg.Connection, seal: Seal, *, apart: bool
) -> None:
    request_id = new_id()
    stream = Stream().begin(
        answer([person(1), person(2)], [person(1), person(3)], at=1_000, request_id=request_id), answer([person(4)])
    )
    if apart:
        await write(books, *stream.segments)
        await seal()
    mark = pack_mark(request_id, 1_000, 2_000, Marked.NOT_FOUND, [2, 3, 99])
    await write(books, *stream.add(mark, answers=0).segments[1 if apart else 0 :])

    await seal()

    marks = await books.fetch("select request_id, kind, reason, places from marks")
    assert [(row["request_id"].bytes, *tuple(row)[1:]) for row in marks] == [(request_id, "not_found", None, [0, 2])]


async def test_mark_about_an_answer_that_is_not_there_is_of_nobody(books: asyncpg.Connection, seal: Seal) -> None:
    lost = pack_mark(new_id(), 1_000, 2_000, Marked.NOT_FOUND, [0])
    left = pack_mark(new_id(), 1_000, 2_000, Marked.CLIENT_LEFT, [])
    await write(books, *Stream().add(lost, left, answers=0).segments)

    assert await seal() == 2

    marks = await books.fetch("select kind, reason, places from marks order by leaf")
    assert [tuple(row) for row in marks] == [("not_found", None, []), ("withheld", "client_left", [])]


async def test_use_is_counted_by_the_day_in_vietnam(books: asyncpg.Connection, seal: Seal) -> None:
    midnight = int(datetime(2026, 11, 19, tzinfo=VIETNAM).timestamp()) * 1_000_000
    evening = [answer([person(n), person(n + 1)], at=midnight - 1) for n in range(3)]
    stream = Stream().begin(*evening, answer([person(1)], at=midnight))
    await write(books, *stream.segments)
    await seal()
    await write(books, *stream.add(answer([person(5)], at=midnight - 2)).segments[1:])
    await seal()

    used = await books.fetch("select day::text, outcome, answers, people, on_trial from usage order by day")
    assert [tuple(row) for row in used] == [("2026-11-18", 1, 4, 7, 0), ("2026-11-19", 1, 1, 1, 0)]


# --- The database under it -------------------------------------------------------------------------------------------


async def test_database_rolled_back_to_an_older_copy_is_not_sealed(
    server: Server, database: str, books: asyncpg.Connection, seal: Seal, signer: Signer, shelf: Path
) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)
    await seal()
    await books.close()
    await server.execute(f"create database {database}_older template {database}")
    connection = await asyncpg.connect(server.url(database))
    await write(connection, *Stream().begin(answer([person(2)])).segments)
    await connection.close()
    await seal()
    kept = Shelf(shelf).latest()

    with pytest.raises(SealingRefused, match=r"holds 1 leaves.* is of 2"):
        await seal_now(server.url(f"{database}_older"), signer, shelf)

    assert Shelf(shelf).latest() == kept


async def test_database_with_another_past_is_not_sealed(
    server: Server, database: str, books: asyncpg.Connection, seal: Seal, signer: Signer, shelf: Path, tmp_path: Path
) -> None:
    await books.close()
    await server.execute(f"create database {database}_other template {database}")
    for name, place in ((database, shelf), (f"{database}_other", tmp_path / "elsewhere")):
        connection = await asyncpg.connect(server.url(name))
        await write(connection, *Stream().begin(answer([person(1)])).segments)
        await connection.close()
        await seal_now(server.url(name), signer, place)

    with pytest.raises(SealingRefused, match="the first 1 are not those sealed before"):
        await seal_now(server.url(f"{database}_other"), signer, shelf)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("delete from leaves where leaf = 2", "holds 2 leaves"),
        ("update leaves set hash = sha256('x') where leaf = 1", "not those of its checkpoint"),
        ("delete from checkpoints", "of 0"),
        ("update checkpoints set note = 'x'", "is not this ledger's"),
        ("delete from leaves where leaf = 0", "are missing"),
    ],
)
async def test_database_that_was_changed_is_not_sealed(
    books: asyncpg.Connection, seal: Seal, change: str, said: str
) -> None:
    await write(books, *Stream().begin(*(answer([person(n)]) for n in range(3))).segments)
    await seal()
    await books.execute(f"set session_replication_role = replica; {change}")
    await write(books, *Stream().begin(answer([person(4)])).segments)

    with pytest.raises(SealingRefused, match=said):
        await seal()

    assert await books.fetchval("select count(*) from answers") == 3


async def test_database_changed_under_a_sealer_at_work_is_not_sealed(
    server: Server, database: str, books: asyncpg.Connection, signer: Signer, shelf: Path
) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)
    async with opened(server.url(database), signer, Shelf(shelf)) as sealer:
        await sealer.catch_up()
        await books.execute("set session_replication_role = replica; delete from checkpoints; delete from leaves")
        await write(books, *Stream().begin(answer([person(2)])).segments)

        with pytest.raises(SealingRefused, match="not as it was left"):
            await sealer.seal()


async def test_checkpoint_that_a_crash_kept_from_the_shelf_is_kept_before_the_next(
    books: asyncpg.Connection, seal: Seal, signer: Signer, shelf: Path
) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)
    await seal()
    (shelf / "latest").unlink()

    assert await seal() == 1

    assert _kept(signer, shelf).size == 1


async def test_ledger_of_another_key_is_not_sealed(
    server: Server, database: str, books: asyncpg.Connection, seal: Seal, signer: Signer, shelf: Path
) -> None:
    await write(books, *Stream().begin(answer([person(1)])).segments)
    await seal()
    stranger = Signer(signer.verifier.name, Signer.new_key())

    with pytest.raises(SealingRefused, match="not this ledger's"):
        await seal_now(server.url(database), stranger, shelf)


async def test_no_definition_becomes_a_row_that_no_answer_names(books: asyncpg.Connection, seal: Seal) -> None:
    await write(books, *Stream().add(*DEFINITIONS, answers=0).segments)

    assert await seal() == 0

    assert await books.fetchval("select (select count(*) from parties) + (select count(*) from operations)") == 0
    assert await books.fetchval("select segments from progress") == 1


def _kept(signer: Signer, shelf: Path) -> Checkpoint:
    note = Shelf(shelf).latest()
    assert note is not None
    return opened_note(note, signer.verifier).checkpoint
