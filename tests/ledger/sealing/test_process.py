"""The sealing process: goes on through outages, says when it started and stopped, and seals within moments."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from ledger import KeyRing, Ledger
from ledger.sealing import Works, condition, keep_sealing
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf
from tests.ledger.desk import Desk, pin
from tests.ledger.sealing.written import Stream, answer, person, write
from tests.ledger.server import Server

PATIENCE = 30


@pytest.fixture
def works(server: Server, database: str, signer: Signer, shelf: Path, keys: KeyRing) -> Works:
    return Works(server.url(database), signer, Shelf(shelf), keys)


@asynccontextmanager
async def sealing(works: Works) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(keep_sealing(works, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE)


async def test_answer_is_sealed_within_moments(
    works: Works, desk: Desk, books: asyncpg.Connection, record_property: Callable[[str, object], None]
) -> None:
    async with sealing(works):
        await _until_sealed(books, await desk.answer([pin(1)]))
        began = time.monotonic()
        await _until_sealed(books, await desk.answer([pin(2)]))
        took = time.monotonic() - began

    record_property("counted", f"an answer was sealed {took * 1000:.0f} ms after it had left")
    assert took < 5  # what a loaded machine of a test run needs; a second is what it takes


async def test_process_says_when_it_starts_and_stops(works: Works, books: asyncpg.Connection) -> None:
    async with sealing(works):
        await _until(books, "select exists (select from events where kind = 'process.started')")

    said = await books.fetch("select kind, content::json ->> 'role' from events order by leaf")
    kinds = [tuple(row) for row in said if row["kind"].startswith("process")]
    assert kinds == [("process.started", "sealing"), ("process.stopped", "sealing")]


async def test_sealing_goes_on_after_the_database_was_killed(
    server: Server, works: Works, desk: Desk, database: str
) -> None:
    async with sealing(works):
        before = await desk.answer([pin(1)])
        server.kill()
        await asyncio.sleep(0.5)
        server.start()
        books = await asyncpg.connect(server.url(database))
        await write(books, *Stream().begin(answer([person(7)])).segments)

        await _until_sealed(books, before)
        await _until(books, "select exists (select from people where subject = $1)", person(7))
        await books.close()


async def test_condition_says_how_long_something_waits(works: Works, books: asyncpg.Connection) -> None:
    now = datetime.now(UTC)
    assert (await condition(books.fetch)).looked_at is None
    async with sealing(works):
        await _until(books, "select exists (select from sealing where looked_at > now() - interval '1 minute')")

    found = await condition(books.fetch)
    assert found.troubles == ()
    assert found.behind_since is None
    assert found.looked_at is not None
    assert found.unsealed_for(found.looked_at).total_seconds() == 0
    assert found.looked_at > now


async def test_database_that_is_not_ours_is_named_in_the_condition_and_gets_no_word_of_ours(
    works: Works, books: asyncpg.Connection, shelf: Path
) -> None:
    Shelf(shelf).keep(works.signer.sealed(99, bytes(32), datetime.now(UTC)), datetime.now(UTC))

    async with sealing(works):
        await _until(books, "select exists (select from sealing where troubles <> '{}')")

    (trouble,) = (await condition(books.fetch)).troubles
    assert trouble.endswith("it holds 0 leaves, and the checkpoint kept outside it is of 99")
    assert await books.fetchval("select count(*) from segments") == 0


async def test_daily_work_that_fails_keeps_nothing_from_being_sealed(works: Works, books: asyncpg.Connection) -> None:
    tried = asyncio.Event()

    async def daily(_: Ledger) -> None:
        tried.set()
        raise RuntimeError

    failing = Works(works.dsn, works.signer, works.shelf, works.keys, daily=daily)
    async with sealing(failing):
        await asyncio.wait_for(tried.wait(), PATIENCE)
        await write(books, *Stream().begin(answer([person(7)])).segments)
        await _until(books, "select exists (select from answers)")


async def _until_sealed(books: asyncpg.Connection, request_id: bytes) -> None:
    await _until(books, "select exists (select from answers where uuid_send(request_id) = $1)", request_id)


async def _until(books: asyncpg.Connection, question: str, *given: object) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await books.fetchval(question, *given):  # noqa: ASYNC110 - another connection's work
            await asyncio.sleep(0.02)
