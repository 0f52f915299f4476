"""Remembers the proofs seen at the graph for all processes of all hosts, in the database of the authority.

For installations of several hosts; on one host `auth.access.seen` does the same without asking anybody. Those that
arrive while a write is under way share the next one, so a proof costs a part of a statement and waits for one commit,
or two. Durable before the request goes on: what a crash of the database took along could be used again. Fails closed:
where the outcome is not known nobody is let in, and the same proof passes later only if it was not written.
"""

import asyncio
from contextvars import Context

import asyncpg
import structlog
from asyncpg import Connection, Record

from auth.access.proofs import Proof
from auth.access.used import ADD_ALL, FORGET_SOME, KEPT_LONGER_S
from auth.database import DATABASE_S, OUTAGES
from auth.errors import GrantsUnconfirmed

MOST_WAITING = 4_096
"""Proofs that wait for the next write; more are refused."""
FORGET_EVERY = 512

log = structlog.get_logger(__name__)

Gathered = dict[bytes, tuple[float, "asyncio.Future[bool]"]]


class SeenTogether:
    """One per process, opened in its event loop. `place` is the same for all that share what they have seen."""

    place = "database"

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection[Record] | None = None
        self._gathering: Gathered = {}
        self._writing: asyncio.Task[None] | None = None
        self._since_forgetting = 0
        self._is_closed = False

    async def close(self) -> None:
        """Whoever waits is told first; nobody is let in afterwards."""
        self._is_closed = True
        if self._writing is not None:
            await asyncio.wait([self._writing])
        self._cut()

    async def is_first(self, proof: Proof) -> bool:
        """Whether no process of any host has seen this proof before; from here on one has. Raises `GrantsUnconfirmed`.

        Of two that wait for the same write with the same proof, the one that came first may pass.
        """
        if proof.digest in self._gathering:
            return False
        if self._is_closed or len(self._gathering) >= MOST_WAITING:
            raise GrantsUnconfirmed
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._gathering[proof.digest] = proof.until + KEPT_LONGER_S, told
        if self._writing is None:
            # Of no caller: a write is for many, and must not keep what belongs to the request that came first.
            self._writing = asyncio.create_task(self._write_all(), name="proofs", context=Context())
        return await told

    async def _write_all(self) -> None:
        try:
            while self._gathering:
                gathered, self._gathering = self._gathering, {}
                await self._write(gathered)
        finally:
            self._writing = None
            left, self._gathering = self._gathering, {}  # nobody, unless the loop is being shut down
            _tell_nothing(left)

    async def _write(self, gathered: Gathered) -> None:
        try:
            first = await self._added(gathered)
        except BaseException as error:
            self._cut()
            _tell_nothing(gathered)
            if not isinstance(error, OUTAGES):
                raise
            log.warning("proofs_not_remembered", error=type(error).__name__)
        else:
            for digest, (_, told) in gathered.items():
                if not told.done():
                    told.set_result(digest in first)
            await self._forget(len(gathered))

    async def _added(self, gathered: Gathered) -> set[bytes]:
        connection = await self._connected()
        until = [each[0] for each in gathered.values()]
        return {row["digest"] for row in await connection.fetch(ADD_ALL, [*gathered], until)}

    async def _forget(self, written: int) -> None:
        """Twice as many as came, so that what is too old goes faster than it comes."""
        self._since_forgetting += written
        if self._since_forgetting < FORGET_EVERY:
            return
        at_once = 2 * self._since_forgetting
        self._since_forgetting = 0
        try:
            await (await self._connected()).execute(FORGET_SOME, at_once)
        except OUTAGES as error:
            self._cut()
            log.warning("old_proofs_not_forgotten", error=type(error).__name__)

    async def _connected(self) -> "Connection[Record]":
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn, timeout=DATABASE_S, command_timeout=DATABASE_S)
        return self._connection

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _tell_nothing(gathered: Gathered) -> None:
    """The outcome is not known."""
    for _, told in gathered.values():
        if not told.done():
            told.set_exception(GrantsUnconfirmed())
