"""Narrowings on trial, with what the ledger noted of them: what an officer looks at before narrowing in earnest.

An agency is not told that a grant of its own is on trial: whoever probes should not learn that somebody counts.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import strawberry
from sqlalchemy import Row, Select, select

from auth.tables import grants, trials
from ledger.archive.database import LedgerSilent
from ledger.insight.trials import Asked, noted
from office.context import Info
from office.errors import Code, not_answered
from office.fields import asked_by, computed
from office.paging import Page, after_number, page
from office.rights import ReachKind, UnitsScheme
from office.rows import made, number, of
from office.visitor import DESK, Capacity

OFFICERS = DESK | {Capacity.AUDITOR}


@strawberry.type(description="Why answers would have been refused, and how many.")
class TrialReason:
    missing: str = strawberry.field(description="A scope, or another demand; ROWS_LIMITED: fewer rows might be shown.")
    answers: int


@strawberry.type(description="What was noted while a narrowing was on trial, of what is sealed until now.")
class TrialNoted:
    answers: int = strawberry.field(description="Answers given for this purpose on the days of the trial.")
    refused: int = strawberry.field(description="Of these, how many the narrower grant would have refused.")
    limited: int = strawberry.field(description="How many it would have allowed, and perhaps with fewer rows.")
    reasons: list[TrialReason] = strawberry.field(description="Why, the most frequent first.")


@strawberry.type(description=trials.comment)
class Trial:
    number: strawberry.ID = of(trials.c.trial)
    grant: strawberry.ID = of(trials.c.grant_id)
    scopes: list[str] = of(trials.c.scopes)
    sets: list[str] = of(trials.c.sets)
    exceptions: list[str] = of(trials.c.exceptions)
    reach: ReachKind = of(trials.c.reach, ReachKind)
    units: list[str] = of(trials.c.units)
    units_scheme: UnitsScheme | None = of(trials.c.units_scheme, UnitsScheme)
    started_at: datetime = of(trials.c.started_at)
    until: datetime = of(trials.c.until)
    ended_at: datetime | None = of(trials.c.ended_at)
    started_by: str = of(trials.c.started_by)
    ended_by: str | None = of(trials.c.ended_by)
    reason: str = of(trials.c.reason)
    agency: strawberry.ID = of(grants.c.agency)
    purpose: strawberry.ID = of(grants.c.purpose)

    runs: bool = strawberry.field(description="Whether something is noted now: not over, and its grant is active.")

    @computed
    async def noted(self, info: Info) -> TrialNoted:
        """What the ledger noted while it ran."""
        until = min(self.ended_at or self.until, datetime.now(UTC) + timedelta(minutes=1))
        asked = Asked(self.agency, self.purpose, self.started_at, until)
        try:
            found = await noted(info.context.office.archives.own.database.fetch, asked)
        except LedgerSilent as silent:
            raise not_answered(Code.DATABASE_UNAVAILABLE, "The ledger does not answer in time.") from silent
        reasons = [TrialReason(missing=each.missing, answers=each.answers) for each in found.reasons]
        return TrialNoted(answers=found.answers, refused=found.refused, limited=found.limited, reasons=reasons)


@strawberry.type
class TrialQueries:
    @asked_by(*OFFICERS)
    async def trials(
        self,
        info: Info,
        *,
        grant: strawberry.ID | None = None,
        running: bool | None = None,
        first: int = 20,
        after: strawberry.ID | None = None,
    ) -> Page[Trial]:
        """Narrowings that were tried, the latest first: of one grant or of all; those that run, or are over."""
        statement = _trials()
        if grant is not None:
            statement = statement.where(trials.c.grant_id == number(grant))
        if running is not None:
            statement = statement.where(_runs() if running else ~_runs())
        return await page(info, after_number(statement, trials.c.trial, after), first, _trial, trials.c.trial)


def _trials() -> "Select[Any]":
    return select(trials, grants.c.agency, grants.c.purpose, _runs().label("runs")).join_from(trials, grants)


def _runs() -> Any:
    return trials.c.ended_at.is_(None) & (trials.c.until > datetime.now(UTC)) & (grants.c.state == "active")


def _trial(row: "Row[Any]") -> Trial:
    return made(Trial, row, runs=row.runs)
