"""The tree from the database: the proofs and tiles that come of it are those of the tree that was sealed."""

from collections.abc import AsyncIterator
from functools import cache

import pytest

from ledger.archive.database import LedgerDatabase, LedgerSilent
from ledger.archive.tree import checkpoint, consistency_proof, inclusion_proof, tile_bytes
from ledger.tree.merkle import root
from ledger.tree.notes import opened
from ledger.tree.proofs import check_consistency, root_by_inclusion
from ledger.tree.tiles import Tile
from tests.ledger.archive.world import Books
from tests.ledger.tree.stored import Stored, numbered

SIZE = 66_000
STORED = Stored(numbered(SIZE))
PROVEN = (
    *((leaf, SIZE) for leaf in (0, 1, 255, 256, 65_535, 65_536, SIZE - 1)),
    *((leaf, 65_537) for leaf in (0, 65_535, 65_536)),
    *((leaf, leaf + 1) for leaf in (0, 255, 256)),
)
"""Leaves, and sizes of trees with them."""
THERE = (Tile(0, 0), Tile(0, 256), Tile(0, 257, 208), Tile(1, 0), Tile(1, 1, 1), Tile(2, 0, 1))
BEYOND = (Tile(0, 257, 209), Tile(0, 258, 1), Tile(1, 1, 2), Tile(2, 0, 2), Tile(3, 0, 1))


@cache
def head(size: int) -> bytes:
    return root(STORED.leaves[:size])


@pytest.fixture
async def database(books: Books) -> AsyncIterator[LedgerDatabase]:
    reading = LedgerDatabase(books.origin, books.dsn)
    yield reading
    await reading.close()


@pytest.fixture
async def grown(books: Books, database: LedgerDatabase) -> LedgerDatabase:
    """With a tree of three levels of tiles, sealed as the sealer does."""
    await STORED.write(books.connection, books.signer)
    return database


async def test_ledger_in_which_nothing_was_sealed_has_no_checkpoint_and_no_tile(database: LedgerDatabase) -> None:
    assert await checkpoint(database) is None
    assert await tile_bytes(database, Tile(0, 0, 1)) is None
    assert await consistency_proof(database, 0, 0) == []


async def test_auditor_gets_the_last_checkpoint(grown: LedgerDatabase, books: Books) -> None:
    signed = await checkpoint(grown)

    assert signed is not None
    sealed = opened(signed.note, books.signer.verifier)
    assert (sealed.checkpoint.size, sealed.checkpoint.root) == (signed.size, STORED.frontier.root())


async def test_proofs_from_the_database_lead_to_the_root_at_every_size(grown: LedgerDatabase) -> None:
    for leaf, size in PROVEN:
        path = await inclusion_proof(grown, leaf, size)
        growth = await consistency_proof(grown, leaf + 1, size)

        assert root_by_inclusion(STORED.leaves[leaf], leaf, size, path) == head(size)
        check_consistency(leaf + 1, head(leaf + 1), size, head(size), growth)


async def test_tiles_hold_the_hashes_that_the_specification_says_and_none_is_there_beyond_the_tree(
    grown: LedgerDatabase,
) -> None:
    for tile in THERE:
        height = 256**tile.level
        starts = range(tile.place * 256 * height, (tile.place * 256 + tile.width) * height, height)
        hashes = b"".join(root(STORED.leaves[at : at + height]) for at in starts)
        assert await tile_bytes(grown, tile) == hashes
    assert [await tile_bytes(grown, tile) for tile in BEYOND] == [None] * len(BEYOND)


async def test_ledger_that_does_not_answer_or_answers_what_is_no_answer_is_named(stranger: str) -> None:
    for dsn in ("postgresql://127.0.0.1:1/nothing", stranger):
        with pytest.raises(LedgerSilent, match=r"lienthong\.example/ledger"):
            await checkpoint(LedgerDatabase("lienthong.example/ledger", dsn))
