"""Agencies: admitting and resuming them (two people), suspending (one, at once).

A suspended agency holds nothing: no client of it gets a token, no token of its clients is accepted, nobody uses its
rights by delegation. Its grants stay as they are, and count again when two officers resume it.
"""

from sqlalchemy import insert, select, update

from auth.acts.change import AgencyId, Change, Text, Title, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict
from auth.tables import agencies


class AdmitAgency(Change, frozen=True, tag="agency.admit"):
    """Let an agency hold clients and grants."""

    agency: AgencyId
    name_vi: Title
    name_en: Title


class ResumeAgency(Change, frozen=True, tag="agency.resume"):
    """Let a suspended agency's clients and grants count again."""

    agency: AgencyId


class SuspendAgency(Change, frozen=True, tag="agency.suspend"):
    """Let nothing of an agency count until it is resumed."""

    agency: AgencyId
    reason: Text


async def check_admitting(work: Work, change: AdmitAgency) -> Outcome:
    if await work.find(select(agencies.c.agency).where(agencies.c.agency == change.agency)) is not None:
        raise Conflict("The agency is admitted already.")
    return Outcome(change.agency, None, as_json(change))


async def admit(work: Work, change: AdmitAgency, _: Hands) -> Outcome:
    outcome = await check_admitting(work, change)
    row = {"agency": change.agency, "name_vi": change.name_vi, "name_en": change.name_en}
    await work.connection.execute(insert(agencies).values(row))
    return outcome


async def check_resuming(work: Work, change: ResumeAgency) -> Outcome:
    if await _state(work, change.agency) != "suspended":
        raise Conflict("The agency is not suspended.")
    return Outcome(change.agency, "suspended", "active")


async def resume(work: Work, change: ResumeAgency, _: Hands) -> Outcome:
    outcome = await check_resuming(work, change)
    await _set(work, change.agency, "active")
    return outcome


async def suspend(work: Work, change: SuspendAgency) -> Outcome:
    if await _state(work, change.agency) == "suspended":
        raise Conflict("The agency is suspended already.")
    await _set(work, change.agency, "suspended")
    return Outcome(change.agency, "active", "suspended")


async def _state(work: Work, agency: str) -> str:
    row = await work.get(select(agencies.c.state).where(agencies.c.agency == agency), "agency")
    return str(row.state)


async def _set(work: Work, agency: str, state: str) -> None:
    await work.connection.execute(update(agencies).where(agencies.c.agency == agency).values(state=state))
