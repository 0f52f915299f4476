"""Cases: the only way to look a person up in the ledger, and what becomes of a citizen's complaint.

A citizen's complaint opens one about that citizen, and an auditor closes it with a reply. An inquiry an auditor opens
alone, because suspicion does not wait: it admits looks for thirty days, the person sees it and how often somebody
looked, and another officer closes it. While nobody has, no other inquiry is opened about the same person, so nobody
strings two together.

What a citizen wrote stands in the case and nowhere else: the record of acts keeps its digest. No personal number is
written into any of it.
"""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, func, insert, select, update

from auth.acts.actors import same_person
from auth.acts.canonical import digest
from auth.acts.change import Change, Number, Text, Word, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.refusals import Conflict, FourEyes, Invalid, NotFound
from auth.tables import cases

LOOKS = timedelta(days=30)
"""How long somebody may be looked up under an inquiry."""
MOST_INQUIRIES = 10
"""Inquiries that one officer may have opened without another having closed them."""
MOST_COMPLAINTS = 20
"""Complaints of one citizen that may wait for a reply."""

Sealed = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{24,128}\Z")]
RequestId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
Leaf = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Finding = Literal["lawful", "unlawful", "unexplained"]

_PERSONAL_NUMBER = re.compile(r"\d{12}|(?<!\d)(?:(?:\d{3}[ .-]){3}\d{3}|(?:\d{4}[ .-]){2}\d{4})(?!\d)")


class OpenCase(Change, frozen=True, tag="case.open"):
    """Begin an inquiry into what was read of one person; the person sees it, and why."""

    citizen: Sealed
    reason: Text


class Complain(Change, frozen=True, tag="case.complain"):
    """Complain of a disclosure: officers look into it, and reply."""

    origin: Word
    request: RequestId
    leaf: Leaf
    reason: Text

    def recorded(self) -> Any:
        return {**as_json(self), "reason": digest(self.reason)}


class CloseCase(Change, frozen=True, tag="case.close"):
    """Say what was found, and let nobody be looked up under the case any more. The citizen reads the reply."""

    case: Number
    finding: Finding
    reply: Text


class WithdrawComplaint(Change, frozen=True, tag="case.withdraw"):
    """Take back one's own complaint."""

    case: Number


async def open_case(work: Work, change: OpenCase) -> Outcome:
    """Refusals: a personal number among the words; an inquiry about this person that nobody closed; too many."""
    _check_words(change.reason)
    about = cases.c.citizen == change.citizen
    if await _open(work, cases.c.kind == "inquiry", about):
        raise Conflict("An inquiry about this person is open; another officer closes it first.")
    if await _open(work, cases.c.opened_by == work.actor.name) >= MOST_INQUIRIES:
        raise Conflict(f"Another officer has to close some first: {MOST_INQUIRIES} that you opened wait for it.")
    return await _put(
        work,
        kind="inquiry",
        citizen=change.citizen,
        reason=change.reason,
        opened_by=work.actor.name,
        looks_until=work.now + LOOKS,
    )


async def complain(work: Work, change: Complain) -> Outcome:
    """Refusals: a personal number among the words; complained of already; too many.

    That the disclosure is the citizen's own was asked before: the authority holds no ledger.
    """
    _check_words(change.reason)
    own = cases.c.citizen == work.actor.name
    if await _open(work, own, cases.c.origin == change.origin, cases.c.leaf == change.leaf):
        raise Conflict("Your complaint about this disclosure is waiting for its reply already.")
    if await _open(work, own, cases.c.kind == "complaint") >= MOST_COMPLAINTS:
        raise Conflict(f"{MOST_COMPLAINTS} complaints of yours wait for their replies already.")
    return await _put(
        work,
        kind="complaint",
        citizen=work.actor.name,
        origin=change.origin,
        request_id=UUID(change.request),
        leaf=change.leaf,
        reason=change.reason,
    )


async def close(work: Work, change: CloseCase) -> Outcome:
    """Refusals: no such case; closed already; one's own inquiry; a personal number among the words."""
    row = await _case(work, change.case)
    _check_open(row)
    if row.opened_by is not None and same_person(row.opened_by, work.actor.signature):
        raise FourEyes("Another officer than the one who opened it closes.")
    _check_words(change.reply)
    said = {"finding": change.finding, "reply": change.reply, "closed_by": work.actor.name}
    return await _end(work, row, state="closed", **said)


async def withdraw(work: Work, change: WithdrawComplaint) -> Outcome:
    """Another's complaint looks like one that is not there."""
    row = await _case(work, change.case)
    if row.kind != "complaint" or row.citizen != work.actor.name:
        raise NotFound("case")
    _check_open(row)
    return await _end(work, row, state="withdrawn")


async def person_of(work: Work, number: int) -> str:
    """The sealed person whom a reading under this case may look up. Refusals: no such case; closed; its time is over.

    Asked in the transaction that records the reading, so that nothing is read under a case that was just closed.
    """
    row = await _case(work, number)
    _check_open(row)
    if row.looks_until is not None and row.looks_until <= work.now:
        raise Conflict("The inquiry's thirty days are over; another officer closes it.")
    return str(row.citizen)


async def _case(work: Work, number: int) -> Row[Any]:
    return await work.get(select(cases).where(cases.c.case_id == number), "case")


async def _open(work: Work, *which: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(cases).where(cases.c.state == "open", *which)
    return await work.connection.scalar(counted) or 0


async def _put(work: Work, **row: Any) -> Outcome:
    statement = insert(cases).values(recorded_at=work.now, **row).returning(cases.c.case_id)
    number = str(await work.connection.scalar(statement))
    return Outcome(number, None, "open", {"case": number})


async def _end(work: Work, row: Row[Any], **columns: Any) -> Outcome:
    ended = update(cases).where(cases.c.case_id == row.case_id).values(closed_at=work.now, **columns)
    await work.connection.execute(ended)
    return Outcome(str(row.case_id), row.state, columns["state"])


def _check_open(row: Row[Any]) -> None:
    if row.state != "open":
        raise Conflict(f"The case is {row.state}.")


def _check_words(text: str) -> None:
    if _PERSONAL_NUMBER.search(text):
        raise Invalid("Leave personal numbers out: they are never written down.")
