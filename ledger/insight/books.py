"""A question to the books: a connection of its own for as long as it takes, in the reader's role, that changes nothing.

Such questions are rare and long, so nothing is held between them, and a process asks one at a time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ledger.errors import LedgerUnreachable
from ledger.tables import READER

SECONDS = 8.0
"""For a connection, and for each statement."""
_SETTINGS = {"application_name": "lienthong insight", "default_transaction_read_only": "on", "jit": "off"}
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class BooksReader:
    """The books of one ledger, for who counts them."""

    def __init__(self, dsn: str, seconds: float = SECONDS) -> None:
        self._dsn = dsn
        self._seconds = seconds
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[asyncpg.Connection]:
        """One state of the books. Raises LedgerUnreachable, also where a question takes too long."""
        async with self._asking:
            try:
                connection = await asyncpg.connect(
                    self._dsn, timeout=self._seconds, command_timeout=self._seconds, server_settings=_SETTINGS
                )
                try:
                    await connection.execute(f"set role {READER}")
                    async with connection.transaction(isolation="repeatable_read", readonly=True):
                        yield connection
                finally:
                    connection.terminate()
            except _FAILURES as failure:
                raise LedgerUnreachable("the books cannot be read") from failure
