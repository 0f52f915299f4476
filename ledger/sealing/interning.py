"""What many rows of the books share stands once, under a number: parties, operations and readings.

Known ones are kept in mind, so that a seal of a busy hour asks the database for none. Numbers given in a transaction
that failed are not: whoever has one begins with a fresh `Interned`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
from sqlalchemy import ColumnElement, Table, bindparam, insert
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from ledger.segments.entries import Operation, Recipient
from ledger.tables import operations, parties, readings
from ledger.tree.leaves import Party, Reading, canonical, digest
from ledger.tree.readings import coordinates_of, kind_of

KEPT_IN_MIND = 50_000
"""Of each kind; whoever writes a new document with every request fills no more than that."""


@dataclass(slots=True, eq=False)
class Common:
    """Something that rows refer to. `number` is 0 until it stands in its table."""

    digest: bytes
    values: tuple[Any, ...] = field(repr=False)
    """Its columns, in the order of the table, without number and digest; nothing once it has a number."""
    number: int = 0


class Interned:
    """One table's commons by digest."""

    def __init__(self, table: Table) -> None:
        key, *columns = table.columns
        self._by_digest: dict[bytes, Common] = {}
        self._unnumbered: list[Common] = []
        self._find = f"select digest, {key.name} from {table.name} where digest = any($1::bytea[])"  # noqa: S608 - names of ours
        self._add = _inserting(table, columns, key)

    def common(self, digest_: bytes, values: Callable[[], tuple[object, ...]]) -> Common:
        """The one with this digest; `values` says what it is, if it was not known."""
        found = self._by_digest.get(digest_)
        if found is None:
            if len(self._by_digest) >= KEPT_IN_MIND:
                self._by_digest.clear()
            found = self._by_digest[digest_] = Common(digest_, values())
            self._unnumbered.append(found)
        return found

    async def number(self, connection: asyncpg.Connection) -> None:
        """Gives each its number: the one that it has, or the next."""
        waiting, self._unnumbered = self._unnumbered, []
        if not waiting:
            return
        found = await connection.fetch(self._find, [common.digest for common in waiting])
        known = {row[0]: row[1] for row in found}
        for common in waiting:
            if common.digest not in known:
                known[common.digest] = await connection.fetchval(self._add, common.digest, *common.values)
            common.number = known[common.digest]
            common.values = ()  # it stands in its table; a large one need not stay in mind


class Commons:
    """All three kinds."""

    def __init__(self) -> None:
        self.parties: Final = Interned(parties)
        self.operations: Final = Interned(operations)
        self.readings: Final = Interned(readings)

    def party(self, recipient: Recipient) -> Common:
        party = party_of(recipient)
        return self.parties.common(digest(party), lambda: _values_of_party(party))

    def operation(self, operation: Operation) -> Common:
        return self.operations.common(digest(operation), lambda: _values_of_operation(operation))

    def reading(self, reading: Reading) -> Common:
        return self.readings.common(digest(reading), lambda: _values_of_reading(reading))

    async def number(self, connection: asyncpg.Connection) -> None:
        for kind in (self.parties, self.operations, self.readings):
            await kind.number(connection)


def party_of(recipient: Recipient) -> Party:
    return Party(
        agency=recipient.agency,
        client=recipient.client,
        supplier=recipient.supplier,
        through=recipient.through,
        purpose=recipient.purpose,
        legal_basis=recipient.legal_basis,
    )


def _values_of_party(party: Party) -> tuple[object, ...]:
    return (party.agency, party.client, party.supplier, party.through, party.purpose, party.legal_basis)


def _values_of_operation(operation: Operation) -> tuple[object, ...]:
    touched = {named for step in operation.steps for named in (*step.reads, *step.looks_up)}
    steps = canonical(operation.steps).decode()
    return (operation.document, operation.name, operation.needs, sorted(touched), steps)


def _values_of_reading(reading: Reading) -> tuple[object, ...]:
    return (reading.subject.value, kind_of(reading), coordinates_of(reading), canonical(reading).decode())


def _inserting(table: Table, columns: Sequence[ColumnElement[object]], key: ColumnElement[object]) -> str:
    statement = insert(table).values({column.key: bindparam(column.key) for column in columns}).returning(key)
    return str(statement.compile(dialect=dialect()))  # type: ignore[no-untyped-call]
