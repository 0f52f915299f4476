"""What a citizen sees of a reading: everything, general terms, or nothing yet, as the rule of its purpose says. Pure.

What is withheld of a row in general terms is one value, `Told`, that such a row does not have: no field can be
forgotten.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from uuid import UUID

from ledger.archive.guard import Guard, Rules, guard
from ledger.archive.rows import Kind, Row
from ledger.segments.entries import Subject
from ledger.tree.leaves import StepRead

HERE = timezone(timedelta(hours=7), "Vietnam")


@dataclass(frozen=True, slots=True)
class Told:
    """By whom, when exactly, why, and how: what a row in general terms does not say."""

    request_id: UUID
    at: datetime
    agency: str
    client: str
    supplier: str | None
    through: tuple[str, ...]
    purpose: str | None
    legal_basis: str | None
    case_reference: str | None
    operation: str | None
    document: str
    steps: tuple[StepRead, ...]
    roles: tuple[str, ...]
    missing: tuple[str, ...]
    """Of a refusal."""
    withheld_because: str | None
    """client_left or rights_changed."""


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What one ledger says of a reading. `id` names it for its proof and for a complaint; it says nothing itself."""

    id: str
    origin: str
    kind: Kind
    subject: Subject
    coordinates: tuple[str, ...]
    """Schema coordinates read, sorted."""


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One reading of the citizen who looks. `parts`: what several ministries answered stands in the ledger of each."""

    day: date
    """In Vietnam's time."""
    told: Told | None
    """Null: the purpose's cases are somebody else's to keep, and the row is in general terms."""
    parts: tuple[OwnPart, ...]

    @property
    def id(self) -> str:
        return self.parts[0].id

    @property
    def kind(self) -> Kind:
        return self.parts[0].kind

    @property
    def coordinates(self) -> tuple[str, ...]:
        return tuple(sorted({name for part in self.parts for name in part.coordinates}))


@dataclass(frozen=True, slots=True)
class OwnPage:
    """Readings, the latest first. A page can be shorter than was asked for although `next` says that there is more."""

    rows: tuple[OwnRow, ...]
    next: str | None
    silent: tuple[str, ...] = ()
    """Origins of ledgers that did not answer: what they hold is missing here."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which readings a citizen wants to see; None: all."""

    purpose: str | None = None
    agency: str | None = None

    @property
    def is_empty(self) -> bool:
        return self.purpose is None and self.agency is None


def is_shown(row: Row, rules: Rules, wanted: Filter, now: datetime) -> bool:
    """Whether the citizen is shown a row. A filter finds only what the row itself would tell."""
    party = row.answer.party
    seen = guard(rules[party.purpose], row.answer.at, now)
    if seen is not Guard.OPEN:
        return seen is Guard.GENERAL and wanted.is_empty
    return wanted.purpose in {None, party.purpose} and wanted.agency in {None, party.agency}


def told_of(row: Row, rules: Rules, now: datetime) -> Told | None:
    """What may be told of a row that is shown, beside what general terms say."""
    answer, party = row.answer, row.answer.party
    if guard(rules[party.purpose], answer.at, now) is not Guard.OPEN:
        return None
    return Told(
        request_id=answer.request_id,
        at=answer.at,
        agency=party.agency,
        client=party.client,
        supplier=party.supplier,
        through=party.through,
        purpose=party.purpose,
        legal_basis=party.legal_basis,
        case_reference=answer.case_reference,
        operation=answer.operation.name,
        document=answer.operation.document,
        steps=row.reading.steps,
        roles=row.reading.roles,
        missing=answer.missing if row.kind is Kind.REFUSED else (),
        withheld_because=answer.withheld_because,
    )


def own_row(parts: "tuple[tuple[str, Row], ...]", rules: Rules, now: datetime) -> OwnRow:
    """A row that is shown, of its parts with the id of each; the first speaks for all."""
    _, first = parts[0]
    shown = tuple(
        OwnPart(id_, row.answer.origin, row.kind, row.reading.subject, row.coordinates) for id_, row in parts
    )  # fmt: skip
    return OwnRow(first.answer.at.astimezone(HERE).date(), told_of(first, rules, now), shown)
