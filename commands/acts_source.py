"""The authority's record of acts, as the sealer takes from it: numbers and hashes, on one connection."""

from collections.abc import Sequence
from contextlib import suppress

import asyncpg

from installation.databases import database_url, databases_of
from installation.settings import Settings
from ledger.sealing import ActsUnavailable

_AFTER = "select act_id, hash from acts where act_id > $1 order by act_id limit $2"
_SECONDS = 5.0
_FAILURES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


class AuthorityActs:
    """Connects when it is asked, and anew after a failure."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: asyncpg.Connection | None = None

    async def after(self, number: int, limit: int) -> Sequence[tuple[int, bytes]]:
        """Raises `ActsUnavailable`."""
        try:
            connection = await self._connected()
            return [(row["act_id"], row["hash"]) for row in await connection.fetch(_AFTER, number, limit)]
        except _FAILURES:
            await self.close()
            raise ActsUnavailable("the authority's record of acts does not answer") from None

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_FAILURES):
                await connection.close(timeout=_SECONDS)

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn,
                timeout=_SECONDS,
                command_timeout=_SECONDS,
                server_settings={"application_name": "lienthong sealing", "default_transaction_read_only": "on"},
            )
        return self._connection


def acts_of(settings: Settings) -> AuthorityActs | None:
    """The record of the authority of this installation; a ministry's subgraph has none to seal along."""
    here = "auth" in databases_of(settings)
    return AuthorityActs(database_url(settings, "auth")) if here else None
