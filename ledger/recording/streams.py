"""Where a writer stands in its stream: what its next segment is, and which definitions the stream has. No I/O.

A stream has one writer and contiguous numbers. After a write whose outcome is not known its next number may be taken
or free, so it is never used again: the writer goes on in a new stream, which defines anew what it uses.
"""

from collections.abc import Set as AbstractSet

from ledger.recording.batches import Batch
from ledger.recording.identifiers import new_stream_id
from ledger.segments.chain import Segment, genesis, link
from ledger.segments.entries import AnyDefinition
from ledger.segments.records import Opening, pack_head, pack_opening

DEFINITIONS_PER_STREAM = 50_000
"""Bounds what a long-lived process keeps in mind to a few megabytes. Beyond it a new stream begins."""


class Stream:
    __slots__ = ("_defined", "_head", "_last_hash", "_length", "_opening", "id", "key_epoch")

    def __init__(self, key_epoch: int, opening: Opening | None = None) -> None:
        self.id = new_stream_id()
        self.key_epoch = key_epoch
        self._head = pack_head(key_epoch)
        self._opening = opening
        self._length = 0
        self._last_hash = genesis(self.id)
        self._defined: set[int] = set()

    @property
    def is_full(self) -> bool:
        return len(self._defined) >= DEFINITIONS_PER_STREAM

    def segment(self, batch: Batch) -> Segment:
        """The segment that would write the batch. The stream goes on from it with `advance`, or not at all."""
        data = b"".join([self._head, self._opening_entry(), *self._new_definitions(batch.named), *batch.entries])
        return Segment(
            self.id, self._length, batch.answers, self._last_hash, link(self._last_hash, data), data
        )  # fmt: skip

    def advance(self, segment: Segment, batch: Batch) -> None:
        """The segment is durable."""
        self._length += 1
        self._last_hash = segment.hash
        self._defined.update(definition.number for definition in batch.named)

    def successor(self, key_epoch: int | None = None) -> "Stream":
        """A new stream, of this key or another; names the last one of which anything is durable."""
        opening = Opening(self.id.bytes, self._length, self._last_hash) if self._length else self._opening
        return Stream(key_epoch or self.key_epoch, opening)

    def _opening_entry(self) -> bytes:
        return pack_opening(self._opening) if self._opening and not self._length else b""

    def _new_definitions(self, named: AbstractSet[AnyDefinition]) -> list[bytes]:
        new = [definition for definition in named if definition.number not in self._defined]
        return [definition.entry for definition in sorted(new, key=lambda definition: definition.number)]
