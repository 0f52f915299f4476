"""Read replicas of a register: asked in its place while it is known that they lag no further behind than they may.

The register's own server is asked in place of one that lags (lag.py), and of one that does not answer. A replica that
is fresh is told of in `as_of` at once, and asked a little later: when every request has ended that was told a later
moment.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from time import monotonic, time
from typing import Any, TypeAlias

import structlog

from domains.kit.database import Database, SourceUnavailable
from domains.kit.lag import WHERE, Freshness, Marks, Place
from domains.kit.layout import Layout
from domains.kit.loader import Arrangement, Ask, Loads, Rows, alone
from domains.kit.loader import loader_of as loader_of_one
from domains.kit.statements import Statement

log = structlog.get_logger()

Look = Callable[[], Coroutine[Any, Any, None]]

LOOK_S = 0.5  # between looks at where a server stands


@dataclass(slots=True)
class Replica:
    """The connections to one replica, and what is known of it."""

    database: Database
    freshness: Freshness
    life: int = 0  # of the database, of which that is known

    def is_fresh(self, now: float) -> bool:
        return self.freshness.is_fresh(now) and self.life == self.database.lives


class Replicated:
    """A register with replicas: the connections of one process to all of them."""

    def __init__(
        self,
        primary: Database,
        replicas: Sequence[Database],
        staleness_s: float,
        settling_s: float,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`settling_s` is as long as a request may take."""
        self.primary = primary
        self.replicas = tuple(Replica(database, Freshness(staleness_s)) for database in replicas)
        self._marks = Marks(staleness_s)
        self._settling_s, self._now = settling_s, now
        self._looking: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        """Connect to all, or go on trying, and begin to look where they stand."""
        await asyncio.gather(*(database.begin() for database in self._databases))
        looks: list[Look] = [self._look_at_primary]
        looks += [partial(self._look_at, replica) for replica in self.replicas]
        self._looking = [asyncio.create_task(_again_and_again(look)) for look in looks]

    async def close(self) -> None:
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        await asyncio.gather(*(database.close() for database in self._databases))

    @property
    def _databases(self) -> Sequence[Database]:
        return self.primary, *(replica.database for replica in self.replicas)

    @property
    def is_ready(self) -> bool:
        return self.primary.is_ready or self.chosen() is not None

    @property
    def layout(self) -> Layout | None:
        """How the tables stand: a replica has them as its register has."""
        layouts = (database.layout for database in self._databases)
        return next((known for known in layouts if known is not None), None)

    def as_of(self) -> float:
        """What is asked for from now on shows every change until then, in seconds since 1970."""
        now = self._now()
        fresh = (replica.freshness.as_of for replica in self.replicas if replica.is_fresh(now))
        return time() - now + min(fresh, default=now)

    def chosen(self) -> Replica | None:
        """The replica to ask, the same as long as it is fresh; None: the register's own server."""
        now = self._now()
        for replica in self.replicas:
            has_settled = replica.freshness.since <= now - self._settling_s
            if has_settled and replica.is_fresh(now) and replica.database.is_ready:
                return replica
        return None

    async def _look_at_primary(self) -> None:
        moment = self._now()
        self._marks.note(moment, await _place(self.primary))

    async def _look_at(self, replica: Replica) -> None:
        life = replica.database.lives
        try:
            as_of = self._marks.shown_by(await _place(replica.database))
        except SourceUnavailable:
            as_of = -inf
        now = self._now()
        if life != replica.life:
            replica.life = life
            replica.freshness.seen(-inf, now)  # as if it had never been looked at
        if replica.freshness.seen(as_of, now):
            is_fresh = replica.freshness.is_fresh(now)
            log.warning("replica_is_fresh" if is_fresh else "replica_lags", replica=replica.database.name)


Register: TypeAlias = Database | Replicated


def loader_of(register: Register, statement: Statement, arrangements: tuple[Arrangement, ...]) -> Loads:
    """The loader of a statement on a register, wherever that is read."""
    if isinstance(register, Database):
        return loader_of_one(register, statement, arrangements)
    return _Loader(register, statement, arrangements)


class _Loader:
    """Reads one statement from the replica that is chosen, and in its place from the register's own server."""

    def __init__(self, register: Replicated, statement: Statement, arrangements: tuple[Arrangement, ...]) -> None:
        self._chosen = register.chosen
        self._primary = loader_of_one(register.primary, statement, arrangements)
        self._others = {id(each): loader_of_one(each.database, statement, arrangements) for each in register.replicas}

    def load(self, key: Ask) -> "asyncio.Future[Rows]":
        replica = self._chosen()
        if replica is None:
            return self._primary.load(key)
        return asyncio.ensure_future(self._read(replica, key))

    async def _read(self, replica: Replica, key: Ask) -> Rows:
        try:
            return await self._others[id(replica)].load(key)
        except SourceUnavailable:
            return await self._primary.load(key)


async def _again_and_again(look: Look) -> None:
    while True:
        with suppress(SourceUnavailable):  # which the database logs
            await look()
        await asyncio.sleep(LOOK_S)


async def _place(database: Database) -> Place:
    """Raises SourceUnavailable."""

    async def read() -> Place:
        connection = database.take()
        try:
            (row,) = await connection.fetch(WHERE, ())
        finally:
            database.give_back(connection)
        return Place(*row)

    return await alone(database, read)
