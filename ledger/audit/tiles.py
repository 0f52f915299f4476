"""Each leaf against the row that it was made of, and every row against a leaf: 256 leaves at a time.

Of the persons of an answer, those of one answer are held at a time.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from asyncpg import Connection, Record

from ledger.audit.contents import IMPOSSIBLE, act_leaf, answer_leaf, event_leaf, mark_leaf
from ledger.audit.faults import Tampered, What
from ledger.audit.gaps import Gaps
from ledger.audit.known import Meanings
from ledger.audit.rows import Rows
from ledger.tree.leaves import LeafKind

TABLES: Mapping[int, str] = {
    LeafKind.ANSWER: "answers",
    LeafKind.MARK: "marks",
    LeafKind.EVENT: "events",
    LeafKind.ACT: "acts",
}
_COLUMNS = {
    "leaves": "kind, hash",
    "answers": (
        "request_id, at, outcome, party, operation, case_reference, grants_revision, emergencies, missing, officer,"
        " officer_digest, salt, seed, people, root"
    ),
    "people": "place, subject, reading, digest",
    "marks": "request_id, answered_at, kind, reason, places, at",
    "events": "at, kind, content",
    "acts": "act, hash",
}
_MAKERS = {"marks": mark_leaf, "events": event_leaf, "acts": act_leaf}


class Mismatch(NamedTuple):
    """A row and its leaf do not belong together; which of the two is as it was sealed, the tree above must tell."""

    leaf: int
    table: str
    made: bytes
    """The leaf hash that the row comes to."""


class Tiles:
    """The rows of all tables of the books, in step with the leaves."""

    def __init__(self, rows: Mapping[str, Rows], meanings: Meanings, gaps: Gaps) -> None:
        self._rows = rows
        self._meanings = meanings
        self._gaps = gaps

    @classmethod
    async def of(cls, connection: Connection, gaps: Gaps) -> "Tiles":
        statement = "select leaf, {} from {} order by leaf"
        rows = {
            name: await Rows.of(connection, statement.format(columns, name) + ", place" * (name == "people"))
            for name, columns in _COLUMNS.items()
        }
        return cls(rows, Meanings(connection), gaps)

    async def hashes(self, first: int, end: int) -> list[Record]:
        """The rows of `leaves` from the first up to the end. Raises `Tampered` where one is missing."""
        leaves: Sequence[Record] = await self._rows["leaves"].before(end)
        for number, leaf in zip(range(first, end), leaves, strict=False):
            if leaf["leaf"] != number:
                raise Tampered(What.REMOVED, "leaves", {"leaf": number}, f"leaf {leaf['leaf']} stands in its place")
        if len(leaves) < end - first:
            raise Tampered(What.REMOVED, "leaves", {"leaf": first + len(leaves)}, "a signed checkpoint counts it")
        return list(leaves)

    async def check(self, leaves: Sequence[Record]) -> Mismatch | None:
        """The first leaf of the tile that its row does not come to. Raises `Tampered` where more can be told."""
        first, end = leaves[0]["leaf"], leaves[-1]["leaf"] + 1
        books = {name: _by_leaf(name, first, await self._rows[name].before(end)) for name in TABLES.values()}
        for leaf in leaves:
            table, row = _row_of(leaf, books)
            people = await self._people(leaf["leaf"], table)
            try:
                made = _MAKERS[table](row) if table in _MAKERS else await self._answer(row, people)
            except IMPOSSIBLE:
                raise Tampered(What.ALTERED, table, {"leaf": leaf["leaf"]}, "it says what cannot be") from None
            if made != leaf["hash"]:
                return Mismatch(leaf["leaf"], table, made)
        return None

    async def refuse_further(self, size: int) -> None:
        """When all leaves that are signed were looked at, no row is left."""
        for table, rows in self._rows.items():
            row = await rows.next()
            if row is not None:
                said = f"signed are {size} leaves"
                raise Tampered(What.INSERTED, table, {"leaf": row["leaf"]}, said)

    async def _people(self, leaf: int, table: str) -> Sequence[Record]:
        people: Sequence[Record] = await self._rows["people"].before(leaf + 1)
        if people and (people[0]["leaf"] != leaf or table != "answers"):
            where = {"leaf": people[0]["leaf"], "place": people[0]["place"]}
            raise Tampered(What.INSERTED, "people", where, "its leaf is no answer")
        return people

    async def _answer(self, row: Record, people: Sequence[Record]) -> bytes:
        if self._meanings.lack(row, people):
            await self._meanings.have(row, people)
        return answer_leaf(row, people, self._meanings, self._gaps)


def _by_leaf(table: str, first: int, rows: Sequence[Record]) -> dict[int, Record]:
    if rows and rows[0]["leaf"] < first:
        raise Tampered(What.INSERTED, table, {"leaf": rows[0]["leaf"]}, "there is no such leaf")
    return {row["leaf"]: row for row in rows}


def _row_of(leaf: Record, books: Mapping[str, dict[int, Record]]) -> tuple[str, Record]:
    number, table = leaf["leaf"], TABLES.get(leaf["kind"])
    standing = {name: rows[number] for name, rows in books.items() if number in rows}
    if table is None or (standing and table not in standing):
        raise Tampered(What.ALTERED, "leaves", {"leaf": number}, "no row of its kind stands there")
    if not standing:
        raise Tampered(What.REMOVED, table, {"leaf": number}, "its leaf stands")
    for name in standing.keys() - {table}:
        raise Tampered(What.INSERTED, name, {"leaf": number}, f"the leaf is of {table}")
    return table, standing[table]
