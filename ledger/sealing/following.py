"""Which segments are to be taken in next: each stream followed by its own contiguous numbers, from where it was left.

Never by one serial number over all streams, nor by time: commits overtake each other, and what is overtaken would be
lost. The writer of a stream begins a segment when the one before is durable, so inside a stream nothing overtakes.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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


LARGEST = 64 << 20
"""Bytes of a segment: several times what writers hold back for one (`ledger.recording.batches`)."""


class Budget(NamedTuple):
    """How much one seal takes in, so that it lasts well under a second and holds little; one segment always fits."""

    answers: int = 3_000
    size: int = 1 << 19
    """Bytes of segments, of which each person takes 16."""


_BEGUN_LATELY = """
select stream from segments as begun where seq = 0 and stream > $1
and not exists (select from progress where progress.stream = begun.stream)
"""
_BEGUN = """
with recursive begun (stream) as (
    (select stream from segments order by stream limit 1)
    union all
    select (select stream from segments where segments.stream > begun.stream order by stream limit 1)
    from begun where stream is not null
)
select stream from begun where stream is not null
and not exists (select from progress where progress.stream = begun.stream)
"""
_OFFERS = """
select offer.* from unnest($1::uuid[], $2::bigint[]) as followed (stream, next) cross join lateral (
    select stream, seq, n, coalesce(octet_length(data), 0), written_at from segments
    where segments.stream = followed.stream and seq >= next order by seq limit 512
) as offer
"""
_READ = """
select segments.stream, seq, n, prev, hash, data
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as chosen (stream, first, last)
join segments on segments.stream = chosen.stream and seq between first and last
order by segments.stream, seq
"""


def beginning(stream: UUID) -> Position:
    return Position(0, genesis(stream))


class Watch:
    """Which streams are asked for news: always those of the last hour, and as often as costs little, all.

    Streams are as many as processes were ever started, and most have ended; but none says so for good.
    """

    LIVELY = timedelta(hours=1)
    NEWCOMERS = timedelta(days=1)
    """How old the name of a stream may be that is first seen: it is given when the process starts to write."""
    SHARE = 50
    """Asking all takes one part in so many of the time; it is done once a second at most."""

    def __init__(self, positions: Mapping[UUID, Position], heard: Mapping[UUID, datetime]) -> None:
        self._positions = positions
        self._heard = dict(heard)
        self._next_round = 0.0

    def hear(self, streams: Iterable[UUID], at: datetime) -> None:
        """Something of these was taken in."""
        self._heard.update(dict.fromkeys(streams, at))

    async def offers(self, connection: asyncpg.Connection, aside: Collection[UUID], now: datetime) -> list[Offer]:
        """What has become durable since, of known streams and of such as begin; nothing of those set aside."""
        began = time.monotonic()
        if began < self._next_round:
            self._heard = {stream: at for stream, at in self._heard.items() if now - at < self.LIVELY}
            begun = await connection.fetch(_BEGUN_LATELY, _named_at(now - self.NEWCOMERS))
            return await self._offers(connection, {*self._heard, *_streams(begun)}.difference(aside))
        begun = await connection.fetch(_BEGUN)
        offered = await self._offers(connection, {*self._positions, *_streams(begun)}.difference(aside))
        ended = time.monotonic()
        self._next_round = ended + max(1.0, self.SHARE * (ended - began))
        return offered

    async def _offers(self, connection: asyncpg.Connection, streams: Collection[UUID]) -> list[Offer]:
        lengths = [self._positions[each].segments if each in self._positions else 0 for each in streams]
        return [Offer(*row) for row in await connection.fetch(_OFFERS, list(streams), lengths)]


def _streams(rows: Iterable[asyncpg.Record]) -> set[UUID]:
    return {row["stream"] for row in rows}


def _named_at(moment: datetime) -> UUID:
    """The first name that a stream made at that moment can have."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)


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
    """The segments themselves, ordered by stream and number.

    Raises `ChainBroken` where one has lost its data, or is larger than what any writer writes.
    """
    spans: dict[UUID, list[int]] = {}
    for offer in wanted:
        if offer.size > LARGEST:
            raise ChainBroken(offer.stream, offer.seq, f"is of {offer.size} bytes, which no writer writes")
        spans.setdefault(offer.stream, []).append(offer.seq)
    first, last = [min(span) for span in spans.values()], [max(span) for span in spans.values()]
    return _whole([Segment(*row) for row in await connection.fetch(_READ, list(spans), first, last)])


def _whole(segments: Sequence[Segment]) -> list[Segment]:
    for segment in segments:
        if segment.data is None:
            raise ChainBroken(segment.stream, segment.seq, "its data was removed before it was sealed")
    return list(segments)
