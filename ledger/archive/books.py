"""What many rows share, kept in mind: who asked, what was asked, what can be read of a subject.

These rows never change, so what was read once is right for good. Bounded: beyond `KEPT` of a kind it begins anew.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from ledger.archive.database import LedgerDatabase
from ledger.archive.rows import Operation
from ledger.tree.leaves import Party, Reading

KEPT = 20_000

T = TypeVar("T")

_MATCHING = """\
select party from parties where ($1::text is null or agency = $1 or supplier = $1)
and ($2::text is null or client = $2) and ($3::text is null or purpose = $3)
and ($4::text is null or agency = $4 or supplier = $4)"""
_WITH_COORDINATE = 'select operation from operations where coordinates @> array[$1::text collate "C"] limit $2'
_PARTIES = """\
select party, agency, client, supplier, through, purpose, legal_basis from parties where party = any($1::int[])"""
_OPERATIONS = """\
select operation, document, name, digest, coordinates from operations where operation = any($1::int[])"""
_READINGS = "select reading, content from readings where reading = any($1::int[])"


class Interned(Generic[T]):
    """Rows of one table by their number."""

    def __init__(self, database: LedgerDatabase, statement: str, made: Callable[[Any], T]) -> None:
        self._database, self._statement, self._made = database, statement, made
        self._known: dict[int, T] = {}

    async def of(self, numbers: Collection[int]) -> Mapping[int, T]:
        """Those of these numbers; raises `LedgerSilent`."""
        wanted = set(numbers)
        found = {number: self._known[number] for number in wanted & self._known.keys()}
        if len(found) < len(wanted):
            rows = await self._database.fetch(self._statement, sorted(wanted - found.keys()))
            read = {row[0]: self._made(row) for row in rows}
            if len(self._known) + len(read) > KEPT:
                self._known.clear()
            self._known |= read
            found |= read
        return found


class Books:
    """The books of one ledger that rows refer to by number."""

    def __init__(self, database: LedgerDatabase) -> None:
        self._database = database
        self.parties = Interned(database, _PARTIES, _party)
        self.operations = Interned(database, _OPERATIONS, _operation)
        self.readings = Interned(database, _READINGS, _reading)

    async def matching(
        self, agency: str | None, client: str | None, purpose: str | None, within: str | None = None
    ) -> list[int] | None:
        """Numbers of the parties in which these agencies have a part, with this client and purpose; None: all."""
        asked = (agency, client, purpose, within)
        if asked == (None, None, None, None):
            return None
        return [row["party"] for row in await self._database.fetch(_MATCHING, *asked)]

    async def with_coordinate(self, coordinate: str | None, most: int) -> list[int] | None:
        """Numbers of so many of the operations that read it or look up by it; None: all.

        Not of every one: whoever writes a new document with every request makes as many of them.
        """
        if coordinate is None:
            return None
        return [row["operation"] for row in await self._database.fetch(_WITH_COORDINATE, coordinate, most)]


def _party(row: Any) -> Party:
    return Party(
        agency=row["agency"],
        client=row["client"],
        supplier=row["supplier"],
        through=tuple(row["through"]),
        purpose=row["purpose"],
        legal_basis=row["legal_basis"],
    )


def _operation(row: Any) -> Operation:
    return Operation(row["document"].hex(), row["name"], row["digest"].hex(), tuple(row["coordinates"]))


def _reading(row: Any) -> Reading:
    return msgspec.json.decode(row["content"], type=Reading)
