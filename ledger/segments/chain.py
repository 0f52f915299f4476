"""How segments prove that none was altered, removed, inserted or put elsewhere. Pure.

Inside a stream: numbers without a gap, `hash = SHA-256(prev || data)`, `prev` the hash before, and for number 0 a
hash of the stream's name. From stream to stream of one process: the opening entry names how far the one before had
come.

What this cannot show is left to the signed checkpoints over all streams: a whole process's streams removed, or the
last segments of a process that started no further stream.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import UUID

from ledger.segments.records import Contents, Malformed, Opening, unpack


class ChainBroken(Exception):
    """Names the first segment that is not as it was written."""

    def __init__(self, stream: UUID, seq: int, reason: str) -> None:
        super().__init__(f"stream {stream}, segment {seq}: {reason}")
        self.stream = stream
        self.seq = seq
        self.reason = reason


class Segment(NamedTuple):
    """A row of `segments`, in the order of its columns."""

    stream: UUID
    seq: int
    n: int
    prev: bytes
    hash: bytes
    data: bytes


def genesis(stream: UUID) -> bytes:
    """What stands for the hash before the first: binds the chain to its stream."""
    return hashlib.sha256(b"lienthong ledger stream " + stream.bytes).digest()


def link(prev: bytes, data: bytes) -> bytes:
    hasher = hashlib.sha256(prev)
    hasher.update(data)
    return hasher.digest()


def verified(segments: Iterable[Segment]) -> Iterator[tuple[Segment, Contents]]:
    """The segments with their contents, each as soon as it is proven; they come ordered by stream and number.

    Raises `ChainBroken` at the first that is not as written; for a stream whose end is missing, after the last segment.
    """
    ends: dict[bytes, dict[int, bytes]] = {}
    openings: list[tuple[UUID, Opening]] = []
    before: Segment | None = None
    for segment in segments:
        contents = _continued(segment, before)
        yield segment, contents
        openings += [(segment.stream, entry) for entry in contents.entries if isinstance(entry, Opening)]
        _note_end(ends.setdefault(segment.stream.bytes, {}), segment)
        before = segment
    for stream, opening in openings:
        if ends.get(opening.predecessor, {}).get(opening.segments) != opening.last_hash:
            raise ChainBroken(UUID(bytes=opening.predecessor), opening.segments - 1, f"missing; {stream} follows it")


def proven(segment: Segment, seq: int, prev: bytes) -> Contents:
    """What the segment says, if it is the one with this number after the one with this hash. Raises `ChainBroken`."""
    if segment.seq != seq:
        raise ChainBroken(segment.stream, seq, f"missing; segment {segment.seq} stands in its place")
    if segment.prev != prev:
        raise ChainBroken(segment.stream, seq, "does not continue the segment before it")
    if segment.hash != link(prev, segment.data):
        raise ChainBroken(segment.stream, seq, "its data does not have its hash")
    return _contents(segment)


def _continued(segment: Segment, before: Segment | None) -> Contents:
    if before is None or before.stream != segment.stream:
        return proven(segment, 0, genesis(segment.stream))
    return proven(segment, before.seq + 1, before.hash)


def _contents(segment: Segment) -> Contents:
    try:
        contents = unpack(segment.data)
    except Malformed as error:
        raise ChainBroken(segment.stream, segment.seq, str(error)) from error
    if contents.answers != segment.n:
        raise ChainBroken(segment.stream, segment.seq, f"says {segment.n} answers and holds {contents.answers}")
    return contents


def _note_end(end: dict[int, bytes], segment: Segment) -> None:
    """Keeps the last two lengths: beyond what a successor knew of it, one segment of unknown outcome may stand."""
    end[segment.seq + 1] = segment.hash
    end.pop(segment.seq - 1, None)
