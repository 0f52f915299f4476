"""The erasures on record, each as far as it is believed: for whoever judges gaps, and for whoever goes on erasing."""

from datetime import datetime
from typing import NamedTuple

from asyncpg import Connection

from ledger.audit.gaps import believed
from ledger.audit.retention import KEPT_AT_LEAST, sealed_before
from ledger.segments.entries import PeopleErased, SegmentsErased

_ON_RECORD = """
select content, at, (select at from checkpoints where size > leaf order by size limit 1) as sealed_at
from events where kind in ('people.erased', 'segments.erased') order by leaf
"""


class Recorded(NamedTuple):
    event: PeopleErased | SegmentsErased
    at: datetime
    sealed_at: datetime


async def erasures(connection: Connection) -> list[Recorded]:
    """In the order of their leaves. What the checkpoints say of times, `verify` proves with them."""
    rows = [row for row in await connection.fetch(_ON_RECORD) if row["sealed_at"] is not None]
    times = {row["sealed_at"] for row in rows}
    old = {time: await sealed_before(connection, time - KEPT_AT_LEAST) for time in times}
    found = ((believed(row["content"], old[row["sealed_at"]]), row["at"], row["sealed_at"]) for row in rows)
    return [Recorded(event, at, sealed_at) for event, at, sealed_at in found if event is not None]
