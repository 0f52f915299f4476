"""What a narrowing on trial would have done: counted over the answers that went out while it ran.

An answer bears a note where the narrower grant would have refused it (what would have been missing), or might have
shown fewer rows. Notes are found by an index of their own; how many answers there were at all is counted by the day.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from ledger.insight.days import today

ROWS_LIMITED = "ROWS_LIMITED"
"""The note that is no refusal, as the graph writes it."""
MOST_REASONS = 100

Fetch = Callable[..., Awaitable[Sequence[asyncpg.Record]]]
"""Runs a statement in the reader's role."""


@dataclass(frozen=True, slots=True)
class Asked:
    """By whose grant, for what, and from when until when."""

    agency: str
    purpose: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    missing: str
    answers: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Of the answers given on the days of the trial and sealed until now: how many would have been refused, or less."""

    answers: int
    refused: int
    limited: int
    reasons: tuple[Reason, ...]
    """Why, the most frequent first; an answer that would have lacked two scopes counts for both."""


_GIVEN = """\
select coalesce(sum(answers), 0)::bigint as answers from usage
where party in (select party from parties where agency = $1 and purpose = $2)
    and day between $3 and $4 and outcome <> 2"""
_NOTED = """\
with noted as materialized (
    select missing from answers
    where party in (select party from parties where agency = $1 and purpose = $2)
        and outcome <> 2 and missing <> '{}' and at >= $3 and at < $4)
select null as missing, count(*) as answers, count(*) filter (where missing <> $5::text[]) as refused from noted
union all
(select reason, count(*), 0 from noted, unnest(missing) as reason group by reason order by 2 desc, 1 limit $6)"""


async def noted(fetch: Fetch, asked: Asked) -> Noted:
    """What was noted between these moments. Raises what `fetch` raises."""
    whose = (asked.agency, asked.purpose)
    given, *_ = await fetch(_GIVEN, *whose, today(asked.since), today(asked.until))
    every, *reasons = await fetch(_NOTED, *whose, asked.since, asked.until, [ROWS_LIMITED], MOST_REASONS)
    return Noted(
        answers=given["answers"],
        refused=every["refused"],
        limited=every["answers"] - every["refused"],
        reasons=tuple(Reason(*_of(row)) for row in reasons),
    )


def _of(row: Any) -> tuple[str, int]:
    return row["missing"], row["answers"]
