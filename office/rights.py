"""What was decided, as the office shows it: grants, delegations, registered operations.

An agency's client sees what is its own agency's. Names of officers are theirs to know: a client sees none.
"""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Row, Select, or_, select

from auth.acts.emergencies import is_open_incident
from auth.tables import agencies, delegations, grants, operations, purposes
from office.context import Context, Info
from office.fields import asked_by, computed
from office.holders import ENTITLED, Agency, Purpose
from office.paging import Page, after_name, after_number, page
from office.rows import fetch, made, number, of, own, word
from office.visitor import Visitor


@strawberry.enum
class GrantState(Enum):
    """What became of a grant; active ones count between their dates."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


@strawberry.enum
class ReachKind(Enum):
    """Whose data a grant is about."""

    EVERYWHERE = "everywhere"
    JURISDICTION = "jurisdiction"
    SELF = "self"


@strawberry.enum
class UnitsScheme(Enum):
    """Of which year administrative units are: before the reform of July 2025, or since."""

    Y2025 = "Y2025"
    PRE_2025 = "PRE_2025"


@strawberry.enum
class Review(Enum):
    """What somebody else found of an emergency afterwards."""

    JUSTIFIED = "justified"
    INCIDENT = "incident"


@strawberry.enum
class DelegationState(Enum):
    """What became of a delegation."""

    ACTIVE = "active"
    REVOKED = "revoked"


@strawberry.type(description=grants.comment)
class Grant:
    number: strawberry.ID = of(grants.c.grant_id)
    agency: Agency = strawberry.field(description=grants.c.agency.comment)
    purpose: Purpose = strawberry.field(description=grants.c.purpose.comment)
    scopes: list[str] = of(grants.c.scopes)
    sets: list[str] = of(grants.c.sets)
    exceptions: list[str] = of(grants.c.exceptions)
    reach: ReachKind = of(grants.c.reach, ReachKind)
    units: list[str] = of(grants.c.units)
    units_scheme: UnitsScheme | None = of(grants.c.units_scheme, UnitsScheme)
    valid_from: datetime = of(grants.c.valid_from)
    valid_until: datetime | None = of(grants.c.valid_until)
    persons_per_day: int | None = of(grants.c.persons_per_day)
    state: GrantState = of(grants.c.state, GrantState)
    reason: str = of(grants.c.reason)
    proposed_by: str | None = of(grants.c.proposed_by)
    approved_by: str | None = of(grants.c.approved_by)
    revoked_by: str | None = of(grants.c.revoked_by)
    emergency: bool = of(grants.c.emergency)
    review: Review | None = of(grants.c.review, Review)
    reviewed_by: str | None = of(grants.c.reviewed_by)
    reviewed_at: datetime | None = of(grants.c.reviewed_at)

    incident: bool = strawberry.field(
        description="Of an emergency: found wrong by its review, or not reviewed within a day of its end."
    )

    @computed
    def counts(self) -> bool:
        """Whether it counts at this moment: active, and between its dates."""
        now = datetime.now(UTC)
        begun, ended = self.valid_from <= now, self.valid_until is not None and self.valid_until <= now
        return self.state is GrantState.ACTIVE and begun and not ended


@strawberry.type(description=delegations.comment)
class Delegation:
    number: strawberry.ID = of(delegations.c.delegation)
    agency: strawberry.ID = of(delegations.c.agency)
    client: strawberry.ID = of(delegations.c.client)
    purpose: strawberry.ID = of(delegations.c.purpose)
    scopes: list[str] = of(delegations.c.scopes)
    sets: list[str] = of(delegations.c.sets)
    valid_from: datetime = of(delegations.c.valid_from)
    valid_until: datetime = of(delegations.c.valid_until)
    state: DelegationState = of(delegations.c.state, DelegationState)


@strawberry.type(description=operations.comment)
class Operation:
    agency: strawberry.ID = of(operations.c.agency)
    document_id: strawberry.ID = of(operations.c.document_id)
    name: str = of(operations.c.name)
    text: str = of(operations.c.text)
    registered_at: datetime = of(operations.c.recorded_at)
    withdrawn_at: datetime | None = of(operations.c.withdrawn_at)


@strawberry.type
class RightsQueries:
    @asked_by(*ENTITLED)
    async def grants(
        self,
        info: Info,
        *,
        agency: strawberry.ID | None = None,
        purpose: strawberry.ID | None = None,
        state: GrantState | None = None,
        emergency: bool | None = None,
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Page[Grant]:
        """Grants, the latest first; a client sees those of its own agency."""
        statement = _grants(info.context)
        if agency is not None:
            statement = statement.where(grants.c.agency == word(agency))
        if purpose is not None:
            statement = statement.where(grants.c.purpose == word(purpose))
        if state is not None:
            statement = statement.where(grants.c.state == state.value)
        if emergency is not None:
            statement = statement.where(grants.c.emergency == emergency)
        visitor = info.context.visitor
        statement = after_number(statement, grants.c.grant_id, after)
        return await page(info, statement, first, lambda row: grant_of(row, visitor), grants.c.grant_id)

    @asked_by(*ENTITLED)
    async def grant(self, info: Info, number: strawberry.ID) -> Grant | None:
        """One grant; null where there is none, or it is another agency's."""
        return await find_grant(info.context, number)

    @asked_by(*ENTITLED)
    async def delegations(self, info: Info, first: int = 50, after: strawberry.ID | None = None) -> Page[Delegation]:
        """Delegations, the latest first; a client sees those its agency made, and those made to itself."""
        visitor = info.context.visitor
        mine = or_(own(visitor, delegations.c.agency), delegations.c.client == visitor.actor.name)
        statement = after_number(select(delegations).where(mine), delegations.c.delegation, after)
        return await page(info, statement, first, _delegation, delegations.c.delegation)

    @asked_by(*ENTITLED)
    async def operations(
        self,
        info: Info,
        *,
        agency: strawberry.ID | None = None,
        withdrawn: bool = False,
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Page[Operation]:
        """Registered operations of one agency in the order of their names; a client's is its own."""
        owner = info.context.visitor.agency or agency
        statement = select(operations).where(operations.c.agency == word(owner or ""))
        statement = statement.where(own(info.context.visitor, operations.c.agency))
        if not withdrawn:
            statement = statement.where(operations.c.withdrawn_at.is_(None))
        statement = after_name(statement, operations.c.document_id, after)
        return await page(info, statement, first, _operation, operations.c.document_id)


def grant_of(row: "Row[Any]", visitor: Visitor) -> Grant:
    """A grant from a row that joins agency and purpose, without officers' names for an agency."""
    withheld = dict.fromkeys(("proposed_by", "approved_by", "revoked_by", "reviewed_by")) if visitor.agency else {}
    incident = row.emergency and is_open_incident(row, datetime.now(UTC))
    return made(Grant, row, agency=made(Agency, row), purpose=made(Purpose, row), incident=incident, **withheld)


async def find_grant(context: Context, given: str) -> Grant | None:
    """The grant of this number, if the visitor may see it."""
    found = await fetch(context.engine, _grants(context).where(grants.c.grant_id == number(given)))
    return grant_of(found[0], context.visitor) if found else None


def _grants(context: Context) -> "Select[Any]":
    joined = select(grants, agencies, purposes).join_from(grants, agencies).join(purposes)
    return joined.where(own(context.visitor, grants.c.agency))


def _delegation(row: "Row[Any]") -> Delegation:
    return made(Delegation, row)


def _operation(row: "Row[Any]") -> Operation:
    return made(Operation, row)
