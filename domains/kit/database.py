"""Held connections to one register's database, and who may use an idle one.

A statement runs as a prepared statement on a connection that is never reset and never shared within a statement: that
is a third of a pool's cost (bench/ measures). Loaders queue here and are served, oldest first, whenever a
connection is idle at the end of the loop's tick; so requests that arrive together share one statement, and a lone one
waits for nobody.

A connection that fails, or does not answer within its limit, is dropped and replaced: canceling would leave its state
unknown. A register of which no connection is left, or that was silent several times on end (breaker.py), is not waited
for: whoever asks is told at once. Nothing here is told of a caller.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass
from time import time
from typing import Any, Protocol, TypeAlias
from weakref import WeakValueDictionary

import asyncpg
import structlog

from domains.kit.breaker import Breaker
from domains.kit.layout import Layout, layout_of

log = structlog.get_logger()

PreparedStatement: TypeAlias = "asyncpg.prepared_stmt.PreparedStatement[Any]"

_FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What a server that dies can make of a statement, or of an attempt to connect."""

STATEMENTS_PER_CONNECTION = 500
RECONNECT_SECONDS = (0.0, 0.1, 0.5, 1.0)
REPLACED_SECONDS = 0.5  # within which whoever waits is served by a new connection when the last one is lost

#: Set on every connection, and read back: a one-key statement would be planned anew each time.
SESSION = {
    "plan_cache_mode": "force_generic_plan",
    "default_transaction_read_only": "on",
    "jit": "off",
    "TimeZone": "Asia/Ho_Chi_Minh",  # what day it is where the registers are
}


class SourceUnavailable(Exception):
    """The register did not answer: not connected, too slow, or the statement failed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections of a process to one register, requests that may share a statement, how long one may take."""

    connections: int = 2
    statement_seconds: float = 5.0
    connect_seconds: float = 5.0
    asks_per_statement: int = 5_000
    tries_each: bool = True  # of asks whose statement failed, each once more by itself


class Waiting(Protocol):
    """A loader with asks in its queue."""

    def dispatch(self) -> Coroutine[Any, Any, None]:
        """Serve what is queued now on the connection set aside."""
        ...

    def fail(self, error: Exception) -> None:
        """Give up what is queued."""
        ...


class Connection:
    """One connection and the statements prepared on it, the least used forgotten first."""

    __slots__ = ("_limits", "_names", "_prepared", "has_answered", "raw")

    def __init__(self, raw: "asyncpg.Connection[Any]", limits: Limits) -> None:
        self.raw = raw
        self._limits = limits
        self._prepared: OrderedDict[str, PreparedStatement] = OrderedDict()
        self._names = 0
        self.has_answered = False
        """Whether the server said anything to the last statement, if only that it failed."""

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """Rows of one statement. Raises SourceUnavailable; the connection may be closed afterwards."""
        # A bare timer: it costs a third of `asyncio.timeout`, and makes asyncpg ask for no cancellation.
        too_late = asyncio.get_running_loop().call_later(self._limits.statement_seconds, self.raw.terminate)
        self.has_answered = False
        try:
            return await self._fetch(sql, values)
        except _FAILURES as error:
            log.warning("statement_failed", kind=type(error).__name__)
            raise SourceUnavailable(type(error).__name__) from None
        finally:
            self.has_answered = not self.raw.is_closed()
            too_late.cancel()

    async def _fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        try:
            return await self._fetch_prepared(sql, values)
        except asyncpg.InvalidCachedStatementError:  # a migration changed what it reads: prepare anew, once
            del self._prepared[sql]
            return await self._fetch_prepared(sql, values)

    async def _fetch_prepared(self, sql: str, values: Sequence[Any]) -> list[Any]:
        rows: list[Any] = await (await self._statement(sql)).fetch(*values)
        return rows

    async def _statement(self, sql: str) -> "PreparedStatement":
        prepared = self._prepared.get(sql)
        if prepared is None:
            self._names += 1  # asyncpg without its cache would prepare namelessly, which is: for every execution anew
            prepared = self._prepared[sql] = await self.raw.prepare(sql, name=f"lienthong_{self._names}")
            if len(self._prepared) > STATEMENTS_PER_CONNECTION:
                self._prepared.popitem(last=False)
        else:
            self._prepared.move_to_end(sql)
        return prepared


class Database:
    """The connections of one process to one register."""

    def __init__(self, name: str, url: str, limits: Limits | None = None) -> None:
        self.name = name
        self._url = url
        self.limits = limits or Limits()
        self._idle: list[Connection] = []
        self._set_aside: deque[Connection] = deque()
        self._waiting: OrderedDict[Waiting, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._scheduled = self._closed = False
        self._held: set[Connection] = set()
        self._breaker = Breaker()
        self.lives = 0
        """How often a first connection was made: a server that was lost may have come back with an earlier state."""
        self.layout: Layout | None = None
        """How the register's tables stand, once it has been reached."""
        self.loaders: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
        """The loaders of the statements that plans keep, by what they read."""

    async def open(self) -> None:
        """Connect. Raises SourceUnavailable when the server cannot be reached or refuses the session's settings."""
        self._loop = asyncio.get_running_loop()
        for _ in range(self.limits.connections):
            self._put_back(await self._connect())

    async def begin(self) -> None:
        """Connect, or go on trying: a register that is away when a process starts takes no other along."""
        self._loop = asyncio.get_running_loop()
        try:
            await self.open()
        except SourceUnavailable:
            log.warning("register_away", register=self.name)
            for _ in range(self.limits.connections - len(self._held)):
                self.start(self._replace)

    async def close(self) -> None:
        """Close every connection; asks that still wait fail."""
        self._closed = True
        self._fail_waiting(SourceUnavailable("closing"))
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(connection.raw.close(timeout=2) for connection in self._idle), return_exceptions=True)
        self._idle.clear()

    @property
    def is_ready(self) -> bool:
        """True while at least one connection is up, and answers."""
        return bool(self._held) and not self._breaker.is_open

    def as_of(self) -> float:
        """What is asked for from now on shows every change until then, in seconds since 1970."""
        return time()

    def wants(self, loader: Waiting) -> None:
        """Queue a loader; it is served at the end of this tick, or when a connection becomes idle."""
        if not self._held or not self._breaker.admits():
            self._loop.call_soon(loader.fail, SourceUnavailable("not connected" if not self._held else "silent"))
            return
        self._waiting[loader] = None
        if self._idle and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._serve)

    def take(self) -> Connection:
        """The connection set aside for the dispatch that is starting."""
        connection = self._set_aside.popleft()
        connection.has_answered = False  # not yet: whoever asked may have left
        return connection

    def give_back(self, connection: Connection) -> None:
        """After a dispatch."""
        if connection.raw.is_closed():
            if self._breaker.silent():
                log.warning("register_left_alone", register=self.name)
            self._lost(connection)
        else:
            if connection.has_answered and self._breaker.answered():
                log.warning("register_asked_again", register=self.name)
            self._put_back(connection)

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run work of the database's own in an empty context: it must not carry one caller's into another's."""
        task = self._loop.create_task(work(), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _serve(self) -> None:
        self._scheduled = False
        while self._idle and self._waiting:
            loader, _ = self._waiting.popitem(last=False)
            self._set_aside.append(self._idle.pop())
            self.start(loader.dispatch)

    def _put_back(self, connection: Connection) -> None:
        self._idle.append(connection)
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._serve)

    def _lost(self, connection: Connection) -> None:
        """A connection closed, whoever closed it and whatever it was doing: another takes its place.

        Told by asyncpg and by whoever gives it back, whichever comes first: a server that dies in the middle of
        something leaves connections of whose end asyncpg does not tell.
        """
        if connection not in self._held:
            return
        self._held.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not self._closed:
            self.start(self._replace)
            if not self._held:
                self._loop.call_later(REPLACED_SECONDS, self._fail_if_away)

    async def _replace(self) -> None:
        attempt = 0
        while not self._closed:
            await asyncio.sleep(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            try:
                connection = await self._connect()
            except SourceUnavailable:
                attempt += 1
                continue
            self._put_back(connection)
            return

    def _fail_if_away(self) -> None:
        if not self._held:
            self._fail_waiting(SourceUnavailable("not connected"))

    def _fail_waiting(self, error: Exception) -> None:
        while self._waiting:
            self._waiting.popitem(last=False)[0].fail(error)

    async def _connect(self) -> Connection:
        timeout_ms = int(self.limits.statement_seconds * 1000)
        settings = {**SESSION, "statement_timeout": f"{timeout_ms}ms", "application_name": f"lienthong {self.name}"}
        try:
            raw = await asyncpg.connect(
                self._url, timeout=self.limits.connect_seconds, statement_cache_size=0, server_settings=settings
            )
            try:
                await _check_session(raw)
                self.layout = await layout_of(raw)
            except BaseException:  # a canceled check too leaves no connection behind
                raw.terminate()
                raise
        except (*_FAILURES, TimeoutError) as error:
            raise SourceUnavailable(f"register {self.name}: {type(error).__name__}") from None
        connection = Connection(raw, self.limits)
        raw.add_termination_listener(lambda _: self._lost(connection))
        self.lives += not self._held
        self._held.add(connection)
        return connection


async def _check_session(raw: "asyncpg.Connection[Any]") -> None:
    """A pooler in between may swallow settings: the promise is read back, not assumed."""
    for name, wanted in SESSION.items():
        if await raw.fetchval("select current_setting($1)", name) != wanted:
            raise SourceUnavailable(f"the server did not accept {name} = {wanted}")
    if await raw.fetchval("select current_setting('statement_timeout')") == "0":
        raise SourceUnavailable("the server did not accept a statement_timeout")
