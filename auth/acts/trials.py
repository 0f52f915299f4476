"""Trials: a grant is narrowed for show, and the ledger notes what the narrower one would have refused.

A trial allows nothing and refuses nothing, so one person begins it. It is about scopes and reach: what a date or a
daily limit would refuse depends on what others ask meanwhile, and is not tried. Of one agency and purpose one grant is
on trial at a time, so that what is noted on an answer has one cause.
"""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Row, insert, select, update

from auth.acts import grants
from auth.acts.change import Change, Moment, Number, Text, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import Conflict, FourEyes, Invalid
from auth.acts.terms import GrantTerms, check, is_narrower
from auth.tables import grants as grant_rows
from auth.tables import trials

LONGEST = timedelta(days=90)
_TRIED = ("scopes", "sets", "exceptions", "reach", "units", "units_scheme")


class TryNarrowing(Change, frozen=True, tag="grant.try_narrowing"):
    """Note from now on what a narrower grant would refuse."""

    grant: Number
    terms: GrantTerms
    until: Moment
    reason: Text


class EndTrial(Change, frozen=True, tag="grant.end_trial"):
    """Note nothing more."""

    trial: Number
    reason: Text


class NarrowAsTried(Change, frozen=True, tag="grant.narrow_as_tried"):
    """Narrow the grant to what was on trial; the trial ends."""

    trial: Number
    reason: Text


async def begin(work: Work, change: TryNarrowing) -> Outcome:
    """Refusals: no such grant, or one that does not count; dates; unknown names; whether it is narrower; another trial.

    The order is that of narrowing, so that what could not be narrowed is refused for the same reason.
    """
    row = await grants.standing(work, change.grant)
    if row.state != "active":
        raise Conflict("The grant is suspended: nothing is asked under it.")
    if not work.now < change.until <= work.now + LONGEST:
        raise Invalid(f"A trial ends within {LONGEST.days} days.")
    terms = _only_tried(grants.terms_of(row), change.terms)
    check(terms, grants.world(work), work.now)
    if not is_narrower(grants.terms_of(row), terms, grants.world(work)):
        raise FourEyes("These terms allow something that the grant does not: that is no narrowing to be tried.")
    await _check_alone(work, row)
    said = {"grant_id": change.grant, "started_at": work.now, "until": change.until, "reason": change.reason}
    statement = insert(trials).values(**said, **_columns(terms), started_by=work.actor.signature)
    number = str(await work.connection.scalar(statement.returning(trials.c.trial)))
    return Outcome(str(change.grant), as_json(grants.terms_of(row)), as_json(terms), {"trial": number})


async def end(work: Work, change: EndTrial) -> Outcome:
    row = await _running(work, change.trial)
    await _end(work, change.trial)
    return Outcome(str(change.trial), {"grant": row.grant_id}, "ended")


async def narrow_as_tried(work: Work, change: NarrowAsTried) -> Outcome:
    """A trial that is over is as good as one that runs: what it showed is what is decided on."""
    row = await _find(work, change.trial)
    old = await grants.standing(work, row.grant_id)
    terms = terms_tried(grants.terms_of(old), row)
    outcome = await grants.narrow(work, grants.NarrowGrant(row.grant_id, terms, change.reason))
    if row.ended_at is None:
        await _end(work, change.trial)
    return Outcome(str(change.trial), outcome.before, outcome.after, outcome.made)


def terms_tried(old: GrantTerms, trial: Row[Any]) -> GrantTerms:
    """What a grant would say if it were narrowed to what is on trial."""
    return msgspec.structs.replace(old, **{name: _value(trial, name) for name in _TRIED})


def _only_tried(old: GrantTerms, asked: GrantTerms) -> GrantTerms:
    """The terms that are on trial. Raise `Invalid` where a date or the daily limit would be, too."""
    if asked.valid_from not in {None, old.valid_from}:
        raise Invalid("A trial is of scopes and reach: a date cannot be tried.")
    for name in ("valid_until", "persons_per_day"):
        if getattr(asked, name) not in {None, getattr(old, name)}:
            raise Invalid("A trial is of scopes and reach: neither a date nor the daily limit can be tried.")
    dates = {name: getattr(old, name) for name in ("valid_from", "valid_until", "persons_per_day")}
    return msgspec.structs.replace(asked, **dates)


async def _check_alone(work: Work, row: Row[Any]) -> None:
    beside = (grant_rows.c.agency == row.agency) & (grant_rows.c.purpose == row.purpose)
    runs = trials.c.ended_at.is_(None) & (trials.c.until > work.now) & (grant_rows.c.state == "active")
    found = await work.find(select(trials.c.trial).join_from(trials, grant_rows).where(beside, runs).limit(1))
    if found is not None:
        raise Conflict(f"Trial {found.trial} of this agency and purpose runs; end it first.")


async def _find(work: Work, number: int) -> Row[Any]:
    return await work.get(select(trials).where(trials.c.trial == number), "trial")


async def _running(work: Work, number: int) -> Row[Any]:
    row = await _find(work, number)
    if row.ended_at is not None or row.until <= work.now:
        raise Conflict("The trial is over.")
    return row


async def _end(work: Work, number: int) -> None:
    ended = {"ended_at": work.now, "ended_by": work.actor.signature}
    await work.connection.execute(update(trials).where(trials.c.trial == number).values(ended))


def _columns(terms: GrantTerms) -> dict[str, Any]:
    return {name: _listed(getattr(terms, name)) for name in _TRIED}


def _listed(value: Any) -> Any:
    return sorted(set(value)) if isinstance(value, tuple) else value


def _value(row: Row[Any], name: str) -> Any:
    found = getattr(row, name)
    return tuple(found) if isinstance(found, list) else found
