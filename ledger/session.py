"""The one connection a writer holds: checked for durability when it opens, dropped when the database is late.

Dropped, not cancelled: a cancel request needs the database's help, which is what is missing. Whether a write that was
under way has become durable is then unknown.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import bindparam, insert
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from ledger.chain import Segment
from ledger.durability import require_durability
from ledger.errors import LedgerUnreachable
from ledger.tables import segments

_INSERT = str(
    insert(segments)
    .values({column.name: bindparam(column.name) for column in fields(Segment)})
    .compile(dialect=dialect())  # type: ignore[no-untyped-call]
)


class Session:
    __slots__ = ("_connection", "_insert", "_seconds")

    def __init__(self, connection: asyncpg.Connection, statement: PreparedStatement, seconds: float) -> None:
        self._connection = connection
        self._insert = statement
        self._seconds = seconds

    @classmethod
    async def open(cls, dsn: str, seconds: float) -> "Session":
        """Raises `LedgerUnreachable` or `NotDurable`."""
        try:
            connection = await asyncpg.connect(
                dsn,
                timeout=seconds,
                server_settings={"application_name": "lienthong ledger", "plan_cache_mode": "force_generic_plan"},
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LedgerUnreachable("the ledger's database does not answer") from error
        try:
            with _dropped_when_late(connection, seconds):
                await require_durability(connection)
                return cls(connection, await connection.prepare(_INSERT), seconds)
        except asyncpg.UndefinedTableError as error:
            connection.terminate()
            raise LedgerUnreachable(
                "the ledger's database has no table of segments; run `lienthong migrate`"
            ) from error
        except BaseException:
            connection.terminate()
            raise

    @property
    def is_open(self) -> bool:
        return not self._connection.is_closed()

    async def insert(self, segment: Segment) -> None:
        """Returns when the segment is durable. After any exception the outcome is unknown."""
        with _dropped_when_late(self._connection, self._seconds):
            await self._insert.fetch(
                segment.stream, segment.seq, segment.n, segment.prev, segment.hash, segment.data
            )  # fmt: skip

    async def ping(self) -> None:
        with _dropped_when_late(self._connection, self._seconds):
            await self._connection.execute("select 1")

    def drop(self) -> None:
        self._connection.terminate()

    async def close(self) -> None:
        await self._connection.close(timeout=self._seconds)


@contextmanager
def _dropped_when_late(connection: asyncpg.Connection, seconds: float) -> Iterator[None]:
    """A bare timer: `asyncio.timeout` would make asyncpg send a cancel request, by a task of its own."""
    watch = asyncio.get_running_loop().call_later(seconds, connection.terminate)
    try:
        yield
    finally:
        watch.cancel()
