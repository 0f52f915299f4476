"""What stands out in the books: the questions asked, the counts judged, and the answers that are pointed to.

Persons are counted under their pseudonyms, one key a month: in a window over the turn of a month, whoever was read in
both months counts as two, so fewer are found and never more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from ledger.insight import questions
from ledger.insight.days import Days, begins
from ledger.insight.finding import Finding, FindingKind, Pointer
from ledger.insight.rows import Case, Hours, Read, constant_case, outside_hours, read_by_many
from ledger.insight.thresholds import THRESHOLDS, Thresholds
from ledger.insight.usual import DayCount, usual_findings
from ledger.segments.entries import Outcome


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the books: in which days, and whose."""

    connection: asyncpg.Connection
    window: Days
    than: Thresholds
    agency: str | None

    @property
    def since(self) -> date:
        """Where the baseline begins."""
        return self.window.since - timedelta(days=self.than.baseline_days)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        return begins(self.window.since), begins(self.window.until)


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding, and how its answers are found: by what else, beside its parties; or by its subject."""

    finding: Finding
    by: tuple[Any, ...] = ()
    subject: bytes | None = None


async def findings(
    connection: asyncpg.Connection, until: date, agency: str | None = None, than: Thresholds = THRESHOLDS
) -> Sequence[Finding]:
    """What stands out in the last days before `until`, of one agency or of all: kind by kind, the most first."""
    look = _Look(connection, Days.before(until, than.window_days), than, agency)
    await connection.execute(questions.WORK_MEMORY)
    found = [*await _of_usage(look), *await _of_hours(look), *await _of_cases(look), *await _of_subjects(look)]
    return [await _pointed(look, each) for each in _most(found, than.most)]


async def _of_usage(look: _Look) -> list[_Found]:
    rows = await look.connection.fetch(questions.COUNTS, look.since, look.window.until, begins(look.since), look.agency)
    counts = [DayCount(**{**row, "outcome": Outcome(row["outcome"])}) for row in rows]
    return [_Found(finding) for finding in usual_findings(counts, look.window, look.than)]


async def _of_hours(look: _Look) -> list[_Found]:
    hours = look.than.opens_at, look.than.closes_at
    days = begins(look.since), look.window.since, look.moments[1]
    rows = await look.connection.fetch(questions.HOURS, *days, *hours, look.agency)
    asked = [Hours(**{**row, "parties": tuple(row["parties"])}) for row in rows]
    return [_Found(finding, hours) for finding in outside_hours(asked, look.window, look.than)]


async def _of_cases(look: _Look) -> list[_Found]:
    than = look.than
    rows = await look.connection.fetch(questions.CASES, *look.moments, look.agency, than.case_least, than.case_share)
    named = [Case(**{**row, "parties": tuple(row["parties"])}) for row in rows]
    return [_Found(finding, (case.case,)) for finding, case in constant_case(named, look.window, than)]


async def _of_subjects(look: _Look) -> list[_Found]:
    than = look.than
    leaves = await look.connection.fetchrow(questions.LEAVES, *look.moments)
    assert leaves is not None
    asked = than.agencies_least, look.agency, than.most, *leaves, than.closely
    rows = await look.connection.fetch(questions.READ, *look.moments, *asked)
    read = [Read(row["subject"], tuple(row["agencies"])) for row in rows]
    return [_Found(finding, subject=each.subject) for finding, each in read_by_many(read, look.window, than)]


def _most(found: Iterable[_Found], most: int) -> list[_Found]:
    """Of each kind, those that stand out most."""
    kinds: dict[FindingKind, list[_Found]] = defaultdict(list)
    for each in found:
        kinds[each.finding.kind].append(each)
    by = [sorted(kinds[kind], key=lambda each: -each.finding.counted / each.finding.from_) for kind in FindingKind]
    return [each for ordered in by for each in ordered[:most]]


async def _pointed(look: _Look, found: _Found) -> Finding:
    """The finding with the latest of the answers that it is about."""
    finding, rows = found.finding, look.than.rows
    moments = begins(finding.days.since), begins(finding.days.until)
    if found.subject is not None:
        named = await look.connection.fetch(questions.OF_SUBJECT, found.subject, *moments, rows)
    else:
        question = questions.OF_PARTIES.format(questions.WHICH[finding.kind])
        named = await look.connection.fetch(question, list(finding.parties), *moments, rows, *found.by)
    return replace(finding, rows=tuple(Pointer(row["leaf"], str(row["request_id"])) for row in named))
