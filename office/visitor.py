"""Who stands at the door of the office, and in what capacity.

Capacities say which fields a visitor may ask (`office.fields`). An officer has one for each role; everybody else has
exactly one. They are no scopes: nothing in an access token, and nothing that an agency can be granted, becomes one.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from auth.acts.actors import Actor
from auth.officers.sessions import OfficerSession


class Capacity(StrEnum):
    """In what capacity somebody asks."""

    PROPOSER = "proposer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    EMERGENCIES = "emergencies"
    MACHINE = "machine"
    AGENCY = "agency"
    CITIZEN = "citizen"


EVERYBODY = frozenset(Capacity)
DESK = frozenset(Capacity) - {Capacity.AUDITOR, Capacity.AGENCY, Capacity.CITIZEN}
"""Who sees what was decided: officers, but for those who only audit, and operators at the machine."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: the actor under whom a change is recorded, and in what capacity.

    `session` is an officer's in a browser, with which changes are signed.
    """

    actor: Actor
    capacities: frozenset[Capacity]
    session: OfficerSession | None = field(default=None, repr=False)

    @property
    def agency(self) -> str | None:
        """Of an agency's client: it sees what is its own agency's, and nothing else."""
        return self.actor.agency

    @property
    def sees_all(self) -> bool:
        """Whether rows of every agency may be seen; which kinds of rows, the capacity says."""
        return self.actor.kind in {"officer", "machine"}


def officer(session: OfficerSession) -> Visitor:
    """An officer who is signed in."""
    return Visitor(Actor("officer", session.officer), _capacities(session.roles, session.opens_emergencies), session)


def demo_officer(name: str, roles: frozenset[str], *, opens_emergencies: bool) -> Visitor:
    """An invented officer at the command of demo mode, whose desk asks for no signature."""
    return Visitor(Actor("officer", name), _capacities(roles, opens_emergencies))


def machine(login: str) -> Visitor:
    """Somebody with an account on the machine that the installation runs on."""
    return Visitor(Actor("machine", login), frozenset({Capacity.MACHINE}))


def agency(client: str, of: str) -> Visitor:
    """A client of an agency, with a token for this door."""
    return Visitor(Actor("agency", client, of), frozenset({Capacity.AGENCY}))


def citizen(sealed: str) -> Visitor:
    """A citizen who is signed in; the number stays sealed."""
    return Visitor(Actor("citizen", sealed), frozenset({Capacity.CITIZEN}))


def _capacities(roles: frozenset[str], opens_emergencies: bool) -> frozenset[Capacity]:  # noqa: FBT001
    extra = {Capacity.EMERGENCIES} if opens_emergencies else set()
    return frozenset({Capacity(role) for role in roles} | extra)
