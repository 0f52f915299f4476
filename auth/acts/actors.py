"""Who acts, and who may do what: one table, read by `perform` before anything else happens.

Officers hold roles; a role is no OAuth scope, and nothing that an agency can be granted stands for one. An operator at
the machine may propose and narrow, never approve. An agency acts through a client of its own, and only on what is its
own, which each act sees to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts.refusals import Forbidden
from auth.tables import agencies, clients, officers

ActorKind = Literal["officer", "machine", "agency", "citizen", "system"]
Role = Literal["proposer", "approver", "auditor", "operator"]

DEMO_OFFICERS = "demo-officer-"
"""Names that begin so belong to demo mode; nobody is admitted under one."""
_AT_THE_MACHINE = "machine:"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever asks for a change: an officer, a login name at the machine, a client and its agency, a sealed citizen."""

    kind: ActorKind
    name: str = field(repr=False)
    agency: str | None = None

    @property
    def signature(self) -> str:
        """The name under which rows remember this actor. No officer's name holds a colon."""
        prefix = {"officer": "", "machine": _AT_THE_MACHINE}.get(self.kind, f"{self.kind}:")
        return prefix + self.name


def same_person(one: str, other: str) -> bool:
    """Whether two signatures may be one person's: an officer at the machine is the same officer."""
    return _person(one) == _person(other)


def _person(signature: str) -> str:
    return signature.removeprefix(_AT_THE_MACHINE).casefold()


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do an act. `signed`: an officer's passkey must have signed it.

    `bound`: of clients, only those whose tokens are bound to a key. What comes of the act outlives the token, so that a
    bearer token in other hands would be good for more than its five minutes.
    """

    roles: frozenset[Role] = frozenset()
    opens_emergencies: bool = False
    kinds: frozenset[ActorKind] = frozenset()
    signed: bool = True
    bound: bool = False


def _may(
    *roles: Role, kinds: str = "", emergencies: bool = False, signed: bool = True, bound: bool = False
) -> Permission:
    return Permission(frozenset(roles), emergencies, frozenset(kinds.split()), signed, bound)  # type: ignore[arg-type]


_NARROWS = _may("proposer", "approver", kinds="machine")

PERMISSIONS: Mapping[str, Permission] = MappingProxyType(
    {
        "proposal.make": _may("proposer", kinds="machine"),
        "proposal.request": _may(kinds="agency"),
        "proposal.adopt": _may("proposer"),
        "proposal.approve": _may("approver"),
        "proposal.refuse": _may("approver"),
        "proposal.withdraw": _may("proposer", kinds="machine agency"),
        "grant.revoke": _NARROWS,
        "grant.suspend": _NARROWS,
        "grant.narrow": _NARROWS,
        "grant.try_narrowing": _NARROWS,
        "grant.end_trial": _NARROWS,
        "grant.narrow_as_tried": _NARROWS,
        "emergency.open": _may(emergencies=True),
        "emergency.end": _may("proposer", "approver", kinds="machine", emergencies=True),
        "emergency.review": _may("approver"),
        "agency.suspend": _NARROWS,
        "client.suspend": _NARROWS,
        "client.narrow": _NARROWS,
        "client.retire_key": _may("proposer", "approver", kinds="machine agency"),
        "client.add_key": _may(kinds="agency", bound=True),
        "delegation.make": _may(kinds="agency", bound=True),
        "delegation.revoke": _may("proposer", "approver", kinds="machine agency"),
        "operation.register": _may(kinds="agency machine"),
        "operation.withdraw": _may("proposer", "approver", kinds="agency machine"),
        "officer.first": _may(kinds="machine"),
        "officer.narrow": _NARROWS,
        "officer.remove": _NARROWS,
        "keys.begin": _may(kinds="system"),
        "keys.rotate": _may("operator", kinds="machine"),
        "keys.retire": _may("operator", kinds="machine"),
        "consent.withdraw": _may(kinds="citizen"),
        "audit.read": _may("auditor", kinds="machine", signed=False),
        "disclosures.read": _may("auditor", kinds="machine", signed=False),
        "disclosures.export": _may("auditor", kinds="machine", signed=False),
        "case.open": _may("auditor"),
        "case.close": _may("auditor"),
        "case.complain": _may(kinds="citizen"),
        "case.withdraw": _may(kinds="citizen"),
    }
)
"""Who may do each act at once. What is not listed here widens: it is proposed, and another officer approves it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an actor is now, read in the transaction of the act. `bound`: a client whose tokens are bound to a key."""

    roles: frozenset[str] = frozenset()
    opens_emergencies: bool = False
    bound: bool = False

    def has(self, permission: Permission) -> bool:
        return bool(self.roles & permission.roles) or (permission.opens_emergencies and self.opens_emergencies)


async def standing(connection: AsyncConnection, actor: Actor) -> Standing:
    """Who this is now. Raises `Forbidden` for an officer who was removed and a client that is suspended."""
    if actor.kind == "officer":
        return await _officer(connection, actor.name)
    if actor.kind == "agency":
        return await _client(connection, actor)
    return Standing()


async def _officer(connection: AsyncConnection, name: str) -> Standing:
    row = (
        await connection.execute(
            select(officers.c.roles, officers.c.opens_emergencies).where(
                officers.c.officer == name, officers.c.state == "active"
            )
        )
    ).one_or_none()
    if row is None:
        raise Forbidden("This is no officer of this installation.")
    return Standing(frozenset(row.roles), row.opens_emergencies)


async def _client(connection: AsyncConnection, actor: Actor) -> Standing:
    live = (
        select(clients.c.token_type)
        .join(agencies, agencies.c.agency == clients.c.agency)
        .where(clients.c.client == actor.name, clients.c.agency == actor.agency)
        .where(clients.c.state == "active", agencies.c.state == "active")
    )
    token_type = await connection.scalar(live)
    if token_type is None:
        raise Forbidden("The client, or its agency, is not admitted.")
    return Standing(bound=token_type == "DPoP")  # noqa: S105  the name of a kind of token
