"""Before anything is sealed: that the tree in the database is the one that was sealed before, and as far.

Whoever owns the database can put an older copy in its place, or another. To seal on from that would make a second tree
that people could be shown instead of the first. So the sealer compares with the checkpoint that the shelf keeps
outside, and with its own signature, and refuses where they do not fit.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import asyncpg

from ledger.tree.merkle import EMPTY_ROOT, Frontier
from ledger.tree.notes import NoteRefused, Sealed, Verifier, opened

_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST = "select size, root, note, at from checkpoints order by size desc limit 1"
_LEAVES = "select coalesce(max(leaf) + 1, 0) from leaves"
_SPANS = (
    "select hash from leaves where $1::int = 0 and leaf between $2 and $2 + $3 - 1 order by leaf",
    "select hash from nodes where level = $1::int and place between $2 and $2 + $3 - 1 order by place",
)


class SealingRefused(Exception):
    """The database does not hold the tree that was sealed; to go on would fork it. The message says how they differ."""


class Anchored(NamedTuple):
    """The state of the tree that is in the database, on the shelf, and signed."""

    frontier: Frontier
    root: bytes
    note: str | None
    """The signed checkpoint; None of a tree without leaves."""
    at: datetime
    """When it was sealed."""


async def anchored(connection: asyncpg.Connection, log: Verifier, outside: str | None) -> Anchored:
    """Raises `SealingRefused`. `outside` is the shelf's last checkpoint."""
    last = await connection.fetchrow(_LAST)
    size, root, note, at = last or (0, EMPTY_ROOT, None, _NEVER)
    leaves = await connection.fetchval(_LEAVES)
    if leaves != size:
        raise SealingRefused(f"the database holds {leaves} leaves and its last checkpoint is of {size}")
    frontier = await frontier_at(connection, size)
    if frontier.root() != root:
        raise SealingRefused(f"the leaves in the database are not those of its checkpoint of {size}")
    if note is not None:
        _compare(_opened(note, log, "the database"), size, root)
    if outside is not None:
        await _compare_outside(connection, _opened(outside, log, "the shelf"), size)
    return Anchored(frontier, root, note, at)


async def require_last(connection: asyncpg.Connection, tree: Anchored) -> None:
    """That nothing was sealed or removed since: for each seal, in its transaction. Raises `SealingRefused`."""
    last = await connection.fetchrow(_LAST)
    leaves = await connection.fetchval(_LEAVES)
    if (last["note"] if last else None) != tree.note or leaves != tree.frontier.size:
        raise SealingRefused(f"the database is not as it was left: it held {tree.frontier.size} leaves, now {leaves}")


async def frontier_at(connection: asyncpg.Connection, size: int) -> Frontier:
    """The right edge of the tree when it had this size. Raises `SealingRefused` where some of it is not there."""
    edge = []
    for span in Frontier.spans(size):
        statement = _SPANS[span.level > 0]
        edge.append([row["hash"] for row in await connection.fetch(statement, *span)])
    try:
        return Frontier.of(size, edge)
    except ValueError:
        raise SealingRefused(f"hashes of the tree of {size} leaves are missing in the database") from None


async def _compare_outside(connection: asyncpg.Connection, kept: Sealed, size: int) -> None:
    was = kept.checkpoint
    if was.size > size:
        raise SealingRefused(
            f"the database is older than the ledger: it holds {size} leaves,"
            f" and the checkpoint kept outside it is of {was.size}"
        )
    if (await frontier_at(connection, was.size)).root() != was.root:
        raise SealingRefused(f"of {size} leaves in the database, the first {was.size} are not those sealed before")


def _opened(note: str, log: Verifier, place: str) -> Sealed:
    try:
        return opened(note, log)
    except NoteRefused as refused:
        raise SealingRefused(f"the last checkpoint of {place} is not this ledger's: {refused}") from None


def _compare(sealed: Sealed, size: int, root: bytes) -> None:
    said = sealed.checkpoint
    if (said.size, said.root) != (size, root):
        raise SealingRefused(f"the database's checkpoint of {size} leaves is not the one that was signed")
