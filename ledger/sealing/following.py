"""Which segments are to be taken in next: each stream followed by its own contiguous numbers, from where it was left.

Never by one serial number over all streams, nor by time: commits overtake each other, and what is overtaken would be
lost. The writer of a stream begins a segment when the one before is durable, so inside a stream nothing overtakes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import asyncpg

from ledger.segments.chain import ChainBroken, Segment, genesis


class Position(NamedTuple):
    """How far a stream has been taken in: how many of its segments, and the hash of the last."""

    segments: int
    hash: bytes


class Offer(NamedTuple):
    """A segment that is to be taken in, before its data is read."""

    stream: UUID
    seq: int
    answers: int
    size: int
    """Bytes of its data; 0: erased."""
    written_at: datetime


class Budget(NamedTuple):
    """How much one seal takes in, so that it lasts well under a second and holds little; one segment always fits."""

    answers: int = 3_000
    size: int = 1 << 19
    """Bytes of segments, of which each person takes 16."""


_OFFERS = """
with followed as (
    select stream, next from unnest($1::uuid[], $2::bigint[]) as known (stream, next)
    union all
    select stream, 0 from segments as begun
    where seq = 0 and not exists (select from progress where progress.stream = begun.stream)
)
select offer.* from followed cross join lateral (
    select stream, seq, n, coalesce(octet_length(data), 0), written_at from segments
    where segments.stream = followed.stream and seq >= next order by seq limit 512
) as offer
where offer.stream <> all ($3)
"""
_READ = """
select segments.stream, seq, n, prev, hash, data
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as chosen (stream, first, last)
join segments on segments.stream = chosen.stream and seq between first and last
order by segments.stream, seq
"""


def beginning(stream: UUID) -> Position:
    return Position(0, genesis(stream))


async def offers(
    connection: asyncpg.Connection, positions: Mapping[UUID, Position], aside: Collection[UUID]
) -> list[Offer]:
    """What has become durable since, of known streams and of such as begin; nothing of those set aside.

    One statement, one snapshot: where a stream shows, so does all that its process wrote before it.
    """
    followed = [stream for stream in positions if stream not in aside]
    lengths = [positions[stream].segments for stream in followed]
    return [Offer(*row) for row in await connection.fetch(_OFFERS, followed, lengths, list(aside))]


def chosen(offered: Iterable[Offer], budget: Budget) -> list[Offer]:
    """As many as one seal takes in, of all streams alike, so that one that is far behind holds up no other."""
    streams = groupby(sorted(offered), attrgetter("stream"))
    ranked = [(rank, offer) for _, run in streams for rank, offer in enumerate(run)]
    answers, size = 0, 0
    taken: list[Offer] = []
    for _, offer in sorted(ranked):
        answers, size = answers + offer.answers, size + offer.size
        if taken and (answers > budget.answers or size > budget.size):
            break
        taken.append(offer)
    return taken


async def read(connection: asyncpg.Connection, wanted: Iterable[Offer]) -> list[Segment]:
    """The segments themselves, ordered by stream and number. Raises `ChainBroken` where one has lost its data."""
    spans: dict[UUID, list[int]] = {}
    for offer in wanted:
        spans.setdefault(offer.stream, []).append(offer.seq)
    first, last = [min(span) for span in spans.values()], [max(span) for span in spans.values()]
    return _whole([Segment(*row) for row in await connection.fetch(_READ, list(spans), first, last)])


def _whole(segments: Sequence[Segment]) -> list[Segment]:
    for segment in segments:
        if segment.data is None:
            raise ChainBroken(segment.stream, segment.seq, "its data was removed before it was sealed")
    return list(segments)
