"""The tree as its readers get it from the database: the last checkpoint, stored hashes, and proofs made of them.

Nothing here is about anybody: hashes alone, which are published anyhow.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ledger.archive.database import LedgerDatabase
from ledger.tree.merkle import TILE_WIDTH, Span
from ledger.tree.proofs import Block, consistency, hashes_of, inclusion, spans
from ledger.tree.tiles import Tile

_CHECKPOINT = "select size, note from checkpoints order by size desc limit 1"
_LEAVES = """\
select s.first, s.length, array_agg(l.hash order by l.leaf) as hashes
from unnest($1::bigint[], $2::bigint[]) as s(first, length)
join leaves as l on l.leaf >= s.first and l.leaf < s.first + s.length group by s.first, s.length"""
_NODES = """\
select s.level, s.first, s.length, array_agg(n.hash order by n.place) as hashes
from unnest($1::smallint[], $2::bigint[], $3::bigint[]) as s(level, first, length)
join nodes as n on n.level = s.level and n.place >= s.first and n.place < s.first + s.length
group by s.level, s.first, s.length"""


class Signed(NamedTuple):
    """The last checkpoint."""

    size: int
    note: str


async def checkpoint(database: LedgerDatabase) -> Signed | None:
    """None before anything was sealed. Raises `LedgerSilent`, as everything here does."""
    rows = await database.fetch(_CHECKPOINT)
    return Signed(*rows[0]) if rows else None


async def inclusion_proof(database: LedgerDatabase, leaf: int, size: int) -> list[bytes]:
    return await _hashes(database, inclusion(leaf, size))


async def consistency_proof(database: LedgerDatabase, older: int, newer: int) -> list[bytes]:
    """Nothing proves that a tree begins with the empty one: it does."""
    return await _hashes(database, consistency(older, newer)) if older else []


async def tile_bytes(database: LedgerDatabase, tile: Tile) -> bytes | None:
    """The hashes of a tile one after the other; None where the tree does not reach so far."""
    hashes = (await stored(database, [tile.span])).get(tile.span, [])
    return b"".join(hashes) if len(hashes) == tile.width <= TILE_WIDTH else None


async def stored(database: LedgerDatabase, wanted: Sequence[Span]) -> dict[Span, list[bytes]]:
    """The stored hashes of these spans; a span of which none is there is missing."""
    low = [span for span in wanted if span.level == 0]
    high = [span for span in wanted if span.level > 0]
    leaves = await database.fetch(_LEAVES, [span.first for span in low], [span.length for span in low]) if low else ()
    above = zip(*high, strict=True)
    nodes = await database.fetch(_NODES, *map(list, above)) if high else ()
    return {Span(0, row["first"], row["length"]): row["hashes"] for row in leaves} | {
        Span(row["level"], row["first"], row["length"]): row["hashes"] for row in nodes
    }


async def _hashes(database: LedgerDatabase, blocks: list[Block]) -> list[bytes]:
    return hashes_of(blocks, await stored(database, spans(blocks)))
