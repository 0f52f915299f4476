"""How long who was read is kept: so many months by the purpose, and which leaves are then beyond it. Pure but for one.

Time counts from when a leaf was sealed, which is never before it was recorded: nothing goes too early.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asyncpg import Connection

KEPT_AT_LEAST = timedelta(days=27)
"""The shortest month, less a day for clocks that differ: no erasure on record speaks of what was sealed later."""
USUAL_MONTHS = 24
"""Where no purpose says otherwise: refusals for want of one, and purposes that are on no list."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Months by the code of the purpose."""

    months: Mapping[str, int] = field(default_factory=dict)
    usual: int = USUAL_MONTHS

    def __post_init__(self) -> None:
        if any(months < 1 for months in (*self.months.values(), self.usual)):
            raise ValueError("what was read is kept for a month at least")

    def of(self, purpose: str | None) -> int:
        return self.months.get(purpose, self.usual) if purpose is not None else self.usual

    def longest(self, purposes: Iterable[str | None]) -> int:
        return max((self.of(purpose) for purpose in purposes), default=self.usual)


def months_before(now: datetime, months: int) -> datetime:
    """The same day so many months ago, or the last of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


async def sealed_before(connection: Connection, moment: datetime) -> int:
    """How many leaves were sealed by then: sizes and times of checkpoints rise together, so halving finds it."""
    low, high = 0, await connection.fetchval("select coalesce(max(size), 0) from checkpoints")
    while low < high:
        middle = (low + high + 1) // 2
        row = await connection.fetchrow(
            "select size, at from checkpoints where size <= $1 order by size desc limit 1", middle
        )
        if row is None or row["at"] <= moment:
            low = middle
        else:
            high = row["size"] - 1
    size: int | None = await connection.fetchval("select max(size) from checkpoints where size <= $1", low)
    return size or 0
