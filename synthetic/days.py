"""Days as numbers, so that a million dates are arithmetic: days since 1900-01-01, and `NEVER` for null.

The nation stands still at `TODAY`; nothing in it follows the clock.
"""

from typing import Final

import numpy as np

from synthetic.cells import NULL, Bytes, Flags, Ints

_EPOCH: Final = np.datetime64("1900-01-01", "D")
_ALL: Final = np.arange(_EPOCH, np.datetime64("2101-01-01", "D"))


def day(text: str) -> int:
    """The number of an ISO date."""
    return int((np.datetime64(text, "D") - _EPOCH).astype(np.int64))


NEVER: Final = -1  # the last entry of the tables below, so that indexing by it gives NULL
YEAR_OF: Final[Ints] = _ALL.astype("datetime64[Y]").astype(np.int64) + 1970
_MONTHS: Final[Ints] = _ALL.astype("datetime64[M]").astype(np.int64)
_DAY_OF_MONTH: Final[Ints] = (_ALL - _ALL.astype("datetime64[M]")).astype(np.int64)
_TEXT: Final[Bytes] = np.append(np.datetime_as_string(_ALL).astype("S10"), np.array([NULL], dtype="S10"))

TODAY: Final = day("2026-11-01")
MERGER: Final = day("2025-07-01")
FIRST_DEATH: Final = day("2016-01-01")  # who died before was never given a PIN
DAYS_PER_YEAR: Final = 365.25


def date_text(days: Ints) -> Bytes:
    """ISO dates; NULL for NEVER."""
    return _TEXT[days]


def partial_text(days: Ints, year_only: Flags, month_only: Flags) -> Bytes:
    """Partial dates: the year, the year and month, or the day; NULL for NEVER."""
    full = _TEXT[days]
    known = days != NEVER
    shortened = np.where(month_only & known, full.astype("S7"), full)
    return np.where(year_only & known, full.astype("S4"), shortened)


def plus_years(days: Ints, years: Ints | int) -> Ints:
    """The same day `years` later; February 29 and the days about it become the 28th."""
    months = _MONTHS[days] + 12 * years
    first = (months.astype("datetime64[M]").astype("datetime64[D]") - _EPOCH).astype(np.int64)
    return first + np.minimum(_DAY_OF_MONTH[days], 27)


def age_on(born: Ints, on: Ints | int) -> Ints:
    """Completed years, to within a day."""
    return ((on - born) / DAYS_PER_YEAR).astype(np.int64)
