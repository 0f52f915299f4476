"""Which counts may be told to everybody. Pure.

What is told is a set of cells that overlap nowhere, none of them small, with no totals beside them. So whatever anybody
adds up, filters or subtracts is a sum of whole cells: two filters, or a total and its parts, never leave a small count
as their difference. Two rules, in this order:

    a count below `SMALLEST` is not told, and counts in no other cell
    a count is told day by day only where no day of it is small, and its days may be told; else as one cell of the
    whole month

The first makes each cell depend on nothing but itself: whoever knows all others, being the agencies of all others,
learns nothing of one that is left out but that it is small. By the second, a month in one cell says that some day had a
small count, and neither which nor how small: any small count makes the same cell. And no agency hides what it asks for
one purpose by asking a little for another.

Ten, because a family is a usual subject of one question and is rarely as large: a cell stands for more than one look
at one home.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

SMALLEST = 10
"""No count below this is told, but for zero."""

KeyT = TypeVar("KeyT")


@dataclass(frozen=True, slots=True)
class Count:
    """So many answers, and so many readings of subjects in them: who is read twice counts twice."""

    answers: int = 0
    readings: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.answers + other.answers, self.readings + other.readings)

    @property
    def is_small(self) -> bool:
        return 0 < self.answers < SMALLEST


@dataclass(frozen=True, slots=True)
class Cell(Generic[KeyT]):
    """What is told. `day` of None: of the whole month. `readings` of None: few."""

    key: KeyT
    day: date | None
    answers: int
    readings: int | None


def cells(
    counted: Mapping[tuple[KeyT, date], Count], is_general: Callable[[KeyT], bool] = lambda _: False
) -> list[Cell[KeyT]]:
    """What may be told of the counts of one month. `is_general`: of which no day is told."""
    months: dict[KeyT, dict[date, Count]] = defaultdict(dict)
    for (key, day), count in counted.items():
        if count.answers:
            months[key][day] = count
    return [cell for key, days in months.items() for cell in _told(key, days, by_day=not is_general(key))]


def _told(key: KeyT, days: Mapping[date, Count], *, by_day: bool) -> Iterable[Cell[KeyT]]:
    if by_day and not any(count.is_small for count in days.values()):
        return [_cell(key, day, count) for day, count in sorted(days.items())]
    whole = sum(days.values(), Count())
    return [] if whole.is_small else [_cell(key, None, whole)]


def _cell(key: KeyT, day: date | None, count: Count) -> Cell[KeyT]:
    few = 0 < count.readings < SMALLEST
    return Cell(key, day, count.answers, None if few else count.readings)
