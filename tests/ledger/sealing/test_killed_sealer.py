"""A sealer killed again and again while answers arrive: nothing is lost, nothing stands twice, one tree comes of it."""

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from ledger import read_disclosures
from ledger.sealing import seal_now
from ledger.tree.merkle import TILE_WIDTH, root
from ledger.tree.notes import Signer, opened
from ledger.tree.shelf import Shelf
from tests.ledger.desk import Desk, pin
from tests.ledger.sealing import child
from tests.ledger.server import Server

ROOT = Path(__file__).parents[3]
LEAVES = "select count(*) from leaves"


@pytest.mark.parametrize("rounds", [6, pytest.param(60, marks=pytest.mark.slow)])
async def test_sealer_killed_while_answers_arrive_loses_nothing_and_seals_nothing_twice(
    server: Server,
    database: str,
    open_desk: Callable[..., Awaitable[Desk]],
    books: asyncpg.Connection,
    tmp_path: Path,
    shelf: Path,
    rounds: int,
) -> None:
    key = tmp_path / "log.key"
    key.write_bytes(Signer.new_key())
    desks = [await open_desk(), await open_desk()]
    async with _answering(desks) as answered:
        for _ in range(rounds):
            await _seal_and_die(server.url(database), key, shelf, books)
    killed_at = await books.fetchval(LEAVES)

    signer = Signer(child.ORIGIN, key.read_bytes())
    size = await seal_now(server.url(database), signer, shelf)

    sealed = [row["request_id"].bytes for row in await books.fetch("select request_id from answers")]
    recorded = [disclosure.request_id.bytes for disclosure in read_disclosures(await server.segments(database))]
    assert sorted(sealed) == sorted(recorded)
    assert set(answered) <= set(sealed)
    await _is_one_whole_tree(books, size)
    kept = Shelf(shelf).latest()
    assert kept is not None
    assert opened(kept, signer.verifier).checkpoint.size == size
    assert killed_at > rounds
    print(f"sealer killed {rounds} times: {len(answered)} answers, {killed_at} leaves when it was killed last")  # noqa: T201


@asynccontextmanager
async def _answering(desks: list[Desk]) -> AsyncIterator[list[bytes]]:
    """Answers from all desks for as long as the block lasts; the ids of those that were received."""
    received: list[bytes] = []

    async def ask(desk: Desk, first: int) -> None:
        for number in range(first, first + 10**9):
            received.append(await desk.answer([pin(number % 1_000)], [pin(number % 997), pin(number % 91)]))
            await asyncio.sleep(0.002)

    asking = [asyncio.create_task(ask(desk, number)) for number, desk in enumerate(desks * 4)]
    yield received
    for task in asking:
        task.cancel()
    done, _ = await asyncio.wait(asking)
    assert all(task.cancelled() for task in done)


async def _seal_and_die(dsn: str, key: Path, shelf: Path, books: asyncpg.Connection) -> None:
    """Some seals by a process of its own, killed at any point of one."""
    before = await books.fetchval(LEAVES)
    process = subprocess.Popen(
        [sys.executable, child.__file__, dsn, str(key), str(shelf)], env={"PYTHONPATH": str(ROOT)}
    )
    try:
        async with asyncio.timeout(60):
            while await books.fetchval(LEAVES) == before:  # noqa: ASYNC110 - another process's work
                await asyncio.sleep(0.02)
        await asyncio.sleep(random.random() * 0.5)  # noqa: S311 - when, is what is tried
    finally:
        process.kill()
        process.wait(30)


async def _is_one_whole_tree(books: asyncpg.Connection, size: int) -> None:
    rows = await books.fetch("select leaf, hash from leaves order by leaf")
    assert [row["leaf"] for row in rows] == list(range(size))
    hashes = [row["hash"] for row in rows]
    checkpoint = await books.fetchrow("select size, root from checkpoints order by size desc limit 1")
    assert checkpoint is not None
    assert tuple(checkpoint) == (size, root(hashes))
    nodes = await books.fetch("select level, place, hash from nodes order by level, place")
    assert [tuple(row) for row in nodes] == list(_nodes(hashes))
    followed = await books.fetch("select stream, segments from progress order by 1")
    written = await books.fetch("select stream, count(*) from segments group by 1 order by 1")
    assert [tuple(row) for row in followed] == [tuple(row) for row in written]


def _nodes(hashes: list[bytes]) -> list[tuple[int, int, bytes]]:
    """The full tiles' roots over these leaves, built afresh."""
    found = []
    level = 0
    while len(hashes) >= TILE_WIDTH:
        level += 1
        whole = range(0, len(hashes) - len(hashes) % TILE_WIDTH, TILE_WIDTH)
        hashes = [root(hashes[at : at + TILE_WIDTH]) for at in whole]
        found += [(level, place, hashed) for place, hashed in enumerate(hashes)]
    return found
