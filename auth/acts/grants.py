"""Grants: giving, replacing, resuming (two people), narrowing, suspending, revoking (one, at once).

What a grant says never changes under its number, since disclosures name it: replacing and narrowing make a grant of a
new number and revoke the old one, in one transaction. A narrowed grant keeps the two names of those who granted more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, insert, literal, select, update

from auth.acts.change import AgencyId, Change, Number, PurposeCode, Text, as_json, kept
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import Conflict, FourEyes
from auth.acts.terms import GrantTerms, World, check, is_narrower
from auth.tables import agencies, grants, purposes, quotas


class GiveGrant(Change, frozen=True, tag="grant.give"):
    """Let an agency read, for one purpose."""

    agency: AgencyId
    purpose: PurposeCode
    terms: GrantTerms


class ReplaceGrant(Change, frozen=True, tag="grant.replace"):
    """Put other terms in the place of a grant's; agency and purpose stay."""

    grant: Number
    terms: GrantTerms


class ResumeGrant(Change, frozen=True, tag="grant.resume"):
    """Let a suspended grant count again."""

    grant: Number


class NarrowGrant(Change, frozen=True, tag="grant.narrow"):
    """Put terms in the place of a grant's that allow nothing more."""

    grant: Number
    terms: GrantTerms
    reason: Text


class SuspendGrant(Change, frozen=True, tag="grant.suspend"):
    """Let a grant count for nothing until it is resumed."""

    grant: Number
    reason: Text


class RevokeGrant(Change, frozen=True, tag="grant.revoke"):
    """End a grant for good."""

    grant: Number
    reason: Text


@dataclass(frozen=True, slots=True)
class Hands:
    """Whose decision a grant is."""

    proposed_by: str
    approved_by: str | None
    reason: str
    code: bytes | None = field(default=None, repr=False)
    """What is kept of the code that the proposer was told, where the change opens an enrollment link."""


_TERMS = tuple(field.name for field in msgspec.structs.fields(GrantTerms))


def world(work: Work) -> World:
    return World(work.desk.catalogue, work.desk.communes_of)


def terms_of(row: Row[Any]) -> GrantTerms:
    """What a grant's row says."""
    terms: GrantTerms = kept({name: getattr(row, name) for name in _TERMS}, GrantTerms)
    return terms


async def check_giving(work: Work, change: GiveGrant) -> Outcome:
    """Refusals: unknown names, agency or purpose; an agency that is suspended."""
    check(change.terms, world(work), work.now)
    await live_agency(work, change.agency)
    await work.get(select(purposes.c.purpose).where(purposes.c.purpose == change.purpose), "purpose")
    return Outcome("", None, as_json(change))


async def give(work: Work, change: GiveGrant, hands: Hands) -> Outcome:
    await check_giving(work, change)
    number = await put(work, change.agency, change.purpose, change.terms, hands)
    return Outcome(str(number), None, as_json(change), {"grant": str(number)})


async def check_replacing(work: Work, change: ReplaceGrant) -> Outcome:
    row = await standing(work, change.grant)
    check(change.terms, world(work), work.now)
    await live_agency(work, row.agency)
    return Outcome(str(change.grant), as_json(terms_of(row)), as_json(change.terms))


async def replace(work: Work, change: ReplaceGrant, hands: Hands) -> Outcome:
    outcome = await check_replacing(work, change)
    return await _instead(work, change.grant, change.terms, hands, outcome)


async def check_resuming(work: Work, change: ResumeGrant) -> Outcome:
    row = await standing(work, change.grant)
    if row.state != "suspended":
        raise Conflict("The grant is not suspended.")
    await live_agency(work, row.agency)
    return Outcome(str(change.grant), "suspended", "active")


async def resume(work: Work, change: ResumeGrant, hands: Hands) -> Outcome:
    """The grant is whose who last decided that it counts."""
    outcome = await check_resuming(work, change)
    await _set(work, change.grant, state="active", proposed_by=hands.proposed_by, approved_by=hands.approved_by)
    return outcome


async def narrow(work: Work, change: NarrowGrant) -> Outcome:
    """Refusals: no such grant; unknown names; then whether it is narrower at all."""
    row = await standing(work, change.grant)
    begins = max(change.terms.valid_from or work.now, row.valid_from)
    terms = msgspec.structs.replace(change.terms, valid_from=begins)
    check(terms, world(work), work.now)
    if not is_narrower(terms_of(row), terms, world(work)):
        raise FourEyes("These terms allow something that the grant did not; propose them as grant.replace.")
    hands = Hands(row.proposed_by, row.approved_by, change.reason)
    outcome = Outcome(str(change.grant), as_json(terms_of(row)), as_json(terms))
    return await _instead(work, change.grant, terms, hands, outcome, state=row.state)


async def suspend(work: Work, change: SuspendGrant) -> Outcome:
    row = await standing(work, change.grant)
    if row.state == "suspended":
        raise Conflict("The grant is suspended already.")
    await _set(work, change.grant, state="suspended")
    return Outcome(str(change.grant), "active", "suspended")


async def revoke(work: Work, change: RevokeGrant) -> Outcome:
    row = await standing(work, change.grant)
    await _set(work, change.grant, state="revoked", revoked_by=work.actor.signature)
    return Outcome(str(change.grant), row.state, "revoked")


async def live_agency(work: Work, agency: str) -> None:
    """Raise unless there is such an agency and it is not suspended."""
    row = await work.get(select(agencies.c.state).where(agencies.c.agency == agency), "agency")
    if row.state != "active":
        raise Conflict("The agency is suspended.")


async def put(work: Work, agency: str, purpose: str, terms: GrantTerms, hands: Hands, **columns: Any) -> int:
    """Write a grant that counts; never from before this moment."""
    row = {
        **{name: getattr(terms, name) for name in _TERMS},
        **{name: sorted(set(getattr(terms, name))) for name in ("scopes", "sets", "exceptions", "units")},
        "agency": agency,
        "purpose": purpose,
        "valid_from": _not_before(work.now, terms.valid_from),
        "state": "active",
        "proposed_by": hands.proposed_by,
        "approved_by": hands.approved_by,
        "reason": hands.reason,
        **columns,
    }
    number = await work.connection.scalar(insert(grants).values(row).returning(grants.c.grant_id))
    assert number is not None
    return int(number)


def _not_before(now: datetime, moment: datetime | None) -> datetime:
    return now if moment is None else max(now, moment)


async def _instead(work: Work, old: int, terms: GrantTerms, hands: Hands, outcome: Outcome, **columns: Any) -> Outcome:
    """A grant of a new number for an old one, which ends; what was used of the day's limit counts on."""
    row = await standing(work, old)
    await _set(work, old, state="revoked", revoked_by=work.actor.signature)
    number = await put(work, row.agency, row.purpose, terms, hands, **columns)
    used = select(literal(number), quotas.c.day, quotas.c.leased).where(quotas.c.grant_id == old)
    await work.connection.execute(insert(quotas).from_select(["grant_id", "day", "leased"], used))
    return Outcome(outcome.target, outcome.before, outcome.after, {"grant": str(number)})


async def standing(work: Work, number: int) -> Row[Any]:
    """A grant that can be changed. Emergencies only end; what is revoked or over stays as it was."""
    row = await work.get(select(grants).where(grants.c.grant_id == number), "grant", agency="agency")
    if row.emergency:
        raise Conflict("This is emergency access: it can only be ended, and reviewed.")
    if row.state == "revoked":
        raise Conflict("The grant is revoked; what is over is granted anew.")
    return row


async def _set(work: Work, number: int, **columns: Any) -> None:
    values: Mapping[str, Any] = columns
    await work.connection.execute(update(grants).where(grants.c.grant_id == number).values(values))
