"""Reads of a table only the rows that are not known yet, by the version that PostgreSQL gives each row.

An officer's change touches a few rows out of tens of thousands. So the keys and versions (`xmin`, the transaction that
wrote a row as it stands) of all that counts are read, and then the rows behind those not seen before. A version is
never taken again for other content on the same server; a new connection may lead to another server, which is why
whoever reconnects forgets.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from asyncpg import Connection, Record

AT_ONCE = 500
"""Rows read and converted before others have their turn: reading must not hold up those who are being answered."""

Value = TypeVar("Value")
Version = tuple[Any, ...]


class Versions(Generic[Value]):
    """The values of the rows of one table that count.

    `counting` selects their keys, and last `xmin`; `rows` selects, by arrays of keys, the same keys and what `make`
    needs.
    """

    def __init__(self, counting: str, rows: str, make: Callable[[Record], Value]) -> None:
        self._counting, self._rows, self._make = counting, rows, make
        self._kept: dict[Version, Value] = {}

    def forget(self) -> None:
        self._kept = {}

    async def read(self, connection: "Connection[Record]") -> list[Value]:
        """All values, in the order of `counting`; within a transaction that sees one moment."""
        versions = [tuple(row) for row in await connection.fetch(self._counting)]
        missing = [version for version in versions if version not in self._kept]
        kept = {version: self._kept[version] for version in versions if version in self._kept}
        for start in range(0, len(missing), AT_ONCE):
            kept |= await self._fetched(connection, missing[start : start + AT_ONCE])
            await asyncio.sleep(0)
        self._kept = kept
        return [kept[version] for version in versions]

    async def _fetched(self, connection: "Connection[Record]", missing: list[Version]) -> dict[Version, Value]:
        *keys, _ = zip(*missing, strict=True)
        by_key = {version[:-1]: version for version in missing}
        rows = await connection.fetch(self._rows, *map(list, keys))
        return {by_key[tuple(row)[: len(keys)]]: self._make(row) for row in rows}
