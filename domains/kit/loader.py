"""Batches of keys, merged across requests: the one DataLoader of the project.

A loader belongs to one statement, in whatever plans it stands, and ends with the last of them. An ask is what one
request wants of it: a tuple of keys, and the values of all other parameters, row rules included. Asks with equal values
share a statement; asks with other values never do, so one caller's reach cannot widen another's. Each asker gets the
rows of the whole batch and looks up its own keys.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, Protocol, TypeVar

from aiodataloader import DataLoader, Loader, dispatch_queue_batch

from domains.kit.arrays import array_text
from domains.kit.database import Database, SourceUnavailable
from domains.kit.statements import KEYS, Statement

Ask = tuple[tuple[Any, ...], tuple[Any, ...]]  # keys, values of the other parameters
Rows = Any  # as arranged: Mapping[key, row], Mapping[key, list[row]] or list[row], or a sequence of these
Found = TypeVar("Found")
Arrangement = Callable[[list[Any]], Rows]

KEYS_PER_STATEMENT = 500  # while one is read, the rows of another become answers: few enough for a core's cache


def one_per_key(rows: list[Any]) -> Mapping[Any, Any]:
    """Rows by their first column, which is unique."""
    return {row[0]: row for row in rows}


def many_per_key(rows: list[Any]) -> Mapping[Any, list[Any]]:
    """Rows by their first column, in the order in which they came."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


@cache
def at_most(size: int) -> Arrangement:
    """`many_per_key`, with null in place of a list that is longer than its field says it can be."""

    def arrange(rows: list[Any]) -> Mapping[Any, list[Any] | None]:
        found = many_per_key(rows)
        if len(rows) <= size:
            return found
        return {key: own if len(own) <= size else None for key, own in found.items()}

    return arrange


def as_list(rows: list[Any]) -> list[Any]:
    """The rows of a search or a page."""
    return rows


class Loads(Protocol):
    """What reads a statement for requests."""

    def load(self, key: Ask) -> "asyncio.Future[Rows]":
        """The rows for an ask. The future raises SourceUnavailable."""
        ...


def loader_of(database: Database, statement: Statement, arrangements: tuple[Arrangement, ...]) -> "RowsLoader":
    """The loader of a statement, one for all plans in which it stands: what they ask together is read together."""
    key = (statement.sql, arrangements)
    known: RowsLoader | None = database.loaders.get(key)
    if known is None:
        known = database.loaders[key] = RowsLoader(database, statement, apart(statement, arrangements))
    return known


def apart(statement: Statement, arrangements: Sequence[Arrangement]) -> Arrangement:
    """For a statement of several parts: the rows of each, arranged for it; where a part has no row it is left out."""
    first, *others = arrangements
    if not others:
        return lambda rows: (first(rows),)
    own = _without_repeats if statement.repeats else _with_a_key if statement.keyed else as_list
    bounds = zip(statement.starts[1:], (*statement.starts[2:], None), others, strict=True)
    cuts = [(start, end, arrange) for start, end, arrange in bounds]

    def arrange(rows: list[Any]) -> Sequence[Rows]:
        parted = (each([row[start:end] for row in rows if row[start] is not None]) for start, end, each in cuts)
        return first(own(rows)), *parted

    return arrange


def _with_a_key(rows: list[Any]) -> list[Any]:
    return [row for row in rows if row[0] is not None]


def _without_repeats(rows: list[Any]) -> list[Any]:
    """Rows of a page, of which each may come several times, one after the other."""
    return [row for row, before in zip(rows, [None, *rows], strict=False) if before is None or row[-1] != before[-1]]


class RowsLoader(DataLoader[Ask, Rows]):
    """Reads one statement for all requests that ask within a tick, or while no connection is idle."""

    cache = False

    def __init__(self, database: Database, statement: Statement, arrange: Arrangement) -> None:
        super().__init__()
        self._database = database
        self._statement = statement
        self._arrange = arrange
        self._keyed = statement.keyed

    def load(self, key: Ask) -> "asyncio.Future[Rows]":
        """Queue an ask and wait for a connection; nothing is kept, so nothing is looked up."""
        future: asyncio.Future[Rows] = self.loop.create_future()
        self._queue.append(Loader(key, future))
        if len(self._queue) == 1:
            self._database.wants(self)
        return future

    async def dispatch(self) -> None:
        """Serve the asks that share the first one's values; the others queue again."""
        batch, self._queue = self._split()
        if self._queue:
            self._database.wants(self)
        if not batch:
            self._database.give_back(self._database.take())
            return
        try:
            await dispatch_queue_batch(self, batch)
        except asyncio.CancelledError:
            _give_up(batch, SourceUnavailable("closing"))
            raise

    def fail(self, error: Exception) -> None:
        """Give up everything queued."""
        queue, self._queue = self._queue, []
        _give_up(queue, error)

    async def batch_load_fn(self, asks: list[Ask]) -> list[Rows]:
        """One statement for all asks; if it fails, one for each, so that a bad one takes no other along."""
        try:
            return [await self._read(asks)] * len(asks)
        except SourceUnavailable:
            if len(asks) == 1 or not self._database.limits.tries_each:
                raise
        readings = (alone(self._database, partial(self._read, [ask])) for ask in asks)
        each: list[Any] = await asyncio.gather(*readings, return_exceptions=True)
        return each

    def _split(self) -> tuple[list[Loader], list[Loader]]:
        values, room = self._queue[0].key[1], KEYS_PER_STATEMENT
        most = self._database.limits.asks_per_statement
        batch: list[Loader] = []
        rest: list[Loader] = []
        for waiting in self._queue:
            if waiting.future.done():  # its request left: nothing is read for it
                continue
            if waiting.key[1] == values and len(batch) < most and (not batch or len(waiting.key[0]) <= room):
                batch.append(waiting)
                room -= len(waiting.key[0])
            else:
                rest.append(waiting)
        return batch, rest

    async def _read(self, asks: Sequence[Ask]) -> Rows:
        connection = self._database.take()
        try:
            return self._arrange(await connection.fetch(self._statement.sql, self._values(asks)))
        finally:
            self._database.give_back(connection)

    def _values(self, asks: Sequence[Ask]) -> Sequence[Any]:
        values = asks[0][1]
        if not self._keyed:
            return values
        keys = asks[0][0] if len(asks) == 1 else tuple(set(chain.from_iterable(ask[0] for ask in asks)))
        place = self._statement.parameters.index(KEYS)
        return (*values[:place], array_text(keys), *values[place:])


def _give_up(asks: Sequence[Loader], error: Exception) -> None:
    for ask in asks:
        if not ask.future.done():
            ask.future.set_exception(error)


def alone(database: Database, read: Callable[[], Coroutine[Any, Any, Found]]) -> "asyncio.Future[Found]":
    """What `read` finds, which takes the connection that is set aside for it alone."""
    waiting = _Alone(asyncio.get_running_loop().create_future(), read)
    database.wants(waiting)
    return waiting.future


class _Alone:
    """One reading that waits for a connection by itself."""

    def __init__(self, future: "asyncio.Future[Any]", read: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.future = future
        self._read = read

    async def dispatch(self) -> None:
        try:
            found = await self._read()
        except SourceUnavailable as error:
            self.fail(error)
        except BaseException:  # whoever waits does not wait for ever
            self.fail(SourceUnavailable("broken off"))
            raise
        else:
            if not self.future.done():
                self.future.set_result(found)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)
