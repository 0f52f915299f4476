"""Keeps the policy of this process alive from the database, or says that it is not.

PostgreSQL notifies at commit; asking for the revision twice a second is the safety net and renews the lease. A policy
that was not confirmed for the length of the lease is not used: a lost notification or a cut network ends in refusal,
not in yesterday's rights. The order of announcing, reading and acknowledging is that of `acknowledgements`. The
connection must reach the primary directly, not through a pool of transactions.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import asyncpg
import structlog
from asyncpg import Connection, Record

from auth import clock
from auth.errors import GrantsUnconfirmed
from auth.policy.acknowledgements import LEASE_S, acknowledge, announce, check_together, leave
from auth.policy.rows import REVISION
from auth.policy.snapshot import Policy
from auth.policy.triggers import CHANNEL

POLL_S = 0.5
STATEMENT_S = 1.0
CONNECT_S = 2.0
RETRY_S = 0.2
LEAVE_S = 1.0

NEVER = float("-inf")

log = structlog.get_logger(__name__)

Read = Callable[["Connection[Record]", Policy | None], Awaitable[Policy]]
"""The policy of now; what is known already need not be read again."""


class PolicyFeed:
    """A `PolicySource` over one connection and one task. `read` turns the rows into a `Policy`."""

    def __init__(self, dsn: str, read: Read, proofs: str | None = None) -> None:
        """`proofs` is the place where this process remembers proofs: all that serve must name the same."""
        self._dsn, self._read, self._proofs = dsn, read, proofs
        self._process = uuid4()
        self._policy: Policy | None = None
        self._known: Policy | None = None  # the same, if it was read over this connection: another may lead elsewhere
        self._announced_at = self._confirmed_at = NEVER
        self._changed = asyncio.Event()
        self._connection: Connection[Record] | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        try:
            await self._refresh(await self._connected())
            if self._has_lapsed():  # so much was there to read; what is read may be confirmed in no time
                await self._refresh(await self._connected())
        except BaseException:
            self._cut()
            raise
        self._task = asyncio.create_task(self._keep_following(), name="policy feed")

    async def close(self) -> None:
        """Stop following. Asks again where the task was busy: until Python 3.12 a library may swallow one asking."""
        while self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=0.1)
        self._cut()
        self._confirmed_at = NEVER
        await self._leave()

    def policy(self) -> Policy:
        if self._policy is None or self._has_lapsed():
            raise GrantsUnconfirmed
        return self._policy

    def _has_lapsed(self) -> bool:
        return clock.lease() - self._confirmed_at > LEASE_S

    async def _connected(self) -> "Connection[Record]":
        """The connection, made anew where there is none."""
        if self._connection is None:
            self._announced_at, self._known = NEVER, None
            self._connection = await asyncpg.connect(self._dsn, timeout=CONNECT_S, command_timeout=STATEMENT_S)
            await self._connection.add_listener(CHANNEL, lambda *_: self._changed.set())
        return self._connection

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _keep_following(self) -> None:
        """Follow; after any failure connect anew. Whatever goes wrong, the lease decides what is still allowed."""
        while True:
            try:
                await self._follow(await self._connected())
            except Exception as error:  # noqa: BLE001  an unread policy must run out, not end the task that reads it
                log.warning("policy_not_confirmed", error=type(error).__name__)
            finally:
                self._cut()
            await asyncio.sleep(RETRY_S)

    async def _follow(self, connection: "Connection[Record]") -> None:
        while True:
            self._changed.clear()
            await self._refresh(connection)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._changed.wait()

    async def _refresh(self, connection: "Connection[Record]") -> None:
        """Announce, ask, read where something changed. The lease runs from the announcement, which others see too."""
        if clock.lease() - self._announced_at > POLL_S / 2:
            await self._announce(connection)
        if self._known is None or await connection.fetchval(REVISION) != self._known.revision:
            self._policy = self._known = await self._read(connection, self._known)
            self._confirmed_at = self._announced_at
            await acknowledge(connection, self._process, self._policy.revision)
        self._confirmed_at = self._announced_at

    async def _announce(self, connection: "Connection[Record]") -> None:
        about_to = clock.lease()
        if self._announced_at == NEVER:  # before anybody hears of it, too: what was started wrongly disturbs nobody
            await self._check_together(connection)
        revision = self._policy.revision if self._policy else 0
        await announce(connection, self._process, revision, proofs=self._proofs)
        await self._check_together(connection)
        self._announced_at = about_to

    async def _check_together(self, connection: "Connection[Record]") -> None:
        if self._proofs is not None:
            await check_together(connection, self._process, self._proofs)

    async def _leave(self) -> None:
        """Say goodbye; where that fails, others find out by the lease."""
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                connection = await asyncpg.connect(self._dsn, timeout=LEAVE_S, command_timeout=LEAVE_S)
                try:
                    await leave(connection, self._process)
                    await connection.close()
                finally:
                    connection.terminate()
