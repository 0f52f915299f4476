"""Days and months of Vietnam's calendar, in which everything here is counted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from ledger.segments.keyring import VIETNAM

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


def begins(day: date) -> datetime:
    """The first moment of a day there."""
    return datetime.combine(day, time(), VIETNAM)


def today(now: datetime) -> date:
    return now.astimezone(VIETNAM).date()


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """From the first day on, before the last."""

    since: date
    until: date

    @classmethod
    def before(cls, until: date, days: int) -> Self:
        """So many days, up to and without this one."""
        return cls(until - timedelta(days=days), until)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.since <= day < self.until


@dataclass(frozen=True, slots=True, order=True)
class Month:
    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2026-10`. Raises ValueError for anything else."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise ValueError("a month is written 2026-10")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def days(self) -> Days:
        return Days(date(self.year, self.month, 1), self._next())

    def through(self, last: "Month") -> Iterator["Month"]:
        """This month and those after it, up to the last."""
        month = self
        while month <= last:
            yield month
            month = Month.of(month.days.until)

    def _next(self) -> date:
        return date(self.year + self.month // 12, self.month % 12 + 1, 1)
