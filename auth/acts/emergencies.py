"""Emergency access: opened by one officer who may, at once, for a day at most; another officer looks at it afterwards.

It is a grant like others, with a mark that shows in every disclosure. Nobody can string two together: while one for an
agency and purpose was not reviewed, no other is opened for them. Unreviewed a day after its end, it is an open
incident; no row says so, time does.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, func, select, update

from auth.acts.actors import same_person
from auth.acts.change import AgencyId, Change, Number, PurposeCode, Text, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands, live_agency, put, world
from auth.acts.refusals import Conflict, FourEyes, Invalid
from auth.acts.terms import GrantTerms, check
from auth.tables import grants, purposes

LONGEST = timedelta(hours=24)
REVIEWED_WITHIN = timedelta(hours=24)
MOST_UNREVIEWED = 3
"""Emergencies that one officer may have opened without anybody having looked at them."""


class OpenEmergency(Change, frozen=True, tag="emergency.open"):
    """Let an agency read at once, until the terms end."""

    agency: AgencyId
    purpose: PurposeCode
    terms: GrantTerms
    reason: Text


class EndEmergency(Change, frozen=True, tag="emergency.end"):
    """End emergency access before its time."""

    grant: Number
    reason: Text


class ReviewEmergency(Change, frozen=True, tag="emergency.review"):
    """Say what another officer found of emergency access that is over."""

    grant: Number
    finding: Literal["justified", "incident"]
    reason: Text


async def open_emergency(work: Work, change: OpenEmergency) -> Outcome:
    """Refusals: unknown names, agency or purpose; longer than a day; others that nobody reviewed."""
    if change.terms.valid_from is not None:
        raise Invalid("Emergency access begins at once.")
    if change.terms.valid_until is None or change.terms.valid_until > work.now + LONGEST:
        raise Invalid("Emergency access ends within 24 hours.")
    check(change.terms, world(work), work.now)
    await live_agency(work, change.agency)
    await work.get(select(purposes.c.purpose).where(purposes.c.purpose == change.purpose), "purpose")
    await _check_unreviewed(work, change)
    terms = msgspec.structs.replace(change.terms, valid_from=work.now)
    hands = Hands(work.actor.signature, None, change.reason)
    number = str(await put(work, change.agency, change.purpose, terms, hands, emergency=True))
    return Outcome(number, None, as_json(terms), {"grant": number})


async def end(work: Work, change: EndEmergency) -> Outcome:
    row = await _emergency(work, change.grant)
    if is_over(row, work.now):
        raise Conflict("The emergency access is over already.")
    ended = {"state": "revoked", "revoked_by": work.actor.signature, "valid_until": work.now}
    await _set(work, change.grant, ended)
    return Outcome(str(change.grant), "active", "revoked")


async def review(work: Work, change: ReviewEmergency) -> Outcome:
    """Refusals: one's own; still open; reviewed before."""
    row = await _emergency(work, change.grant)
    if same_person(row.proposed_by, work.actor.signature):
        raise FourEyes("Another officer than the one who opened it reviews.")
    if not is_over(row, work.now):
        raise Conflict("The emergency access is still open; end it first.")
    if row.review is not None:
        raise Conflict("The emergency access is reviewed already.")
    found = {"review": change.finding, "reviewed_by": work.actor.signature, "reviewed_at": work.now}
    await _set(work, change.grant, found)
    return Outcome(str(change.grant), None, change.finding)


def is_over(row: Row[Any], now: datetime) -> bool:
    """Whether emergency access has ended, by time or by hand."""
    return row.state == "revoked" or bool(row.valid_until <= now)


def is_open_incident(row: Row[Any], now: datetime) -> bool:
    """Whether emergency access was found wrong, or was left unreviewed for too long."""
    return row.review == "incident" or (row.review is None and bool(row.valid_until + REVIEWED_WITHIN <= now))


async def _check_unreviewed(work: Work, change: OpenEmergency) -> None:
    unreviewed = grants.c.emergency & grants.c.review.is_(None)
    same = unreviewed & (grants.c.agency == change.agency) & (grants.c.purpose == change.purpose)
    number = await work.connection.scalar(select(func.min(grants.c.grant_id)).where(same))
    if number is not None:
        raise Conflict(f"Emergency access {number} for this agency and purpose has not been reviewed.")
    own = unreviewed & (grants.c.proposed_by == work.actor.signature)
    if (await work.connection.scalar(select(func.count()).where(own)) or 0) >= MOST_UNREVIEWED:
        raise Conflict(f"Another officer has to review first: {MOST_UNREVIEWED} that you opened wait for it.")


async def _emergency(work: Work, number: int) -> Row[Any]:
    return await work.get(select(grants).where(grants.c.grant_id == number, grants.c.emergency), "emergency access")


async def _set(work: Work, number: int, columns: dict[str, Any]) -> None:
    await work.connection.execute(update(grants).where(grants.c.grant_id == number).values(columns))
