"""Fills one register's database: empties it, COPYs the rows, builds the indexes again; all in one transaction.

Either the whole nation is there afterwards or what was there before. Rows are written frozen, so that no vacuum has to
touch them again; PostgreSQL cannot do so into a table in parts (docs/decisions/0029).
"""

from collections.abc import AsyncIterator, Sequence
from typing import Final

import asyncpg
from sqlalchemy import MetaData

from domains.kit.units import UNITS, UNITS_TABLE
from synthetic.cells import records
from synthetic.rows import Rows

_UNIT_COLUMNS: Final = (
    "code", "scheme", "level", "kind", "name", "parent_code", "successor_code", "valid_from", "valid_until",
)  # fmt: skip
_PIECE: Final = 1 << 20
_SETTINGS: Final = """
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '15s';
    SET LOCAL maintenance_work_mem = '128MB'
"""
_INDEXES: Final = """
    SELECT i.indrelid::regclass::text AS of, i.indexrelid::regclass::text AS name, quote_ident(c.conname) AS constraint,
           coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS definition
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = ANY($1::text[]::regclass[]) ORDER BY i.indrelid, i.indexrelid
"""
_PARTED: Final = "SELECT relname AS name FROM pg_class WHERE oid = ANY($1::text[]::regclass[]) AND relkind = 'p'"


class CannotSeed(RuntimeError):
    """The database is not in a state to be filled; the message says what to do."""


class Register:
    """One register's database while it is filled."""

    def __init__(self, name: str, metadata: MetaData, connection: asyncpg.Connection) -> None:
        """An open connection, which stays the caller's to close."""
        self.name = name
        self.connection = connection
        self._tables = sorted(table for table in metadata.tables if table != UNITS_TABLE)
        self._indexes: list[asyncpg.Record] = []
        self._parted: frozenset[str] = frozenset()  # rows come frozen into a table in one piece only

    async def empty(self, *, force: bool) -> None:
        """Takes the tables for itself; raises CannotSeed where they hold data, unless forced."""
        await self.connection.execute(_SETTINGS)
        try:
            await self.connection.execute(f"LOCK TABLE {', '.join(self._tables)} IN ACCESS EXCLUSIVE MODE")
        except asyncpg.UndefinedTableError:
            raise CannotSeed(f"the {self.name} database has no tables yet; run `lienthong migrate` first") from None
        except asyncpg.LockNotAvailableError:
            raise CannotSeed(f"the {self.name} database is in use; stop its readers first") from None
        if not force and await self.filled() is not None:
            raise CannotSeed(f"the {self.name} database holds data; it is replaced only when forced")
        self._parted = frozenset(row["name"] for row in await self.connection.fetch(_PARTED, self._tables))
        self._indexes = await self.connection.fetch(_INDEXES, self._tables)
        for index in self._indexes:
            await self.connection.execute(_dropping(index))
        await self.connection.execute(f"TRUNCATE {', '.join(self._tables)}")
        await self._fill_units()

    async def filled(self) -> str | None:
        """A table that holds data, if there is one."""
        for table in self._tables:
            if await self.connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):  # noqa: S608 -- a table of the metadata
                return table
        return None

    async def copy(self, parts: Sequence[Rows]) -> None:
        """Adds rows."""
        for rows in parts:
            await self._copy(rows.table, rows.columns, rows.data, freeze=rows.table not in self._parted)

    async def build_indexes(self) -> None:
        """Builds what `empty` dropped."""
        for index in self._indexes:
            await self.connection.execute(_building(index))

    async def analyze(self) -> None:
        """Counts for the planner; after the transaction."""
        await self.connection.execute(f"ANALYZE {', '.join((*self._tables, UNITS_TABLE))}")

    async def _fill_units(self) -> None:
        if not await self.connection.fetchval(f"SELECT EXISTS (SELECT FROM {UNITS_TABLE})"):  # noqa: S608 -- a constant
            units = [{name: getattr(unit, name) for name in _UNIT_COLUMNS} for unit in UNITS]
            await self._copy(UNITS_TABLE, _UNIT_COLUMNS, records(_UNIT_COLUMNS, units), freeze=False)

    async def _copy(self, table: str, columns: Sequence[str], data: bytes, *, freeze: bool) -> None:
        await self.connection.copy_to_table(table, source=_pieces(data), columns=columns, format="text", freeze=freeze)


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


def _dropping(index: asyncpg.Record) -> str:
    if index["constraint"]:
        return f"ALTER TABLE {index['of']} DROP CONSTRAINT {index['constraint']}"
    return f"DROP INDEX {index['name']}"


def _building(index: asyncpg.Record) -> str:
    if index["constraint"]:
        return f"ALTER TABLE {index['of']} ADD CONSTRAINT {index['constraint']} {index['definition']}"
    return str(index["definition"])
