"""The one connection a writer holds: checked for durability when it opens, dropped when the database is late.

It takes on the role of the ledger's writers, which may insert segments and do nothing else.

Dropped, not cancelled: a cancel request needs the database's help, which is what is missing. Whether a write that was
under way has become durable is then unknown.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import bindparam, insert
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from ledger.errors import LedgerUnreachable
from ledger.recording.durability import require_durability
from ledger.segments.chain import Segment
from ledger.tables import WRITER, segments

_INSERT = str(
    insert(segments).values({column: bindparam(column) for column in Segment._fields}).compile(dialect=dialect())  # type: ignore[no-untyped-call]
)

_SETTINGS = {"application_name": "lienthong ledger", "plan_cache_mode": "force_generic_plan"}
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Session:
    __slots__ = ("_connection", "_insert", "_seconds")

    def __init__(self, connection: asyncpg.Connection, statement: PreparedStatement, seconds: float) -> None:
        self._connection = connection
        self._insert = statement
        self._seconds = seconds

    @classmethod
    async def open(cls, dsn: str, seconds: float) -> "Session":
        """Raises `LedgerUnreachable` or `NotDurable`."""
        with _unreachable():
            connection = await asyncpg.connect(dsn, timeout=seconds, server_settings=_SETTINGS)
            try:
                with _DroppedWhenLate(connection, seconds):
                    await connection.execute(f"set role {WRITER}")
                    await require_durability(connection)
                    return cls(connection, await connection.prepare(_INSERT), seconds)
            except BaseException:
                connection.terminate()
                raise

    @property
    def is_open(self) -> bool:
        return not self._connection.is_closed()

    async def insert(self, segment: Segment) -> None:
        """Returns when the segment is durable. After any exception the outcome is unknown."""
        with _DroppedWhenLate(self._connection, self._seconds):
            await self._insert.fetch(*segment)

    async def ping(self) -> None:
        """Raises `LedgerUnreachable`."""
        with _unreachable(), _DroppedWhenLate(self._connection, self._seconds):
            await self._connection.execute("select 1")

    def drop(self) -> None:
        self._connection.terminate()

    async def close(self) -> None:
        """Leaves no connection behind, whether or not the database still says goodbye."""
        with suppress(*_FAILURES):
            await self._connection.close(timeout=self._seconds)


@contextmanager
def _unreachable() -> Iterator[None]:
    try:
        yield
    except asyncpg.UndefinedTableError as error:
        raise LedgerUnreachable("the ledger's database has no table of segments: run `lienthong migrate`") from error
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError) as error:
        raise LedgerUnreachable(f"the ledger's account may not act as {WRITER}: run `lienthong migrate`") from error
    except _FAILURES as error:
        raise LedgerUnreachable("the ledger's database does not answer") from error


class _DroppedWhenLate:
    """A bare timer: `asyncio.timeout` would make asyncpg send a cancel request, by a task of its own."""

    __slots__ = ("_connection", "_seconds", "_timer")

    def __init__(self, connection: asyncpg.Connection, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds

    def __enter__(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._connection.terminate)

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
