"""What was read of the streams, proven and in the order in which it is sealed. Pure.

Inside a stream the order is that of its numbers. A stream that names the one before it in its process comes after as
much of that one as it names: marks may be about answers there, and a lost end shows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from ledger.sealing.following import Position, beginning
from ledger.segments.chain import Segment, proven
from ledger.segments.records import Contents, Opening


class Taken(NamedTuple):
    segment: Segment
    contents: Contents


class MustWait(Exception):
    """The stream's predecessor has segments that come first."""

    def __init__(self, stream: UUID) -> None:
        super().__init__(f"stream {stream} waits for the one before it")
        self.stream = stream


def taken(segments: Iterable[Segment], positions: Mapping[UUID, Position]) -> list[Taken]:
    """The segments, which come ordered by stream and number, in sealing order. Raises `ChainBroken`."""
    by_stream = {
        stream: list(_proven(group, positions.get(stream) or beginning(stream)))
        for stream, group in groupby(segments, attrgetter("stream"))
    }
    ordered: dict[UUID, list[Taken]] = {}
    for stream in by_stream:
        _place(stream, by_stream, ordered)
    return [one for run in ordered.values() for one in run]


def opening_of(one: Taken) -> Opening | None:
    """What a stream's first segment says of the stream before it."""
    entries = one.contents.entries
    return entries[0] if one.segment.seq == 0 and entries and isinstance(entries[0], Opening) else None


def positions_after(run: Sequence[Taken]) -> dict[UUID, Position]:
    """How far the streams of these have then been followed."""
    return {segment.stream: Position(segment.seq + 1, segment.hash) for segment, _ in run}


def _proven(segments: Iterable[Segment], position: Position) -> Iterator[Taken]:
    for segment in segments:
        yield Taken(segment, proven(segment, *position))
        position = Position(segment.seq + 1, segment.hash)


def _place(stream: UUID, by_stream: Mapping[UUID, list[Taken]], ordered: dict[UUID, list[Taken]]) -> None:
    """The stream behind its predecessor, and that behind its own; of a circle, which none can be, any is first."""
    chain = [stream]
    while (before := _before(chain[-1], by_stream)) and before not in ordered and before not in chain:
        chain.append(before)
    for each in reversed(chain):
        ordered.setdefault(each, by_stream[each])


def _before(stream: UUID, by_stream: Mapping[UUID, list[Taken]]) -> UUID | None:
    opening = opening_of(by_stream[stream][0])
    before = UUID(bytes=opening.predecessor) if opening else None
    return before if before in by_stream else None
