"""What stands out in the ledger, for those who audit. Looking is an act, recorded before anything is shown."""

from datetime import UTC, date, datetime, timedelta

import strawberry

from auth.acts.disclosures import ReadDisclosures
from ledger import LedgerUnreachable
from ledger.insight.days import today
from ledger.insight.finding import Finding as Found
from ledger.insight.finding import FindingKind
from ledger.insight.findings import findings
from ledger.insight.thresholds import THRESHOLDS
from office.changes import capacities_for
from office.context import Info
from office.errors import Code, not_answered
from office.fields import asked_by
from office.recorded import record
from office.rows import word

READERS = capacities_for("disclosures.read")
OLDEST_DAYS = 800
"""Days back from today that can be looked at: longer than anything is kept."""

strawberry.enum(FindingKind, description="What may stand out.")


@strawberry.type(description="An answer that a finding is about.")
class FindingRow:
    leaf: strawberry.ID = strawberry.field(description="Its place in the ledger.")
    request_id: strawberry.ID


@strawberry.type(description="Something unusual: what was counted, and against what. It is no verdict.")
class Finding:
    kind: FindingKind
    agency: strawberry.ID | None = strawberry.field(description="Null: several.")
    client: strawberry.ID | None = strawberry.field(description="Null: several.")
    purpose: strawberry.ID | None = strawberry.field(description="Null: several, or none was given.")
    since: date = strawberry.field(description="The first day that was looked at, in Vietnam.")
    last: date = strawberry.field(description="The last.")
    counted: int
    of: int | None = strawberry.field(description="Of so many answers, lookups or persons.")
    usual: float | None = strawberry.field(
        description=f"What it was in the {THRESHOLDS.baseline_days} days before: a number a day, or a share. Null:"
        " nothing is compared, or too little is known."
    )
    threshold: float = strawberry.field(description="From which number on it is shown.")
    said_vi: str = strawberry.field(description="In a sentence.")
    said_en: str = strawberry.field(description="In a sentence.")
    rows: list[FindingRow] = strawberry.field(description=f"The latest answers, up to {THRESHOLDS.rows}.")


@strawberry.type
class FindingQueries:
    @asked_by(*READERS)
    async def findings(
        self, info: Info, last: date | None = None, agency: strawberry.ID | None = None
    ) -> list[Finding]:
        """What stands out in the week up to a day (else today), of one agency or of all. Records the reading."""
        now = today(datetime.now(UTC))
        day = now if last is None else last
        if not now - timedelta(days=OLDEST_DAYS) <= day <= now:
            raise not_answered(Code.BAD_USER_INPUT, f"last is today or one of the {OLDEST_DAYS} days before.")
        whose = None if agency is None else word(agency)
        asked = {"findings": day.isoformat(), **({"agency": whose} if whose else {})}
        await record(info.context, ReadDisclosures(filter=asked))
        try:
            async with info.context.office.books.reading() as connection:
                found = await findings(connection, day + timedelta(days=1), whose)
        except LedgerUnreachable as unreachable:
            raise not_answered(Code.DATABASE_UNAVAILABLE, "The ledger does not answer in time.") from unreachable
        return [_finding(each) for each in found]


def _finding(found: Found) -> Finding:
    return Finding(
        kind=found.kind,
        agency=_id(found.agency),
        client=_id(found.client),
        purpose=_id(found.purpose),
        since=found.days.since,
        last=found.days.until - timedelta(days=1),
        counted=found.counted,
        of=found.of,
        usual=found.usual,
        threshold=found.from_,
        said_vi=found.vietnamese,
        said_en=found.english,
        rows=[
            FindingRow(leaf=strawberry.ID(str(row.leaf)), request_id=strawberry.ID(row.request_id))
            for row in found.rows
        ],
    )


def _id(given: str | None) -> strawberry.ID | None:
    return None if given is None else strawberry.ID(given)
