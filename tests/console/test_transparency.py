"""`/ledger/checkpoint`, `/ledger/key` and `/ledger/tile/…`, as an auditor on the net follows the log by them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import httpx2
import pytest
from starlette.applications import Starlette

from console.transparency import MOST_READING, TransparencyLog
from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.archive.database import LedgerDatabase
from ledger.tree.merkle import Frontier
from ledger.tree.notes import Signer, Verifier, cosigned, opened, split
from ledger.tree.proofs import hashes_of, inclusion, root_by_inclusion, spans
from ledger.tree.shelf import Shelf
from ledger.tree.tiles import tile_with
from tests.auth.databases import lent
from tests.ledger.tree.stored import Stored, numbered

ORIGIN = "lienthong.example.vn/ledger"
SIGNER = Signer(ORIGIN, Signer.new_key())
SIZE = 66_000
STORED = Stored(numbered(SIZE))


@pytest.fixture
async def empty(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[str]:
    """The database of a ledger in which nothing was sealed."""
    async with lent(postgres, database_name(templates, "ledger"), worker) as dsn:
        yield dsn


@pytest.fixture
async def sealed(empty: str) -> str:
    connection = await asyncpg.connect(empty)
    await STORED.write(connection, SIGNER)
    await connection.close()
    return empty


@asynccontextmanager
async def anybody(dsn: str, shelf: Path) -> AsyncIterator[httpx2.AsyncClient]:
    database = LedgerDatabase(ORIGIN, dsn)
    log = TransparencyLog(database, SIGNER.verifier, Shelf(shelf), {"X-Synthetic-Data": "1"})
    transport = httpx2.ASGITransport(app=Starlette(routes=log.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await database.close()


async def test_auditor_rebuilds_the_root_and_proves_a_leaf_from_what_is_published_alone(
    sealed: str, tmp_path: Path
) -> None:
    async with anybody(sealed, tmp_path) as auditor:
        key = Verifier.parse((await auditor.get("/ledger/key")).text)
        state = opened((await auditor.get("/ledger/checkpoint")).text, key).checkpoint
        edge = []
        for span in Frontier.spans(state.size):
            hashes = (await auditor.get(f"/ledger/tile/{tile_with(span, state.size)}")).content
            edge.append([hashes[at : at + 32] for at in range(0, len(hashes), 32)])
        wanted = spans(inclusion(65_535, state.size))
        tiles = {span: (await auditor.get(f"/ledger/tile/{tile_with(span, state.size)}")).content for span in wanted}

    assert (state.size, Frontier.of(state.size, edge).root()) == (SIZE, state.root)
    stored = {span: cut(tile, span.first % 256, span.length) for span, tile in tiles.items()}
    proof = hashes_of(inclusion(65_535, state.size), stored)
    assert root_by_inclusion(STORED.leaves[65_535], 65_535, state.size, proof) == state.root


def cut(tile: bytes, first: int, length: int) -> list[bytes]:
    return [tile[at * 32 : at * 32 + 32] for at in range(first, first + length)]


async def test_tile_may_be_kept_for_ever_and_a_checkpoint_for_a_moment(sealed: str, tmp_path: Path) -> None:
    async with anybody(sealed, tmp_path) as auditor:
        full, partial = await auditor.get("/ledger/tile/0/x001/000"), await auditor.get("/ledger/tile/0/257.p/3")
        here = await auditor.get("/ledger/tile/0/000")
        checkpoint = await auditor.get("/ledger/checkpoint")
        asked_for_head = await auditor.head("/ledger/tile/0/000")

    assert full.status_code == 404
    assert (here.status_code, len(here.content)) == (200, 8_192)
    assert partial.content == b"".join(STORED.leaves[257 * 256 : 257 * 256 + 3])
    assert here.headers["cache-control"] == partial.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert here.headers["content-type"] == "application/octet-stream"
    assert checkpoint.headers["cache-control"] == "public, max-age=1"
    assert checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
    assert (asked_for_head.status_code, asked_for_head.content) == (200, b"")
    for answer in (full, partial, here, checkpoint):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["x-synthetic-data"] == "1"


@pytest.mark.parametrize(
    "name",
    [
        "0/257.p/209",
        "0/258",
        "3/000.p/1",
        "0/0",
        "8/000",
        "0/000.p/256",
        "0/x999/x999/x999/x999/x999/999",
        "7/x999/x999/x999/x999/x999/999.p/255",
        "entries/000",
        "0/%00",
        "0/000'--",
        "%d9%a0/000",
        "",
    ],
)
async def test_stranger_who_asks_for_a_tile_that_is_not_there_is_told_so_and_nothing_is_kept(
    sealed_small: str, tmp_path: Path, name: str
) -> None:
    async with anybody(sealed_small, tmp_path) as stranger:
        answer = await stranger.get(f"/ledger/tile/{name}")

    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.fixture
async def sealed_small(empty: str) -> str:
    connection = await asyncpg.connect(empty)
    await Stored(numbered(300)).write(connection, SIGNER)
    await connection.close()
    return empty


async def test_ledger_in_which_nothing_was_sealed_says_so(empty: str, tmp_path: Path) -> None:
    async with anybody(empty, tmp_path) as auditor:
        answers = [
            await auditor.get(f"/ledger/{name}") for name in ("checkpoint", "checkpoint/witnessed", "tile/0/000.p/1")
        ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_ledger_whose_database_is_gone_says_503_and_no_more(tmp_path: Path) -> None:
    async with anybody("postgresql://127.0.0.1:1/nothing", tmp_path) as auditor:
        answers = [await auditor.get(f"/ledger/{name}") for name in ("checkpoint", "tile/0/000")]
        key = await auditor.get("/ledger/key")

    assert [(answer.status_code, answer.text) for answer in answers] == [(503, "the ledger does not answer\n")] * 2
    assert key.text == f"{SIGNER.verifier}\n"


async def test_strangers_who_ask_all_at_once_are_told_to_come_again_and_the_others_are_answered(
    sealed_small: str, tmp_path: Path
) -> None:
    async with anybody(sealed_small, tmp_path) as strangers:
        asked = [strangers.get("/ledger/tile/0/000") for _ in range(4 * MOST_READING)]
        answers = await asyncio.gather(*asked)
        afterwards = await strangers.get("/ledger/tile/0/000")

    told = Counter((answer.status_code, answer.headers.get("retry-after")) for answer in answers)
    assert set(told) == {(200, None), (503, "1")}
    assert told[200, None] >= MOST_READING
    assert afterwards.status_code == 200


async def test_auditor_gets_the_checkpoint_that_witnesses_signed(sealed_small: str, tmp_path: Path) -> None:
    witness = Signer("witness.example.org/w1", Signer.new_key())
    async with anybody(sealed_small, tmp_path) as auditor:
        note = (await auditor.get("/ledger/checkpoint")).text
        signed = cosigned(note, [witness.cosignature(split(note)[0], datetime.now(UTC)).rstrip("\n")])
        Shelf(tmp_path).keep_witnessed(signed, datetime.now(UTC))
        answer = await auditor.get("/ledger/checkpoint/witnessed")

    assert answer.text == signed
    assert set(opened(answer.text, SIGNER.verifier, [witness.verifier.timed()]).witnessed) == {"witness.example.org/w1"}


async def test_shelf_that_cannot_be_read_is_503(sealed_small: str, tmp_path: Path) -> None:
    (tmp_path / "witnessed").mkdir()
    async with anybody(sealed_small, tmp_path) as auditor:
        assert (await auditor.get("/ledger/checkpoint/witnessed")).status_code == 503


async def test_checkpoint_of_a_growing_ledger_is_new_within_a_second(sealed_small: str, tmp_path: Path) -> None:
    async with anybody(sealed_small, tmp_path) as auditor:
        before = opened((await auditor.get("/ledger/checkpoint")).text, SIGNER.verifier).checkpoint.size
        connection = await asyncpg.connect(sealed_small)
        note = SIGNER.sealed(301, bytes(32), datetime.now(UTC))
        await connection.execute(
            "insert into checkpoints (size, root, at, note) values (301, $1, now(), $2)", bytes(32), note
        )
        await connection.close()
        deadline = datetime.now(UTC).timestamp() + 1
        after = before
        while after == before and datetime.now(UTC).timestamp() < deadline:
            after = opened((await auditor.get("/ledger/checkpoint")).text, SIGNER.verifier).checkpoint.size

    assert (before, after) == (300, 301)
