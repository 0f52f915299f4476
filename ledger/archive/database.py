"""One ledger's database as its readers see it: a few connections under a role that can only read."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog

from ledger.tables import READER

log = structlog.get_logger(__name__)

CONNECTIONS = 2
"""Of one process to one ledger."""
PATIENCE_S = 5.0
"""For a connection and for a statement while somebody waits."""

_SETTINGS = {
    "application_name": "lienthong archive",
    "role": READER,
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
    "max_parallel_workers_per_gather": "0",  # starting others takes longer than a page does
    "jit": "off",  # compiling takes longer than any page does
}
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class LedgerSilent(Exception):
    """The ledger's database does not answer, or not in time."""

    def __init__(self, origin: str) -> None:
        super().__init__(f"the ledger {origin} does not answer")
        self.origin = origin


class LedgerDatabase:
    """Connects when it is first asked."""

    def __init__(self, origin: str, dsn: str) -> None:
        self.origin = origin
        self._dsn = dsn
        self._pool: asyncpg.Pool | None = None

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def fetch(self, statement: str, *given: Any) -> Sequence[asyncpg.Record]:
        """Raises `LedgerSilent`."""
        try:
            async with (await self._connections()).acquire(timeout=PATIENCE_S) as connection:
                return list(await connection.fetch(statement, *given))
        except _FAILURES as error:
            # Only the kind of error: a database's message can quote what it was given.
            log.warning("ledger_silent", origin=self.origin, reason=type(error).__name__)
            raise LedgerSilent(self.origin) from error

    async def _connections(self) -> asyncpg.Pool:
        if self._pool is None:
            self._pool = asyncpg.create_pool(
                self._dsn,
                min_size=0,
                max_size=CONNECTIONS,
                timeout=PATIENCE_S,
                command_timeout=PATIENCE_S,
                server_settings=_SETTINGS,
            )
        return await self._pool
