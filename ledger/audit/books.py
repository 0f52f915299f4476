"""The tree built anew from the rows of the books, and compared with everything that was stored and signed of it.

In one pass, leaf by leaf: the row gives its leaf hash (`tiles`), the hash stands in `leaves`, full tiles give `nodes`,
and at the size of each checkpoint the root is the one that was signed, inside the database and outside (`signed`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from asyncpg import Connection, Record

from ledger.audit.faults import Tampered, What
from ledger.audit.gaps import Gaps
from ledger.audit.growth import Growth
from ledger.audit.known import refuse_unnamed
from ledger.audit.rows import Rows
from ledger.audit.signed import Outside, check_inside, check_outside
from ledger.audit.tiles import Mismatch, Tiles
from ledger.tree.merkle import TILE_WIDTH, Node, root
from ledger.tree.notes import Checkpoint, Verifier

_LEVELS = range(1, 8)


async def check_books(
    connection: Connection, log: Verifier, outside: Outside, gaps: Gaps, tell: Callable[[int, int], None]
) -> Growth:
    """The tree as it is. Raises `Tampered` at the first row that is not as it was sealed."""
    size = await _signed_size(connection, outside)
    tiles = await Tiles.of(connection, gaps)
    grown = await Grown.of(connection, log, outside)
    for first in range(0, size, TILE_WIDTH):
        leaves = await tiles.hashes(first, min(first + TILE_WIDTH, size))
        mismatch = await tiles.check(leaves)
        if mismatch is not None:
            raise await _blamed(connection, mismatch, first, [leaf["hash"] for leaf in leaves], grown.tree)
        await grown.by(leaves)
        tell(leaves[-1]["leaf"] + 1, size)
    await grown.refuse_further()
    await tiles.refuse_further(size)
    await refuse_unnamed(connection)
    return grown.tree


async def _signed_size(connection: Connection, outside: Outside) -> int:
    size: int = await connection.fetchval("select coalesce(max(size), 0) from checkpoints")
    if outside.furthest > size:
        reason = f"kept outside is a checkpoint of {outside.furthest} leaves, and the database signed {size}"
        standing = await connection.fetchval("select coalesce(max(leaf) + 1, 0) from leaves")
        what = What.TRUNCATED if standing > size else What.ROLLED_BACK
        raise Tampered(what, "checkpoints", {"size": outside.furthest}, reason)
    return size


class Grown:
    """The tree as it grows, beside what is stored and signed of it."""

    def __init__(self, log: Verifier, nodes: Mapping[int, Rows], inside: Rows, outside: Iterator[Checkpoint]) -> None:
        self._log = log
        self._nodes = nodes
        self._inside = inside
        self._outside = outside
        self._kept = next(outside, None)
        self._signed: Record | None = None
        self._sealed_before = 0
        self._odd_node: Tampered | None = None
        self.tree: Final = Growth()

    @classmethod
    async def of(cls, connection: Connection, log: Verifier, outside: Outside) -> "Grown":
        statement = "select place, hash from nodes where level = $1 order by place"
        nodes = {level: await Rows.of(connection, statement, level, fetched=TILE_WIDTH) for level in _LEVELS}
        inside = await Rows.of(connection, "select size, root, at, note from checkpoints order by size")
        grown = cls(log, nodes, inside, outside.checkpoints(log))
        await grown._at_signed_size()
        return grown

    async def by(self, leaves: Sequence[Record]) -> None:
        signed = self._next_signed()
        for leaf in leaves:
            for node in self.tree.append(leaf["hash"]):
                await self._compare(node)
            if self.tree.size >= signed:
                await self._at_signed_size()
                signed = self._next_signed()

    async def refuse_further(self) -> None:
        for level, rows in self._nodes.items():
            row = await rows.next()
            if row is not None:
                raise Tampered(What.INSERTED, "nodes", {"level": level, "place": row["place"]}, "no such tile is full")

    def _next_signed(self) -> int:
        """Where to compare next."""
        sizes = [self._signed["size"]] if self._signed else []
        return min([*sizes, *([self._kept.size] if self._kept else [])], default=self.tree.size + (1 << 62))

    async def _at_signed_size(self) -> None:
        """Compare the tree with all that was signed of this size."""
        size, made, is_inside = self.tree.size, self.tree.root(), False
        self._signed = await self._inside.next()
        for row in await self._inside.before(size + 1):
            check_inside(row, made, self._sealed_before, self._log)
            self._sealed_before, is_inside = size, True
        self._signed = await self._inside.next()
        while self._kept is not None and self._kept.size <= size:
            check_outside(self._kept, made, is_inside=is_inside or size == 0)
            self._kept = next(self._outside, None)
        if self._odd_node is not None and is_inside:
            raise self._odd_node

    async def _compare(self, node: Node) -> None:
        """A node that differs is itself at fault only if the next checkpoint says that the leaves below are not."""
        row = await self._nodes[node.level].next()
        where = {"level": node.level, "place": node.place}
        if row is None or row["place"] > node.place:
            self._odd_node = self._odd_node or Tampered(What.REMOVED, "nodes", where, "the tile below it is full")
            return
        if row["place"] < node.place:
            where = {"level": node.level, "place": row["place"]}
            raise Tampered(What.INSERTED, "nodes", where, "no such tile is full")
        await self._nodes[node.level].before(node.place + 1)
        if row["hash"] != node.hash:
            self._odd_node = self._odd_node or Tampered(
                What.ALTERED, "nodes", where, "not the root of the tile below it"
            )


async def _blamed(
    connection: Connection, mismatch: Mismatch, first: int, stored: list[bytes], tree: Growth
) -> Tampered:
    """Which of the two was touched, the row or its leaf: the one without which the tree above is as it was signed."""
    made, at = mismatch.made, mismatch.leaf - first
    elsewhere = await connection.fetchval(
        "select leaf from leaves where hash = $1 and leaf <> $2 limit 1", made, mismatch.leaf
    )
    mended = [*stored]
    if elsewhere is not None and first <= elsewhere < first + len(stored):
        mended[elsewhere - first] = stored[at]
    mended[at] = made
    table = "leaves" if await _is_sealed(connection, first, mended, tree) else mismatch.table
    if elsewhere is None:
        return Tampered(What.ALTERED, table, {"leaf": mismatch.leaf}, "row and leaf do not belong together")
    return Tampered(What.REORDERED, table, {"leaf": mismatch.leaf}, f"what stands there belongs to leaf {elsewhere}")


async def _is_sealed(connection: Connection, first: int, hashes: Sequence[bytes], tree: Growth) -> bool:
    if len(hashes) == TILE_WIDTH:
        node = await connection.fetchval("select hash from nodes where level = 1 and place = $1", first // TILE_WIDTH)
        return bool(node == root(hashes))
    grown = tree.copy()
    for leaf in hashes:
        grown.append(leaf)
    sealed = await connection.fetchval("select root from checkpoints where size = $1", grown.size)
    return bool(sealed == grown.root())
