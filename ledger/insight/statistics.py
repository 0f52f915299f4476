"""Open statistics: which agency asked which kinds of data for which purpose how often, for everybody.

A month is told once, whole, some days after it is over, so that no count of a day or a person shows in how the figures
grow. A purpose whose readings its citizens are shown later is told as much later; one whose readings they are shown in
general terms is told by the month alone, since a day and its kinds of data would name who read on that day. What is
told of a month and what is withheld is for `ledger.insight.withholding` to say.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import asyncpg

from ledger.insight.days import Month
from ledger.insight.withholding import Cell, Count, cells
from ledger.segments.entries import Outcome

DELAY_DAYS = 10
"""After the end of a month, before anything of it is told: a sealer that was stopped has caught up by then."""


class Came(StrEnum):
    """What came of a question."""

    ANSWERED = "answered"
    """Also that nobody was found."""
    REFUSED = "refused"
    """A right was missing, and nothing was read."""


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a cell is about."""

    agency: str
    purpose: str
    """Empty: none was given, and it was refused for that."""
    kinds: tuple[str, ...]
    """Register and record, `population:residence`; empty: the operation says of none."""
    came: Came


@dataclass(frozen=True, slots=True)
class Statistics:
    month: Month
    cells: Sequence[Cell[Key]]


_USAGE = """\
select usage.day, parties.agency, parties.purpose, operations.needs, usage.outcome,
       sum(usage.answers)::bigint, sum(usage.people)::bigint
from usage join parties using (party) join operations using (operation)
where usage.day >= $1 and usage.day < $2
group by 1, 2, 3, 4, 5"""

_FIRST_DAY = "select min(day) from usage"


async def statistics(
    connection: asyncpg.Connection,
    month: Month,
    today: date,
    delays: Mapping[str, int],
    general: Collection[str] = frozenset(),
) -> Statistics:
    """What may be told today of a month. `delays`: of purposes shown later to their citizens, by how many days.

    `general`: purposes shown to their citizens in general terms.
    """
    counted: dict[tuple[Key, date], Count] = defaultdict(Count)
    for day, agency, purpose, needs, outcome, answers, people in await connection.fetch(
        _USAGE, month.days.since, month.days.until
    ):
        if is_told(month, today, delays.get(purpose or "", 0)):
            came = Came.REFUSED if outcome == Outcome.REFUSED else Came.ANSWERED
            counted[Key(agency, purpose or "", kinds(needs), came), day] += Count(answers, people)
    told = cells(counted, lambda key: key.purpose in general)
    return Statistics(month, sorted(told, key=lambda cell: (cell.key, cell.day or date.min)))


async def months(connection: asyncpg.Connection, today: date) -> list[Month]:
    """The months of which something may be told today, the latest first."""
    first = await connection.fetchval(_FIRST_DAY)
    if first is None:
        return []
    return [month for month in Month.of(first).through(Month.of(today)) if is_told(month, today)][::-1]


def is_told(month: Month, today: date, delay: int = 0) -> bool:
    """Whether a month may be told, for a purpose that is shown to its citizens after so many days."""
    return today >= month.days.until + timedelta(days=max(delay, DELAY_DAYS))


def kinds(needs: Sequence[str]) -> tuple[str, ...]:
    """`population:residence.commune_code:lookup` is a right over the kind `population:residence`."""
    return tuple(sorted({scope.rpartition(":")[0].partition(".")[0] for scope in needs}))
