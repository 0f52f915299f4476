"""How many answers there were, about how many subjects: by who asked, why, what and when. From counts by the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from ledger.archive.database import LedgerDatabase
from ledger.segments.entries import Outcome

MOST = 1_000
"""Lines of one count, the largest first."""


class By(StrEnum):
    """What is counted apart."""

    DAY = "day"
    AGENCY = "agency"
    CLIENT = "client"
    PURPOSE = "purpose"
    OPERATION = "operation"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Counted:
    """Which answers are counted; None: all. Days of Vietnam's time."""

    agency: str | None = None
    client: str | None = None
    purpose: str | None = None
    coordinate: str | None = None
    since: date | None = None
    until: date | None = None
    """Before that day."""


@dataclass(frozen=True, slots=True)
class Count:
    """One line. What is not counted apart is None."""

    day: date | None
    agency: str | None
    client: str | None
    purpose: str | None
    operation: str | None
    """Document and name of the operation."""
    outcome: Outcome | None
    answers: int
    people: int
    """Subjects in them; who stands in several counts in each."""
    on_trial: int
    """Answers that a narrowing on trial would have refused."""


_COLUMNS = {
    By.DAY: "u.day",
    By.AGENCY: "p.agency",
    By.CLIENT: "p.client",
    By.PURPOSE: "p.purpose",
    By.OPERATION: "encode(o.document, 'hex') || coalesce(' ' || o.name, '')",
    By.OUTCOME: "u.outcome",
}
_COUNT = """\
select {columns}, sum(u.answers)::bigint as answers, sum(u.people)::bigint as people,
    sum(u.on_trial)::bigint as on_trial
from usage as u{joined}
where {conditions} group by {groups} order by answers desc, {groups} limit {most}"""
_JOINS = {
    " join parties as p using (party)": {By.AGENCY, By.CLIENT, By.PURPOSE, "agency", "client", "purpose"},
    " join operations as o using (operation)": {By.OPERATION, "coordinate"},
}
_CONDITIONS = {
    "agency": "(p.agency = {0} or p.supplier = {0})",
    "client": "p.client = {0}",
    "purpose": "p.purpose = {0}",
    "coordinate": 'o.coordinates @> array[{0}::text collate "C"]',
    "since": "u.day >= {0}",
    "until": "u.day < {0}",
}


async def counts(database: LedgerDatabase, by: Sequence[By], wanted: Counted) -> tuple[Count, ...]:
    """Raises `LedgerSilent`."""
    asked = {name: value for name in _CONDITIONS if (value := getattr(wanted, name)) is not None}
    conditions = [_CONDITIONS[name].format(f"${number}") for number, name in enumerate(asked, 1)]
    statement = _COUNT.format(
        columns=", ".join(f"{_COLUMNS[each]} as by_{each}" for each in by),
        joined="".join(join for join, needed in _JOINS.items() if needed & {*by, *asked}),
        conditions=" and ".join(conditions) or "true",
        groups=", ".join(f"by_{each}" for each in by),
        most=MOST,
    )
    rows = await database.fetch(statement, *asked.values())
    said: list[dict[By, Any]] = [{each: row[f"by_{each}"] if each in by else None for each in By} for row in rows]
    return tuple(
        Count(
            day=each[By.DAY],
            agency=each[By.AGENCY],
            client=each[By.CLIENT],
            purpose=each[By.PURPOSE],
            operation=each[By.OPERATION],
            outcome=None if each[By.OUTCOME] is None else Outcome(each[By.OUTCOME]),
            answers=row["answers"],
            people=row["people"],
            on_trial=row["on_trial"],
        )
        for row, each in zip(rows, said, strict=True)
    )
