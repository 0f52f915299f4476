"""Whether a beginning stream goes on from the one that it names, so that the loss of that one's end shows."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import asyncpg

from ledger.sealing.following import Position
from ledger.sealing.taking import MustWait, Taken, opening_of
from ledger.segments.chain import ChainBroken
from ledger.segments.records import Opening

_IS_THERE = "select exists (select from segments where stream = $1 and seq = $2)"
_HASH = "select hash from segments where stream = $1 and seq = $2"


async def check_openings(
    connection: asyncpg.Connection, run: Sequence[Taken], after: Mapping[UUID, Position], aside: Collection[UUID]
) -> None:
    """`after`: how far streams have been followed with this run.

    Raises `MustWait` where more of the predecessor is there, and `ChainBroken`, of the predecessor, where its end is
    missing or another. A predecessor set aside is spoken of already.
    """
    for one in run:
        opening = opening_of(one)
        if opening is not None and UUID(bytes=opening.predecessor) not in aside:
            await _check_end(connection, one.segment.stream, opening, after)


async def _check_end(
    connection: asyncpg.Connection, stream: UUID, opening: Opening, after: Mapping[UUID, Position]
) -> None:
    before, last = UUID(bytes=opening.predecessor), opening.segments - 1
    length = after[before].segments if before in after else 0
    if length < opening.segments:
        if await connection.fetchval(_IS_THERE, before, length):
            raise MustWait(stream)
        raise ChainBroken(before, length, f"missing; {stream} follows segment {last}")
    if length > opening.segments + 1:  # one segment whose outcome was not known may stand
        raise ChainBroken(before, opening.segments + 1, f"was written after {stream} followed")
    if await connection.fetchval(_HASH, before, last) != opening.last_hash:
        raise ChainBroken(before, last, f"is not the one that {stream} follows")
