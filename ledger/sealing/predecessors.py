"""Whether a beginning stream goes on from the one that it names, so that the loss of that one's end shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

import asyncpg

from ledger.sealing.following import Offer, Position
from ledger.sealing.taking import MustWait, Taken, opening_of
from ledger.segments.chain import ChainBroken
from ledger.segments.records import Opening

_HASH = "select hash from segments where stream = $1 and seq = $2"


async def check_openings(
    connection: asyncpg.Connection,
    run: Sequence[Taken],
    after: Mapping[UUID, Position],
    offered: Iterable[Offer],
    aside: Collection[UUID],
) -> None:
    """`after`: how far streams have been followed with this run; `offered`, what was there of them.

    Raises `MustWait` where more of the predecessor is there, and `ChainBroken`, of the predecessor, where its end is
    missing or another. A predecessor set aside is spoken of already.
    """
    there = {offer.stream: offer.seq + 1 for offer in sorted(offered)}
    for one in run:
        opening = opening_of(one)
        if opening is None or UUID(bytes=opening.predecessor) in aside:
            continue
        before, stream = UUID(bytes=opening.predecessor), one.segment.stream
        length = after[before].segments if before in after else 0
        if length < opening.segments and there.get(before, 0) > length:
            raise MustWait(stream)
        await _check_end(connection, stream, before, length, opening)


async def _check_end(connection: asyncpg.Connection, stream: UUID, before: UUID, length: int, opening: Opening) -> None:
    last = opening.segments - 1
    if length < opening.segments:
        raise ChainBroken(before, length, f"missing; {stream} follows segment {last}")
    if length > opening.segments + 1:  # one segment whose outcome was not known may stand
        raise ChainBroken(before, opening.segments + 1, f"was written after {stream} followed")
    if await connection.fetchval(_HASH, before, last) != opening.last_hash:
        raise ChainBroken(before, last, f"is not the one that {stream} follows")
