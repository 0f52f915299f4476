"""Group commit: one writer per process, one segment per batch, each write begun when the one before is durable.

No timer: a lone answer is written at once, and while a write is under way the next batch gathers by itself. An
answer's future is done when its batch is durable, and fails when that cannot be said. After a failure the writer
connects anew and goes on. A batch and a stream stand under one pseudonym key: with the next month's begin new ones.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass

import structlog

from ledger.errors import NotRecorded
from ledger.recording.batches import Batch, Bounds
from ledger.recording.session import Session
from ledger.recording.streams import Stream
from ledger.segments.chain import Segment
from ledger.segments.entries import AnyDefinition

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a process's writer has done so far; for metrics."""

    recorded: int
    withheld: int
    segments: int
    waiting: int


class Writer:
    def __init__(self, connect: Callable[[], Awaitable[Session]], bounds: Bounds, key_epoch: int) -> None:
        self._connect = connect
        self._stream = Stream(key_epoch)
        self._bounds = bounds
        self._session: Session | None = None
        self._connection_in_use = asyncio.Lock()
        self._gathering = Batch(key_epoch)
        self._behind: deque[Batch] = deque()  # under an earlier key, to be written before
        self._drain: asyncio.Task[None] | None = None
        self._is_writing = False
        self._is_closed = False
        self._is_lost = False
        self._recorded = self._withheld = self._segments = 0
        # Of no caller: a write is for many, and must not keep what belongs to the request that happened to come first.
        self._context = Context()
        self._loop = asyncio.get_running_loop()

    @property
    def counts(self) -> Counts:
        waiting = sum(len(batch.entries) for batch in (*self._behind, self._gathering))
        return Counts(self._recorded, self._withheld, self._segments, waiting)

    def submit(self, entry: bytes, *definitions: AnyDefinition) -> asyncio.Future[None]:
        """An answer with the definitions that it names, or an entry of another kind.

        Raises `NotRecorded` at once when too much waits already, a definition is too large, or after `close`.
        """
        batch = self._gathering
        size = None if self._is_closed else batch.size_with(entry, definitions, self._bounds)
        if size is None:
            self._withheld += bool(definitions)
            raise NotRecorded
        done = self._loop.create_future()
        batch.add(entry, definitions, size, done)
        if not self._is_writing:
            self._is_writing = True
            # At the end of the loop's tick, so that requests which arrive together share the write.
            self._loop.call_soon(self._begin, context=self._context)
        return done

    def turn_to(self, key_epoch: int) -> None:
        """What is submitted from here on stands under another key."""
        if self._gathering.entries:
            self._behind.append(self._gathering)
        self._gathering = Batch(key_epoch)

    async def confirm(self) -> None:
        """That a record could be written now. Raises `LedgerUnreachable` or `NotDurable`."""
        async with self._connection_in_use:
            try:
                await (await self._connected()).ping()
            except BaseException:
                self._drop_session()
                raise

    async def close(self) -> None:
        """Writes what waits; takes nothing more."""
        self._is_closed = True
        while self._is_writing:
            await asyncio.sleep(0)
            if self._drain:
                await asyncio.wait([self._drain])
        if self._session and self._session.is_open:
            await self._session.close()

    def _begin(self) -> None:
        self._drain = self._loop.create_task(self._write_all(), name="ledger writer", context=self._context)

    async def _write_all(self) -> None:
        try:
            while batch := self._next():
                async with self._connection_in_use:
                    await self._write(batch)
        finally:
            self._is_writing = False
            while left := self._next():  # nothing, unless the loop is being shut down
                left.withhold()

    def _next(self) -> Batch | None:
        if self._behind:
            return self._behind.popleft()
        batch = self._gathering
        if not batch.entries:
            return None
        self._gathering = Batch(batch.key_epoch)
        return batch

    async def _write(self, batch: Batch) -> None:
        try:
            session = await self._connected()
            if batch.key_epoch != self._stream.key_epoch:
                self._stream = self._stream.successor(batch.key_epoch)
            segment = self._stream.segment(batch)
            await session.insert(segment)
        except BaseException as error:
            self._withhold(batch, error)
            if not isinstance(error, Exception):
                raise
        else:
            self._release(batch, segment)

    async def _connected(self) -> Session:
        if self._session is None or not self._session.is_open:
            self._session = await self._connect()
        return self._session

    def _release(self, batch: Batch, segment: Segment) -> None:
        self._stream.advance(segment, batch)
        if self._stream.is_full:
            self._stream = self._stream.successor()
        batch.release()
        self._recorded += segment.n
        self._segments += 1
        if self._is_lost:
            self._is_lost = False
            log.warning("the ledger records again", withheld=self._withheld)

    def _withhold(self, batch: Batch, error: BaseException) -> None:
        self._drop_session()
        self._stream = self._stream.successor()
        batch.withhold()
        self._withheld += batch.answers
        if not self._is_lost:
            self._is_lost = True
            # Only the kind of error: a database's message can quote what it was given.
            log.error("the ledger does not record; answers are withheld", reason=type(error).__name__)

    def _drop_session(self) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None
