"""Purposes: the officers' list of why personal data may be read, each with its law and how long what is read is kept.

Adding and changing take two people. A purpose that was ever used keeps its law and its retention: grants and consents
were given for those. Its titles may be put better.
"""

from typing import Annotated, Any

import msgspec
from sqlalchemy import Row, exists, insert, or_, select, update

from auth.acts.change import Change, PurposeCode, Title, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict
from auth.tables import consents, delegations, grants, purposes

Months = Annotated[int, msgspec.Meta(ge=1, le=1200)]


class PurposeTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    legal_basis: Title
    title_vi: Title
    title_en: Title
    retention_months: Months


class AddPurpose(Change, frozen=True, tag="purpose.add"):
    """Put a purpose on the list."""

    purpose: PurposeCode
    terms: PurposeTerms


class ChangePurpose(Change, frozen=True, tag="purpose.change"):
    """Say a purpose otherwise; of one in use, the titles only."""

    purpose: PurposeCode
    terms: PurposeTerms


async def check_adding(work: Work, change: AddPurpose) -> Outcome:
    if await work.find(_row_of(change.purpose)) is not None:
        raise Conflict("There is a purpose of this code.")
    return Outcome(change.purpose, None, as_json(change))


async def add(work: Work, change: AddPurpose, _: Hands) -> Outcome:
    outcome = await check_adding(work, change)
    await work.connection.execute(insert(purposes).values(purpose=change.purpose, **as_json(change.terms)))
    return outcome


async def check_changing(work: Work, change: ChangePurpose) -> Outcome:
    row = await work.get(_row_of(change.purpose), "purpose")
    same = (row.legal_basis, row.retention_months) == (change.terms.legal_basis, change.terms.retention_months)
    if not same and await _is_used(work, change.purpose):
        raise Conflict("The purpose is in use: its titles can be changed, its law and its retention cannot.")
    return Outcome(change.purpose, _terms(row), as_json(change.terms))


async def change_terms(work: Work, change: ChangePurpose, _: Hands) -> Outcome:
    outcome = await check_changing(work, change)
    said = as_json(change.terms)
    await work.connection.execute(update(purposes).where(purposes.c.purpose == change.purpose).values(said))
    return outcome


def _row_of(purpose: str) -> Any:
    return select(purposes).where(purposes.c.purpose == purpose)


def _terms(row: Row[Any]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in PurposeTerms.__struct_fields__}


async def _is_used(work: Work, purpose: str) -> bool:
    using = (exists().where(table.c.purpose == purpose) for table in (grants, delegations, consents))
    return bool(await work.connection.scalar(select(or_(*using))))
