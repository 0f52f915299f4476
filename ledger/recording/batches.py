"""The answers that share one write, and how many may wait for it."""

import asyncio
from dataclasses import dataclass

from ledger.errors import NotRecorded
from ledger.segments.entries import AnyDefinition, Definition, Operation, Recipient


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the ledger holds back before it says `NotRecorded`."""

    answers: int = 4_096
    """Answers waiting for the next write."""
    size: int = 8 << 20
    """Bytes of entries waiting for the next write, with the definitions that they name."""
    definition: int = 256 << 10
    """Bytes of one definition: it is one caller's, and the write is shared."""
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
        self.size += self._added(entry, recipient, operation)
        self.entries.append(entry)
        self.named.add(recipient)
        self.named.add(operation)
        self._waiting.append(done)

    def has_room(
        self, bounds: Bounds, entry: bytes, recipient: Definition[Recipient], operation: Definition[Operation]
    ) -> bool:
        return (
            len(self.entries) < bounds.answers
            and max(len(recipient.entry), len(operation.entry)) <= bounds.definition
            and self.size + self._added(entry, recipient, operation) <= bounds.size
        )

    def _added(self, entry: bytes, *definitions: AnyDefinition) -> int:
        """The bytes that an answer adds, as if its stream had none of the definitions yet."""
        return len(entry) + sum(len(each.entry) for each in definitions if each not in self.named)

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
