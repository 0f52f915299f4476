"""The entries that share one write, and how many may wait for it."""

import asyncio
from dataclasses import dataclass

from ledger.errors import NotRecorded
from ledger.segments.entries import AnyDefinition


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the ledger holds back before it says `NotRecorded`."""

    answers: int = 4_096
    """Entries waiting for the next write."""
    size: int = 8 << 20
    """Bytes of entries waiting for the next write, with the definitions that they name."""
    definition: int = 256 << 10
    """Bytes of one definition: it is one caller's, and the write is shared."""
    seconds: float = 2.0
    """For one write, and for connecting before it. An answer waits for the write under way and for its own, and for a
    try of the connection (`confirm`) that comes between them."""


class Batch:
    """Entries under one pseudonym key. Those that name definitions are answers; the others, marks and events."""

    __slots__ = ("_waiting", "answers", "entries", "key_epoch", "named", "size")

    def __init__(self, key_epoch: int) -> None:
        self.key_epoch = key_epoch
        self.entries: list[bytes] = []
        self.named: set[AnyDefinition] = set()
        self.answers = 0
        self.size = 0
        self._waiting: list[asyncio.Future[None]] = []

    def size_with(self, entry: bytes, definitions: tuple[AnyDefinition, ...], bounds: Bounds) -> int | None:
        """The bytes of the batch with this entry, as if its stream had no definition yet; None: there is no room."""
        size = self.size + len(entry)
        for each in definitions:
            if each not in self.named:
                length = len(each.entry)
                if length > bounds.definition:
                    return None
                size += length
        return size if size <= bounds.size and len(self.entries) < bounds.answers else None

    def add(self, entry: bytes, definitions: tuple[AnyDefinition, ...], size: int, done: asyncio.Future[None]) -> None:
        """`size` is what `size_with` says."""
        self.size = size
        self.entries.append(entry)
        if definitions:
            self.answers += 1
            self.named.update(definitions)
        self._waiting.append(done)

    def release(self) -> None:
        """The batch is durable: its answers may leave. A request that has left meanwhile stays recorded."""
        for done in self._waiting:
            if not done.done():
                done.set_result(None)

    def withhold(self) -> None:
        for done in self._waiting:
            if not done.done():
                done.set_exception(NotRecorded())
                done.exception()  # a request that has left asks no more; asyncio would report that as forgotten
