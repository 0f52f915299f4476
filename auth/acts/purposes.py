"""Purposes: the officers' list of why personal data may be read, each with its law and how long what is read is kept.

Adding and changing take two people. A purpose that was ever used keeps its law and its retention: grants and consents
were given for those. Its titles may be put better, and its guards may change: they say what citizens are shown of the
readings, whichever they are, and never touch a row. A guard cannot hide a reading for as long as it is kept.
"""

from typing import Annotated, Any

import msgspec
from sqlalchemy import Row, exists, insert, or_, select, update

from auth.acts.change import Change, PurposeCode, Title, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict, Invalid
from auth.tables import consents, delegations, grants, purposes

Months = Annotated[int, msgspec.Meta(ge=1, le=1200)]
Days = Annotated[int, msgspec.Meta(ge=0, le=32767)]
SHORTEST_MONTH = 28


class PurposeTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a purpose says. A guard that is not named stays as it is; of a purpose that is added, there is none."""

    legal_basis: Title
    title_vi: Title
    title_en: Title
    retention_months: Months
    shown_after_days: Days | None = None
    third_party_sensitive: bool | None = None


class AddPurpose(Change, frozen=True, tag="purpose.add"):
    """Put a purpose on the list."""

    purpose: PurposeCode
    terms: PurposeTerms


class ChangePurpose(Change, frozen=True, tag="purpose.change"):
    """Say a purpose otherwise; of one in use, the titles and the guards only."""

    purpose: PurposeCode
    terms: PurposeTerms


UNGUARDED = {"shown_after_days": 0, "third_party_sensitive": False}


async def check_adding(work: Work, change: AddPurpose) -> Outcome:
    if await work.find(_row_of(change.purpose)) is not None:
        raise Conflict("There is a purpose of this code.")
    return Outcome(change.purpose, None, {**as_json(change), "terms": _resolved(change.terms, UNGUARDED)})


async def add(work: Work, change: AddPurpose, _: Hands) -> Outcome:
    outcome = await check_adding(work, change)
    await work.connection.execute(insert(purposes).values(purpose=change.purpose, **outcome.after["terms"]))
    return outcome


async def check_changing(work: Work, change: ChangePurpose) -> Outcome:
    """Refusals: no such purpose; one in use would get another law or retention; a guard that outlasts the reading."""
    row = await work.get(_row_of(change.purpose), "purpose")
    same = (row.legal_basis, row.retention_months) == (change.terms.legal_basis, change.terms.retention_months)
    if not same and await _is_used(work, change.purpose):
        raise Conflict("The purpose is in use: its titles can be changed, its law and its retention cannot.")
    before = _terms(row)
    return Outcome(change.purpose, before, {**as_json(change), "terms": _resolved(change.terms, before)})


async def change_terms(work: Work, change: ChangePurpose, _: Hands) -> Outcome:
    outcome = await check_changing(work, change)
    said = update(purposes).where(purposes.c.purpose == change.purpose).values(outcome.after["terms"])
    await work.connection.execute(said)
    return outcome


def _resolved(terms: PurposeTerms, before: dict[str, Any]) -> dict[str, Any]:
    """What the purpose says from then on."""
    said = {name: before[name] if value is None else value for name, value in as_json(terms).items()}
    if said["shown_after_days"] >= SHORTEST_MONTH * said["retention_months"]:
        raise Invalid(
            "A reading that is erased before it is shown would be hidden for good; shown_after_days is too long."
        )
    return said


def _row_of(purpose: str) -> Any:
    return select(purposes).where(purposes.c.purpose == purpose)


def _terms(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PurposeTerms.__struct_fields__}


async def _is_used(work: Work, purpose: str) -> bool:
    using = (exists().where(table.c.purpose == purpose) for table in (grants, delegations, consents))
    return bool(await work.connection.scalar(select(or_(*using))))
