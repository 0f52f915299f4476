"""A tree as it is stored: leaf hashes, and the roots of full tiles above them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import asyncpg

from ledger.tree.leaves import LeafKind
from ledger.tree.merkle import Frontier, Node, Span
from ledger.tree.notes import Signer


def numbered(count: int) -> list[bytes]:
    """As many different leaf hashes."""
    return [hashlib.sha256(b"leaf %d" % number).digest() for number in range(count)]


class Stored:
    def __init__(self, leaves: Sequence[bytes], cuts: Iterable[int] = ()) -> None:
        """Grown at once, or at each of the cuts."""
        self.leaves = leaves
        self.frontier = Frontier()
        self.nodes: list[Node] = []
        for begin, end in pairwise([0, *sorted(cuts), len(leaves)]):
            self.frontier, made = self.frontier.grown(leaves[begin:end])
            self.nodes += made
        self._hashes = {(node.level, node.place): node.hash for node in self.nodes}
        self._hashes |= {(0, place): hashed for place, hashed in enumerate(leaves)}

    def __getitem__(self, span: Span) -> list[bytes]:
        return [self._hashes[span.level, place] for place in range(span.first, span.first + span.length)]

    async def write(self, connection: asyncpg.Connection, signer: Signer) -> None:
        """Into the tables of a ledger, with its checkpoint, as the sealer does."""
        hashes = [(leaf, LeafKind.EVENT, hashed) for leaf, hashed in enumerate(self.leaves)]
        size, top, at = self.frontier.size, self.frontier.root(), datetime.now(UTC)
        await connection.copy_records_to_table("leaves", records=hashes)
        await connection.copy_records_to_table("nodes", records=self.nodes)
        await connection.execute(
            "insert into checkpoints (size, root, at, note) values ($1, $2, $3, $4)",
            size, top, at, signer.sealed(size, top, at),
        )  # fmt: skip

    def look_up(self, spans: Iterable[Span]) -> dict[Span, list[bytes]]:
        return {span: self[span] for span in spans}
