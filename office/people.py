"""Who decides, and with what the authority signs: officers and signing keys, as the office shows them."""

from datetime import datetime
from enum import Enum

import strawberry
from sqlalchemy import select

from auth.tables import officers, signing_keys
from office.context import Info
from office.fields import asked_by
from office.rows import fetch, made, of
from office.visitor import DESK, EVERYBODY


@strawberry.enum
class Role(Enum):
    """What an officer may do; nobody approves what they proposed."""

    PROPOSER = "proposer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    OPERATOR = "operator"


@strawberry.enum
class OfficerState(Enum):
    """Whether an officer may sign in."""

    ACTIVE = "active"
    REMOVED = "removed"


@strawberry.enum
class KeyState(Enum):
    """How far a signing key is: published ahead, in use, still accepted, or refused."""

    NEXT = "next"
    CURRENT = "current"
    PREVIOUS = "previous"
    RETIRED = "retired"


@strawberry.type(description=officers.comment)
class Officer:
    officer: strawberry.ID = of(officers.c.officer)
    name: str = of(officers.c.name)
    roles: list[Role] = of(officers.c.roles, lambda roles: [Role(role) for role in roles])
    opens_emergencies: bool = of(officers.c.opens_emergencies)
    state: OfficerState = of(officers.c.state, OfficerState)


@strawberry.type(description=signing_keys.comment)
class SigningKey:
    kid: strawberry.ID = of(signing_keys.c.kid)
    state: KeyState = of(signing_keys.c.state, KeyState)
    changed_at: datetime = of(signing_keys.c.changed_at)


@strawberry.type(description="Who asks, as this door knows them.")
class Viewer:
    kind: str = strawberry.field(description="officer, machine, agency or citizen.")
    name: str | None = strawberry.field(
        description="Officer, login name, or client; null for a citizen, who knows it already."
    )
    agency: strawberry.ID | None = strawberry.field(description="Of a client: whose.")
    capacities: list[str] = strawberry.field(description="What fields say they are for.")


@strawberry.type
class PeopleQueries:
    @asked_by(*EVERYBODY)
    async def viewer(self, info: Info) -> Viewer:
        """Who asks, as this door knows them."""
        visitor = info.context.visitor
        name = None if visitor.actor.kind == "citizen" else visitor.actor.name
        agency = None if visitor.agency is None else strawberry.ID(visitor.agency)
        return Viewer(kind=visitor.actor.kind, name=name, agency=agency, capacities=sorted(visitor.capacities))

    @asked_by(*DESK)
    async def officers(self, info: Info) -> list[Officer]:
        """Everybody who decides or decided, in the order of their names."""
        rows = await fetch(info.context.engine, select(officers).order_by(officers.c.officer))
        return [made(Officer, row) for row in rows]

    @asked_by(*DESK)
    async def signing_keys(self, info: Info) -> list[SigningKey]:
        """Keys that sign access tokens, the latest first."""
        latest = select(signing_keys).order_by(signing_keys.c.recorded_at.desc(), signing_keys.c.kid)
        return [made(SigningKey, row) for row in await fetch(info.context.engine, latest)]
