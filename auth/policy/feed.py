"""Keeps the policy of this process alive, or says that it is not.

PostgreSQL notifies at commit; asking for the revision twice a second is the safety net and renews the lease. A policy
that was not confirmed for the length of the lease is not used: a lost notification or a cut network ends in refusal,
not in yesterday's rights. The connection must reach the primary directly, not through a pool of transactions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import asyncpg
import structlog
from asyncpg import Connection, Record

from auth import clock
from auth.errors import GrantsUnconfirmed
from auth.policy.algebra import Policy
from auth.policy.rows import REVISION
from auth.policy.triggers import CHANNEL

LEASE_S = 2.0
POLL_S = 0.5
STATEMENT_S = 1.0
CONNECT_S = 2.0
RETRY_S = 0.2

log = structlog.get_logger(__name__)


class PolicyFeed:
    """One connection, one task. `read` turns the rows into a `Policy`."""

    def __init__(self, dsn: str, read: "Callable[[Connection[Record]], Awaitable[Policy]]") -> None:
        self._dsn, self._read = dsn, read
        self._policy: Policy | None = None
        self._confirmed_at = float("-inf")
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read the policy once, raising if that cannot be done, and follow it from then on."""
        connection = await self._connect()
        try:
            await self._refresh(connection)
        except BaseException:
            connection.terminate()
            raise
        self._task = asyncio.create_task(self._keep_following(connection), name="policy feed")

    async def close(self) -> None:
        """Stop following. Asks again where the task was busy: until Python 3.12 a library may swallow one asking."""
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=0.1)

    def policy(self) -> Policy:
        """The policy in force, or `GrantsUnconfirmed`."""
        if self._policy is None or clock.lease() - self._confirmed_at > LEASE_S:
            raise GrantsUnconfirmed
        return self._policy

    async def _connect(self) -> "Connection[Record]":
        connection = await asyncpg.connect(self._dsn, timeout=CONNECT_S, command_timeout=STATEMENT_S)
        await connection.add_listener(CHANNEL, lambda *_: self._changed.set())
        return connection

    async def _keep_following(self, connection: "Connection[Record]") -> None:
        """Follow; after any failure connect anew. Whatever goes wrong, the lease decides what is still allowed."""
        following: Connection[Record] | None = connection
        while True:
            try:
                following = following or await self._connect()
                await self._follow(following)
            except Exception as error:  # noqa: BLE001  an unread policy must run out, not end the task that reads it
                log.warning("policy_not_confirmed", error=type(error).__name__)
            finally:
                if following is not None:
                    following.terminate()
                    following = None
            await asyncio.sleep(RETRY_S)

    async def _follow(self, connection: "Connection[Record]") -> None:
        while True:
            self._changed.clear()
            await self._refresh(connection)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._changed.wait()

    async def _refresh(self, connection: "Connection[Record]") -> None:
        asked_at = clock.lease()
        revision = await connection.fetchval(REVISION)
        if self._policy is None or revision != self._policy.revision:
            self._policy = await self._read(connection)
        self._confirmed_at = asked_at
