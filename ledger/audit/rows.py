"""Rows from the database, in the order of a key, as far as they are asked for: never a table at once."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from asyncpg import Connection, Record
from asyncpg.cursor import Cursor

FETCHED = 2_000
"""Rows from one cursor at a time."""


class Rows:
    """One statement's rows, which come ordered by their first `columns`; lives in the transaction that it began in."""

    __slots__ = ("_at", "_columns", "_cursor", "_fetched", "_is_over", "_rows")

    def __init__(self, cursor: Cursor, columns: int = 1, fetched: int = FETCHED) -> None:
        self._cursor = cursor
        self._columns = columns
        self._fetched = fetched
        self._rows: list[Record] = []
        self._at = 0
        self._is_over = False

    @classmethod
    async def of(
        cls, connection: Connection, statement: str, *given: Any, columns: int = 1, fetched: int = FETCHED
    ) -> "Rows":
        return cls(await connection.cursor(statement, *given), columns, fetched)

    async def next(self) -> Record | None:
        """The next row, which stays; None at the end."""
        if self._at == len(self._rows) and not await self._read_on():
            return None
        return self._rows[self._at]

    async def before(self, *key: Any) -> list[Record]:
        """All further rows whose key is smaller; `key` may be shorter than that of the rows."""
        taken: list[Record] = []
        while True:
            end = bisect_left(self._rows, key, self._at, key=self._key_of)
            taken += self._rows[self._at : end]
            self._at = end
            if end < len(self._rows) or not await self._read_on():
                return taken

    async def some(self) -> Sequence[Record]:
        """As many further rows as are at hand; empty at the end."""
        await self.next()
        taken, self._at = self._rows[self._at :], len(self._rows)
        return taken

    async def _read_on(self) -> bool:
        """Whether there are more, now that all were taken."""
        if not self._is_over:
            self._rows, self._at = await self._cursor.fetch(self._fetched), 0
            self._is_over = not self._rows
        return not self._is_over

    def _key_of(self, row: Record) -> tuple[Any, ...]:
        return tuple(row)[: self._columns]
