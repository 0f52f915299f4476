"""The floor of reading: the plans' own statements with the same keys, through bare asyncpg, without anything around.

The statements are overheard while the graph answers some bodies of a question, one at a time. What is left out is all
that ours does to them and with their rows: HTTP, rights, plan, batching, building, serializing, the ledger.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import asyncpg
import uvloop

from auth.caller import Caller, Rights
from auth.policy.quotas import Quotas
from bench import processes
from bench.ours import Silence, grants_all
from bench.parts import Figure
from bench.place import Place
from bench.questions import Question as Asked
from domains.kit.database import SESSION, Connection, Database
from graph.answer import Graph, Question
from graph.compose import compose
from graph.cursors import KEY_BYTES, Cursors
from graph.exchange import Exchange
from graph.registry import installed_domains
from installation.home import KeyFolder
from ledger import KeyRing

BODIES = 200  # of a question
SECONDS = 2.0  # of one figure
AT_ONCE = (1, 16)
CONNECTIONS = 8  # to each register, as many as peers have
DEADLINE_S = 30.0

NOBODY = Caller("bench", "bench", None, None, Rights(0, {}, {}))


@dataclass(frozen=True, slots=True)
class Heard:
    """One statement as it was sent."""

    domain: str
    sql: str
    values: Sequence[Any]


class Overheard(Connection):
    """A connection whose statements somebody writes down."""

    __slots__ = ("_connection", "_domain", "_heard")

    def __init__(self, connection: Connection, domain: str, heard: list[Heard]) -> None:
        self._connection, self._domain, self._heard = connection, domain, heard
        self.raw = connection.raw

    @property
    def connection(self) -> Connection:
        return self._connection

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        self._heard.append(Heard(self._domain, sql, values))
        return await self._connection.fetch(sql, values)


class Listening(Database):
    """A register's connections, all overheard."""

    def __init__(self, name: str, url: str, heard: list[Heard]) -> None:
        super().__init__(name, url)
        self._heard = heard

    def take(self) -> Connection:
        return Overheard(super().take(), self.name, self._heard)

    def give_back(self, connection: Connection) -> None:
        assert isinstance(connection, Overheard)
        super().give_back(connection.connection)


def statements(place: Place, asked: Mapping[str, Asked]) -> list[Figure]:
    """CPU of a request's statements alone, of each question."""
    return list(_figures(place, asked.values()))


def _figures(place: Place, asked: Iterable[Asked]) -> Iterator[Figure]:
    for question in asked:
        heard = uvloop.run(overheard(place, question.bodies[:BODIES]))
        for at_once in AT_ONCE:
            application, database = uvloop.run(_replayed(place, heard, at_once))
            name, title = f"{question.name}-{at_once}", f"{question.name}, {at_once} at once"
            yield Figure(f"{name}-application", f"{title}: application CPU", application, "ms")
            yield Figure(f"{name}-database", f"{title}: PostgreSQL CPU", database, "ms")


async def overheard(place: Place, bodies: Sequence[bytes]) -> list[list[Heard]]:
    """The statements of each body, in the order in which they were sent."""
    heard: list[Heard] = []
    async with AsyncExitStack() as stack:
        graph = await _graph(place, heard, stack)
        found = []
        for body in bodies:
            sent = json.loads(body)
            await graph.answer(Question(sent["query"], None, sent["variables"]), NOBODY, Exchange(b""))
            found.append([*heard])
            heard.clear()
        return found


async def _graph(place: Place, heard: list[Heard], stack: AsyncExitStack) -> Graph:
    composed = compose(installed_domains())
    databases = {domain.name: Listening(domain.name, place.urls[domain.name], heard) for domain in composed.domains}
    for database in databases.values():
        await database.open()
        stack.push_async_callback(database.close)
    return Graph(
        composed,
        databases,
        Silence(KeyRing(KeyFolder(place.settings.home))),
        Cursors([bytes(KEY_BYTES)]),
        DEADLINE_S,
        confirm=lambda _: None,
        quotas=Quotas(place.urls["auth"]),
        decide=grants_all,
    )


async def _replayed(place: Place, heard: Sequence[Sequence[Heard]], at_once: int) -> tuple[float, float]:
    """Milliseconds of this thread and of PostgreSQL for each request, so many of which run at once."""
    async with AsyncExitStack() as stack:
        idle = {domain: await _connected(url, stack) for domain, url in place.registers.items()}
        requests = cycle(heard)
        for request in islice(requests, len(heard)):
            await _request(request, idle)
        before, spent, ends = processes.reading(place.postmaster), time.thread_time(), time.monotonic() + SECONDS

        async def asking() -> int:
            done = 0
            while time.monotonic() < ends:
                await _request(next(requests), idle)
                done += 1
            return done

        done = sum(await asyncio.gather(*(asking() for _ in range(at_once))))
        application = time.thread_time() - spent
        database = processes.between(before, processes.reading(place.postmaster))
        return application * 1e3 / done, database * 1e-6 / done


class _Prepared:
    """A connection with the statements that it has met."""

    def __init__(self, raw: "asyncpg.Connection[Any]") -> None:
        self.raw = raw
        self._known: dict[str, Any] = {}

    async def fetch(self, sql: str, values: Sequence[Any]) -> list[Any]:
        known = self._known.get(sql)
        if known is None:
            known = self._known[sql] = await self.raw.prepare(sql, name=f"bench_{len(self._known)}")
        rows: list[Any] = await known.fetch(*values)
        return rows


Idle = Mapping[str, "asyncio.LifoQueue[_Prepared]"]


async def _connected(url: str, stack: AsyncExitStack) -> "asyncio.LifoQueue[_Prepared]":
    idle: asyncio.LifoQueue[_Prepared] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        raw = await asyncpg.connect(url, statement_cache_size=0, server_settings=SESSION)
        stack.push_async_callback(raw.close)
        idle.put_nowait(_Prepared(raw))
    return idle


async def _request(request: Sequence[Heard], idle: Idle) -> None:
    for statement in request:
        connection = await idle[statement.domain].get()
        await connection.fetch(statement.sql, statement.values)
        idle[statement.domain].put_nowait(connection)
