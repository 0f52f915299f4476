"""The meanings that were met lately, read from the database when a row first refers to them: never all of them."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, Generic, TypeVar

from asyncpg import Connection, Record

from ledger.audit.faults import Tampered, What
from ledger.audit.meanings import Asked, ReadOnce, operation_of, party_of, reading_of
from ledger.tree.leaves import Party

KEPT_IN_MIND = 20_000
"""Of each kind."""
_PARTIES = """
select party, digest, agency, client, supplier, through, purpose, legal_basis from parties where party = any($1)
"""
_OPERATIONS = """
select operation, digest, document, name, needs, coordinates, steps::text as steps from operations
where operation = any($1)
"""
_READINGS = """
select reading, digest, subject, kind, coordinates, content::text as content from readings where reading = any($1)
"""
T = TypeVar("T")


class Known(Generic[T]):
    """Rows of one table by their number."""

    def __init__(
        self, connection: Connection, table: str, column: str, statement: str, meaning: Callable[[Record], T | None]
    ) -> None:
        self._connection = connection
        self._table = table
        self._column = column
        self._statement = statement
        self._meaning = meaning
        self._known: dict[int, T] = {}

    def __getitem__(self, number: int) -> T:
        """Of one that `have` was asked for. Raises `Tampered` where there is none."""
        try:
            return self._known[number]
        except KeyError:
            where = {self._column: number}
            raise Tampered(What.REMOVED, self._table, where, "rows on record refer to it") from None

    def has(self, numbers: AbstractSet[int]) -> bool:
        return numbers <= self._known.keys()

    async def have(self, numbers: Iterable[int]) -> None:
        """Raises `Tampered` where one is not what its digest says."""
        wanted = {*numbers}
        lacking = wanted - self._known.keys()
        if not lacking:
            return
        if len(self._known) + len(lacking) > KEPT_IN_MIND:
            self._known.clear()
            lacking = wanted
        for row in await self._connection.fetch(self._statement, sorted(lacking)):
            meaning = self._meaning(row)
            if meaning is None:
                where = {self._column: row[0]}
                raise Tampered(What.ALTERED, self._table, where, "it is not what its digest says")
            self._known[row[0]] = meaning


class Meanings:
    def __init__(self, connection: Connection) -> None:
        self.parties: Final = Known[Party](connection, "parties", "party", _PARTIES, party_of)
        self.operations: Final = Known[Asked](connection, "operations", "operation", _OPERATIONS, operation_of)
        self.readings: Final = Known[ReadOnce](connection, "readings", "reading", _READINGS, reading_of)
        self._fitting: set[tuple[int, int]] = set()

    def lack(self, answer: Record, people: Iterable[Record]) -> bool:
        """Whether `have` is needed: it rarely is, and costs more than looking."""
        return not (
            self.parties.has({answer["party"]})
            and self.operations.has({answer["operation"]})
            and self.readings.has({person["reading"] for person in people})
        )

    async def have(self, answer: Record, people: Sequence[Record]) -> None:
        """All that the rows of an answer refer to."""
        await self.parties.have((answer["party"],))
        await self.operations.have((answer["operation"],))
        await self.readings.have([person["reading"] for person in people])

    def refuse_strange(self, answer: Record, people: Sequence[Record]) -> None:
        """Nobody was read in a way that the operation does not have: all that can be told of an erased person's."""
        operation = answer["operation"]
        for person in people:
            pair = operation, person["reading"]
            if pair in self._fitting:
                continue
            if not self.readings[pair[1]].fits(self.operations[pair[0]]):
                where = {"leaf": answer["leaf"], "place": person["place"]}
                raise Tampered(What.ALTERED, "people", where, "its operation does not read that")
            if len(self._fitting) >= KEPT_IN_MIND:
                self._fitting.clear()
            self._fitting.add(pair)


NAMED = {
    "parties": "select party from parties where not exists (select from answers where answers.party = parties.party)",
    "operations": "select operation from operations"
    " where not exists (select from answers where answers.operation = operations.operation)",
    "readings": "select reading from readings"
    " where not exists (select from people where people.reading = readings.reading)",
}
"""What nothing refers to: such rows are only written with others that do."""


async def refuse_unnamed(connection: Connection) -> None:
    for table, statement in NAMED.items():
        found = await connection.fetchrow(f"{statement} order by 1 limit 1")
        if found is not None:
            raise Tampered(What.INSERTED, table, dict(found), "nothing on record refers to it")
