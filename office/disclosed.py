"""Readings as the office shows them to their citizens: the types, and how they are made of the archive's rows."""

from collections.abc import Mapping
from datetime import date, datetime

import strawberry

from ledger.archive.guard import Rules
from ledger.archive.own import OwnPart, OwnRow, Told
from ledger.archive.rows import Kind
from ledger.segments.entries import Subject, Way
from ledger.tree.leaves import StepRead

Names = Mapping[str, tuple[str, str]]
"""Vietnamese and English names, by identifier."""

_KINDS = (
    "What became of a reading. REFUSED: a right was missing, nothing was read. NO_HIT: looked up, nothing was there."
    " WITHHELD: read, then not sent. DISCLOSED: read by key, or through another record. VERIFIED: answered yes or no."
    " LISTED: a hit of a search. SPOKE_FOR: asked in this citizen's name, nothing was read about the citizen."
)
strawberry.enum(Kind, name="DisclosureKind", description=_KINDS)
strawberry.enum(Way, name="DisclosureWay", description="How the subjects of a step were reached.")
strawberry.enum(Subject, name="DisclosureSubject", description="What was read about.")


@strawberry.type(description="One step of a query that read personal data.")
class StepOfDisclosure:
    path: str = strawberry.field(description="Path in the answer, as the caller named it.")
    way: Way = strawberry.field(description="How the subject was reached.")
    coordinates: list[str] = strawberry.field(description="Fields read, as schema coordinates.")
    looked_up_by: list[str] = strawberry.field(description="Fields by which the subject was looked for.")


@strawberry.type(description="What one ledger says of a reading.")
class PartOfDisclosure:
    id: strawberry.ID = strawberry.field(description="For its proof.")
    origin: str = strawberry.field(description="Whose ledger: the origin of its checkpoints.")
    kind: Kind = strawberry.field(description="What became of it there.")
    subject: Subject = strawberry.field(description="What was read about.")
    coordinates: list[str] = strawberry.field(description="Fields read, as schema coordinates.")


@strawberry.type(description="By whom, when exactly, why and how: what general terms leave out.")
class ToldOfDisclosure:
    request_id: strawberry.ID = strawberry.field(description="Id of the request.")
    at: datetime = strawberry.field(description="When.")
    agency: strawberry.ID = strawberry.field(description="Whose rights were used.")
    agency_vi: str | None = strawberry.field(description="Its name, Vietnamese; null: it is not known here.")
    agency_en: str | None = strawberry.field(description="Its name, English.")
    client: strawberry.ID = strawberry.field(description="Which client asked.")
    supplier: strawberry.ID | None = strawberry.field(description="The client's own agency, where it used another's.")
    through: list[strawberry.ID] = strawberry.field(description="Clients on whose behalf it asked, the latest first.")
    purpose: strawberry.ID | None = strawberry.field(description="For what; null: no purpose was given.")
    purpose_vi: str = strawberry.field(description="For what, in plain Vietnamese.")
    purpose_en: str = strawberry.field(description="For what, in plain English.")
    legal_basis: str | None = strawberry.field(description="The law it stood on.")
    case_reference: str | None = strawberry.field(description="The agency's case.")
    operation: str | None = strawberry.field(description="Name of the query, as its author wrote it.")
    steps: list[StepOfDisclosure] = strawberry.field(description="What was read, step by step.")
    roles: list[str] = strawberry.field(
        description="spoke_for: asked in the citizen's name; acted_for: the citizen acted for another."
    )
    missing: list[str] = strawberry.field(description="Of a refusal: rights that were missing.")
    withheld_because: str | None = strawberry.field(description="client_left or rights_changed.")


@strawberry.type(description="One reading of the citizen who asks.")
class OwnDisclosure:
    id: strawberry.ID = strawberry.field(description="For its proof and for a complaint; nobody else can use it.")
    day: date = strawberry.field(description="Day, in Vietnam's time.")
    kind: Kind = strawberry.field(description="What became of it.")
    coordinates: list[str] = strawberry.field(description="Fields read, as schema coordinates.")
    parts: list[PartOfDisclosure] = strawberry.field(description="What each ministry's ledger says of it.")
    told: ToldOfDisclosure | None = strawberry.field(
        description="The rest. Null: the purpose is about somebody else's affairs (disclosureGuards)."
    )


@strawberry.type(description="Readings, the latest first. It can be shorter than was asked for, and not be the last.")
class OwnDisclosures:
    entries: list[OwnDisclosure] = strawberry.field(description="At most as many as were asked for.")
    next: strawberry.ID | None = strawberry.field(description="For `after` of the next page; null: this is the last.")
    silent: list[str] = strawberry.field(description="Ledgers that do not answer now: what they hold is missing.")


def own_disclosure(row: OwnRow, rules: Rules, names: Names) -> OwnDisclosure:
    return OwnDisclosure(
        id=strawberry.ID(row.id),
        day=row.day,
        kind=row.kind,
        coordinates=list(row.coordinates),
        parts=[_part(part) for part in row.parts],
        told=_told(row.told, rules, names) if row.told else None,
    )


def _told(told: Told, rules: Rules, names: Names) -> ToldOfDisclosure:
    agency_vi, agency_en = names.get(told.agency, (None, None))
    purpose_vi, purpose_en = rules[told.purpose].title
    return ToldOfDisclosure(
        request_id=strawberry.ID(str(told.request_id)),
        at=told.at,
        agency=strawberry.ID(told.agency),
        agency_vi=agency_vi,
        agency_en=agency_en,
        client=strawberry.ID(told.client),
        supplier=id_or_none(told.supplier),
        through=[strawberry.ID(client) for client in told.through],
        purpose=id_or_none(told.purpose),
        purpose_vi=purpose_vi,
        purpose_en=purpose_en,
        legal_basis=told.legal_basis,
        case_reference=told.case_reference,
        operation=told.operation,
        steps=[step_of(step) for step in told.steps],
        roles=list(told.roles),
        missing=list(told.missing),
        withheld_because=told.withheld_because,
    )


def step_of(step: StepRead) -> StepOfDisclosure:
    return StepOfDisclosure(
        path=step.path, way=step.way, coordinates=list(step.reads), looked_up_by=list(step.looks_up)
    )  # fmt: skip


def _part(part: OwnPart) -> PartOfDisclosure:
    return PartOfDisclosure(
        id=strawberry.ID(part.id),
        origin=part.origin,
        kind=part.kind,
        subject=part.subject,
        coordinates=list(part.coordinates),
    )


def id_or_none(given: str | None) -> strawberry.ID | None:
    return None if given is None else strawberry.ID(given)
