"""The hash tree of RFC 6962, section 2.1: how hashes become one root, and how a growing tree is carried on.

A small tree (the subjects of one answer) is worked out at once, by `root`. The one tree over everything recorded is
never held whole: its `Frontier` is what the next leaves need. Hashes of it are stored in *tiles* of 256: those of level
0 are the leaves, and each of level n + 1 is the root of one full tile of level n.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

_sha256 = hashlib.sha256

HASH_LENGTH = 32
EMPTY_ROOT = _sha256(b"").digest()
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT


class Node(NamedTuple):
    """A hash that is stored above the leaves: the root of the full tile `place` of the level below."""

    level: int
    place: int
    hash: bytes


class Span(NamedTuple):
    """Stored hashes of one level, one beside the other."""

    level: int
    first: int
    length: int


def leaf_hash(content: bytes) -> bytes:
    return _sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Of the tree over these leaf hashes, or over the roots of equally high full trees, the last of which may be lower.

    Level by level: a last one without a neighbor goes up as it is, which is what the RFC's recursion comes to.
    """
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        alone = hashes[-1:] if len(hashes) & 1 else ()
        hashes = [
            _sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)
        ]
        hashes += alone
    return hashes[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of the tree: of each level, the hashes that do not fill a tile yet."""

    size: int = 0
    edge: tuple[tuple[bytes, ...], ...] = ((),)
    """By level, from the leaves up."""

    @staticmethod
    def spans(size: int) -> list[Span]:
        """What of the stored hashes the edge of a tree of this size consists of, by level from the leaves up."""
        counts = [size]
        while counts[-1] >= TILE_WIDTH:
            counts.append(counts[-1] // TILE_WIDTH)
        return [Span(level, count - count % TILE_WIDTH, count % TILE_WIDTH) for level, count in enumerate(counts)]

    @classmethod
    def of(cls, size: int, edge: Sequence[Sequence[bytes]]) -> Self:
        """Carried on from what is stored: the hashes of each of `spans(size)`."""
        if [len(hashes) for hashes in edge] != [span.length for span in cls.spans(size)]:
            raise ValueError("the stored hashes do not end where a tree of this size does")
        return cls(size, tuple(map(tuple, edge)))

    def root(self) -> bytes:
        """Of the tree so far."""
        lower: tuple[bytes, ...] = ()
        for hashes in self.edge:
            together = hashes + lower
            lower = (root(together),) if together else ()
        return lower[0] if lower else EMPTY_ROOT

    def grown(self, leaves: Sequence[bytes]) -> tuple["Frontier", list[Node]]:
        """The frontier with these leaf hashes appended, and the nodes to store that came of it."""
        edge: list[tuple[bytes, ...]] = []
        nodes: list[Node] = []
        arriving, place = list(leaves), self.size
        while arriving or len(edge) < len(self.edge):
            level = len(edge)
            waiting = [*(self.edge[level] if level < len(self.edge) else ()), *arriving]
            arriving, rest = _tiled(waiting)
            place //= TILE_WIDTH
            nodes += [Node(level + 1, place + at, made) for at, made in enumerate(arriving)]
            edge.append(tuple(rest))
        return Frontier(self.size + len(leaves), tuple(edge)), nodes


def _tiled(hashes: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The roots of the full tiles, and what is left over."""
    end = len(hashes) - len(hashes) % TILE_WIDTH
    return [root(hashes[at : at + TILE_WIDTH]) for at in range(0, end, TILE_WIDTH)], hashes[end:]
