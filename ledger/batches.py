"""The answers that share one write, and how many may wait for it."""

import asyncio
from dataclasses import dataclass

from ledger.entries import AnyDefinition, Definition, Operation, Recipient
from ledger.errors import NotRecorded


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the ledger holds back before it says `NotRecorded`."""

    answers: int = 4_096
    """Answers waiting for the next write."""
    size: int = 8 << 20
    """Bytes of entries waiting for the next write."""
    seconds: float = 2.0
    """For one write, and for connecting before it. An answer waits for the write under way and for its own."""


class Batch:
    __slots__ = ("_waiting", "entries", "named", "size")

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.named: set[AnyDefinition] = set()
        self.size = 0
        self._waiting: list[asyncio.Future[None]] = []

    def add(
        self,
        entry: bytes,
        recipient: Definition[Recipient],
        operation: Definition[Operation],
        done: asyncio.Future[None],
    ) -> None:
        self.entries.append(entry)
        self.named.add(recipient)
        self.named.add(operation)
        self.size += len(entry)
        self._waiting.append(done)

    def has_room(self, bounds: Bounds, entry: bytes) -> bool:
        return len(self.entries) < bounds.answers and self.size + len(entry) <= bounds.size

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
