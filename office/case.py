"""A case as the office shows it. The person whom it is about is in no field: nobody reads a sealed number anyway."""

from datetime import datetime
from enum import Enum

import strawberry

from auth.tables import cases
from office.rows import of


@strawberry.enum
class CaseKind(Enum):
    """Who began it."""

    COMPLAINT = "complaint"
    INQUIRY = "inquiry"


@strawberry.enum
class CaseState(Enum):
    """How far it is: only under an open case is somebody looked up."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@strawberry.enum
class CaseFinding(Enum):
    """What came out: the reading was lawful, was not, or nobody could say why it happened."""

    LAWFUL = "lawful"
    UNLAWFUL = "unlawful"
    UNEXPLAINED = "unexplained"


@strawberry.type(description=cases.comment)
class Case:
    number: strawberry.ID = of(cases.c.case_id)
    kind: CaseKind = of(cases.c.kind, CaseKind)
    state: CaseState = of(cases.c.state, CaseState)
    reason: str = of(cases.c.reason)
    opened_at: datetime = of(cases.c.recorded_at)
    opened_by: str | None = of(cases.c.opened_by)
    looks_until: datetime | None = of(cases.c.looks_until)
    looks: int = strawberry.field(description="How often officers looked the person up under it.")
    finding: CaseFinding | None = of(cases.c.finding, CaseFinding)
    reply: str | None = of(cases.c.reply)
    closed_by: str | None = of(cases.c.closed_by)
    closed_at: datetime | None = of(cases.c.closed_at)
