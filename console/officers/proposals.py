"""What waits for a second officer: the list, and each as a change to sign.

The page shows the whole change, field by field, as it would be made at this moment; the digest of that very text goes
into what is signed, so that nobody approves other words than they read. Only officers who propose, approve or operate
see proposals.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.acts.actors import Actor, same_person
from auth.acts.desk import Outcome
from auth.acts.proposals import body_digest, described
from auth.acts.refusals import ActRefused, Forbidden
from auth.officers.sessions import OfficerSession
from auth.tables import proposals
from console.officers.desk import OfficersDesk, page
from console.officers.wording import STATES, act_title, field_name, lines
from console.pages import Text, moment, show

PROPOSALS = "/console/proposals"
AT_ONCE = 100
_SEEING = frozenset({"proposer", "approver", "operator"})
_OPEN = ("requested", "proposed")
_LIST: tuple[str, Text] = (PROPOSALS, ("Các đề nghị đang chờ", "All that waits"))


class Proposals:
    """`/console/proposals` and each below it."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(PROPOSALS, self.listed, methods=["GET"]),
            Route(PROPOSALS + "/{number}", self.show, methods=["GET"]),
            Route(PROPOSALS + "/{number}/refuse", self.show_refusal, methods=["GET"]),
        ]

    @page
    async def listed(self, request: Request) -> Response:
        await self._reader(request)
        waiting = proposals.c.state.in_(_OPEN) & (proposals.c.lapses_at > func.now())
        statement = select(proposals).where(waiting).order_by(proposals.c.proposal).limit(AT_ONCE)
        async with self._officers.engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return show(request, "officers/proposals.html", proposals=[_entry(row) for row in rows])

    @page
    async def show(self, request: Request) -> Response:
        """The change, and what this officer may do about it: approve, make a request their own, refuse, or nothing."""
        session, row, outcome, refusal = await self._looked_at(request)
        choice = _choice(session, row)
        if choice.act is None:
            refusal = _WAITS if row.state in _OPEN else None
        refusing = (f"{PROPOSALS}/{row.proposal}/refuse", ("Từ chối đề nghị này", "Refuse this proposal"))
        return show(
            request,
            "officers/sign.html",
            **_page(session, row, outcome, refusal),
            action=choice.says if refusal is None else None,
            sent=[("act", choice.act), ("proposal", row.proposal), ("body", body_digest(row))],
            reason=False,
            links=[refusing, _LIST] if choice.refuses else [_LIST],
        )

    @page
    async def show_refusal(self, request: Request) -> Response:
        session, row, outcome, _ = await self._looked_at(request)
        refuses = _choice(session, row).refuses
        return show(
            request,
            "officers/sign.html",
            **_page(session, row, outcome, None if refuses else _WAITS) | {"heading": act_title("proposal.refuse")},
            action=("Ký và từ chối", "Sign and refuse") if refuses else None,
            sent=[("act", "proposal.refuse"), ("proposal", row.proposal)],
            reason=True,
            links=[_LIST],
        )

    async def _reader(self, request: Request) -> OfficerSession:
        session = await self._desk.officer(request)
        if not session.roles & _SEEING:
            raise Forbidden("This is for others to see.")
        return session

    async def _looked_at(self, request: Request) -> tuple[OfficerSession, Row[Any], Outcome | None, Text | None]:
        """The proposal, what it would change now, or why it could not be made now."""
        session = await self._reader(request)
        number = _number(request.path_params["number"])
        async with self._desk.acts.looking(Actor("officer", session.officer)) as work:
            row = await work.get(select(proposals).where(proposals.c.proposal == number), "proposal")
            try:
                _, outcome = await described(work, number)
            except ActRefused as refused:
                return session, row, None, (refused.message, refused.message)
        return session, row, outcome, None


def _number(text: str) -> int:
    """Of a proposal, as an address says it; 0, and so nobody's, where it says none."""
    return int(text) if _NUMBER.fullmatch(text) else 0


_NUMBER = re.compile("[0-9]{1,18}")
_WAITS: Text = (
    "Đề nghị này chờ một cán bộ khác quyết định.",
    "This waits for another officer to decide.",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What an officer may do about a proposal; `perform` decides again, whatever a page offered."""

    act: str | None = None
    says: Text | None = None
    refuses: bool = False


def _choice(session: OfficerSession, row: Row[Any]) -> Choice:
    mine = row.proposed_by is not None and same_person(row.proposed_by, session.officer)
    refuses = "approver" in session.roles and row.state in _OPEN and not mine
    if row.state == "requested" and "proposer" in session.roles:
        return Choice("proposal.adopt", ("Ký và nhận làm đề nghị của tôi", "Sign and make it my proposal"), refuses)
    if row.state == "proposed" and refuses:
        return Choice("proposal.approve", ("Ký và phê duyệt", "Sign and approve"), refuses)
    return Choice(refuses=refuses)


def _page(session: OfficerSession, row: Row[Any], outcome: Outcome | None, refusal: Text | None) -> dict[str, Any]:
    """What was decided is shown as it was proposed; what is open, as it would change things now."""
    facts = {
        "proposal": str(row.proposal),
        "state": STATES[row.state],
        "requested_by": row.requested_by,
        "by": row.proposed_by,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decision_reason": row.decision_reason,
        "lapses_at": moment(row.lapses_at) if row.state in _OPEN else None,
    }
    undecided = outcome if row.state in _OPEN else None
    before, after = (None, row.body) if undecided is None else (undecided.before, undecided.after)
    return {
        "session": session,
        "heading": act_title(row.kind),
        "facts": [(field_name(name), value) for name, value in facts.items() if value is not None],
        "lines": lines(before, after),
        "refusal": refusal,
        "back": PROPOSALS,
    }


def _entry(row: Row[Any]) -> Mapping[str, Any]:
    return {
        "proposal": row.proposal,
        "title": act_title(row.kind),
        "reason": row.reason,
        "by": row.proposed_by or row.requested_by,
        "lapses_at": row.lapses_at,
    }
