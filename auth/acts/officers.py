"""Officers: admitting them, giving roles and further enrollment links (two people), taking them away (one, at once).

Whoever approves is never the officer whom it is about. Taking away must always be possible at once, from a stolen
passkey above all; so it goes down to one approver, with whom an operator at the machine can admit another. Only that
last one no officer removes, lest nobody be left to decide: the operator can, and then enrolls a first officer again.
"""

from typing import Annotated, Any

import msgspec
from sqlalchemy import Row, any_, delete, exists, func, insert, literal, select, update

from auth.acts.actors import DEMO_OFFICERS, Role
from auth.acts.change import Change, OfficerId, Text, Title, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict, FourEyes, Invalid
from auth.officers.enrolment import open_link
from auth.tables import enrolments, officer_sessions, officers, passkeys

Roles = Annotated[tuple[Role, ...], msgspec.Meta(max_length=4)]
ALL_ROLES: tuple[Role, ...] = ("approver", "auditor", "operator", "proposer")


class AdmitOfficer(Change, frozen=True, tag="officer.admit"):
    """Let a person decide, under a name of their own.

    Enrolling a passkey takes the code that the proposer is told and the link that the approver is told.
    """

    officer: OfficerId
    name: Title
    roles: Roles
    opens_emergencies: bool = False

    def concerns(self) -> str:
        return self.officer


class EnrolOfficer(Change, frozen=True, tag="officer.enrol"):
    """Give an officer another link and code; by them a passkey takes the place of those of before."""

    officer: OfficerId

    def concerns(self) -> str:
        return self.officer


class ChangeRoles(Change, frozen=True, tag="officer.roles"):
    """Put other roles in the place of an officer's."""

    officer: OfficerId
    roles: Roles
    opens_emergencies: bool = False

    def concerns(self) -> str:
        return self.officer


class FirstOfficer(Change, frozen=True, tag="officer.first"):
    """Begin: one officer with every role, while nobody holds a passkey who could admit another."""

    officer: OfficerId
    name: Title


class NarrowOfficer(Change, frozen=True, tag="officer.narrow"):
    """Take roles away from an officer."""

    officer: OfficerId
    roles: Roles
    opens_emergencies: bool
    reason: Text


class RemoveOfficer(Change, frozen=True, tag="officer.remove"):
    """Accept an officer no more: sessions, passkeys and links end at once."""

    officer: OfficerId
    reason: Text


async def check_admitting(work: Work, change: AdmitOfficer) -> Outcome:
    """A name is never used twice, so that the record says whom it means."""
    _check_name(change.officer)
    if await work.find(select(officers.c.officer).where(officers.c.officer == change.officer)) is not None:
        raise Conflict("There is, or was, an officer of this name.")
    return Outcome(change.officer, None, as_json(change))


async def admit(work: Work, change: AdmitOfficer, hands: Hands) -> Outcome:
    outcome = await check_admitting(work, change)
    await _put(work, change.officer, change.name, change.roles, opens_emergencies=change.opens_emergencies)
    return await _with_link(work, change.officer, outcome, _code_of(hands))


async def check_enrolling(work: Work, change: EnrolOfficer) -> Outcome:
    await _live(work, change.officer)
    return Outcome(change.officer, None, "another enrollment link")


async def enrol(work: Work, change: EnrolOfficer, hands: Hands) -> Outcome:
    return await _with_link(work, change.officer, await check_enrolling(work, change), _code_of(hands))


async def check_roles(work: Work, change: ChangeRoles) -> Outcome:
    row = await _live(work, change.officer)
    return Outcome(change.officer, _held(row), as_json(change))


async def change_roles(work: Work, change: ChangeRoles, _: Hands) -> Outcome:
    outcome = await check_roles(work, change)
    await _check_approvers(work, change.officer, change.roles)
    await _set_roles(work, change)
    return outcome


async def begin(work: Work, change: FirstOfficer) -> Outcome:
    """Refused once an officer holds a passkey. Links that were given before are dead, whoever has them."""
    _check_name(change.officer)
    enrolled = exists().where(passkeys.c.officer == officers.c.officer, passkeys.c.removed_at.is_(None))
    row = await work.find(select(func.count()).where(officers.c.state == "active", enrolled))
    if row is not None and row[0]:
        raise Conflict("Officers hold passkeys already: they admit others.")
    await work.connection.execute(delete(enrolments).where(enrolments.c.used_at.is_(None)))
    known = await work.find(select(officers.c.state).where(officers.c.officer == change.officer))
    if known is not None and known.state == "removed":
        raise Conflict("There was an officer of this name.")
    if known is None:
        await _put(work, change.officer, change.name, ALL_ROLES, opens_emergencies=False)
    return await _with_link(work, change.officer, Outcome(change.officer, None, as_json(change)))


async def narrow(work: Work, change: NarrowOfficer) -> Outcome:
    row = await _live(work, change.officer)
    if not set(change.roles) <= set(row.roles) or change.opens_emergencies > row.opens_emergencies:
        raise FourEyes("This gives a role that the officer does not have; propose it as officer.roles.")
    await _check_approvers(work, change.officer, change.roles)
    await _set_roles(work, change)
    return Outcome(change.officer, _held(row), {"roles": sorted(set(change.roles))})


async def remove(work: Work, change: RemoveOfficer) -> Outcome:
    row = await _live(work, change.officer)
    await _check_approvers(work, change.officer, ())
    of_officer = {"officer": change.officer}
    await work.connection.execute(update(officers).filter_by(**of_officer).values(state="removed"))
    live = update(officer_sessions).filter_by(**of_officer).where(officer_sessions.c.ended_at.is_(None))
    await work.connection.execute(live.values(ended_at=work.now))
    held = update(passkeys).filter_by(**of_officer).where(passkeys.c.removed_at.is_(None))
    await work.connection.execute(held.values(removed_at=work.now))
    await work.connection.execute(delete(enrolments).filter_by(**of_officer).where(enrolments.c.used_at.is_(None)))
    return Outcome(change.officer, _held(row), "removed")


def _check_name(officer: str) -> None:
    if officer.startswith(DEMO_OFFICERS):
        raise Invalid("This name is kept for demo mode.")


async def _check_approvers(work: Work, officer: str, roles: tuple[Role, ...]) -> None:
    """Raise where nobody would be left who approves, unless an operator at the machine wants it so."""
    if work.actor.kind == "machine" or "approver" in roles:
        return
    others = (officers.c.officer != officer) & (officers.c.state == "active")
    others &= literal("approver") == any_(officers.c.roles)
    if not await work.connection.scalar(select(func.count()).where(others)):
        raise Conflict("Nobody would be left who approves; an operator at the machine can do this.")


def _code_of(hands: Hands) -> bytes:
    """What is kept of the proposer's code. Without one the approver would hold all that enrolling takes."""
    if hands.code is None:
        raise Conflict("Nobody was told a code for this; it has to be proposed again.")
    return hands.code


async def _with_link(work: Work, officer: str, outcome: Outcome, code: bytes | None = None) -> Outcome:
    secret = await open_link(work.connection, officer, code)
    return Outcome(outcome.target, outcome.before, outcome.after, {"officer": officer}, secret)


async def _live(work: Work, officer: str) -> Row[Any]:
    return await work.get(
        select(officers).where(officers.c.officer == officer, officers.c.state == "active"), "officer"
    )


def _held(row: Row[Any]) -> dict[str, Any]:
    return {"roles": sorted(row.roles), "opens_emergencies": row.opens_emergencies}


async def _put(work: Work, officer: str, name: str, roles: tuple[Role, ...], *, opens_emergencies: bool) -> None:
    row = {"officer": officer, "name": name, "roles": sorted(set(roles)), "opens_emergencies": opens_emergencies}
    await work.connection.execute(insert(officers).values(row))


async def _set_roles(work: Work, change: ChangeRoles | NarrowOfficer) -> None:
    said = {"roles": sorted(set(change.roles)), "opens_emergencies": change.opens_emergencies}
    await work.connection.execute(update(officers).where(officers.c.officer == change.officer).values(said))
