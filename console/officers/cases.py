"""Cases, for auditors: what citizens complain of, and inquiries of officers; opened and closed with a passkey.

The personal number of whom an inquiry is about is typed into a form and sealed before anything is kept, signed or
logged; no page shows it again. Looking the person up is a page of its own, and every look is recorded.
"""

import re
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.acts.actors import same_person
from auth.acts.cases import OpenCase
from auth.acts.change import checked
from auth.acts.refusals import Forbidden, Invalid, NotFound
from auth.cases import Case, by_number, in_state
from auth.keys import subject_seal
from auth.officers import step_up
from auth.officers.sessions import OfficerSession
from console.officers.desk import OfficersDesk, options, page, script
from console.pages import Text, show

CASES = "/console/cases"

KINDS: dict[str, Text] = {
    "complaint": ("Khiếu nại của công dân", "A citizen's complaint"),
    "inquiry": ("Cán bộ mở", "Opened by an officer"),
}
FINDINGS: dict[str, Text] = {
    "lawful": ("Đúng quy định", "Lawful"),
    "unlawful": ("Trái quy định", "Unlawful"),
    "unexplained": ("Không ai giải thích được", "Nobody could explain it"),
}
STATES: dict[str, Text] = {
    "open": ("đang mở", "open"),
    "closed": ("đã đóng", "closed"),
    "withdrawn": ("công dân đã rút", "withdrawn by the citizen"),
}
_NUMBER, _PERSONAL_NUMBER = re.compile("[0-9]{1,18}"), re.compile("[0-9]{12}")


async def auditor(desk: OfficersDesk, request: Request) -> OfficerSession:
    """Who reads a page that is for auditors only. Raises Forbidden for other officers."""
    session = await desk.officer(request)
    if "auditor" not in session.roles:
        raise Forbidden("This is for auditors.")
    return session


class Cases:
    """`/console/cases` and each below it."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(CASES, self.listed, methods=["GET"]),
            Route(CASES + "/options", self.options, methods=["POST"]),
            Route(CASES + "/{number}", self.show, methods=["GET"]),
        ]

    @page
    async def listed(self, request: Request) -> Response:
        session = await auditor(self._desk, request)
        async with self._officers.engine.connect() as connection:
            found = {state: await in_state(connection, state) for state in ("open", "closed")}
        return show(
            request,
            "officers/cases.html",
            session=session,
            waiting=found["open"],
            closed=found["closed"],
            kinds=KINDS,
            findings=FINDINGS,
        )

    @page
    async def show(self, request: Request) -> Response:
        """One case, the way to look its person up, and the form that closes it."""
        session = await auditor(self._desk, request)
        case = await self._case(request.path_params["number"])
        mine = case.opened_by is not None and same_person(case.opened_by, session.officer)
        return show(
            request,
            "officers/case.html",
            session=session,
            case=case,
            kind=KINDS[case.kind],
            state=STATES[case.state],
            finding=FINDINGS.get(case.finding or ""),
            findings=FINDINGS,
            looking=case.admits(datetime.now(UTC)),
            mine=mine,
        )

    @script
    async def options(self, request: Request) -> Response:
        """What the passkey signs of an inquiry that is to be opened: the number is sealed in it."""
        session, form = await self._desk.sent(request, lines={"reason"})
        person = form.get("person", "").replace(" ", "")
        if _PERSONAL_NUMBER.fullmatch(person) is None:
            raise Invalid("A personal number has twelve digits.")
        sealed = subject_seal(self._desk.acts.files).keep(person)
        change = checked(OpenCase(citizen=sealed, reason=form.get("reason", "")))
        return options(await step_up.begin(self._officers, session, change))

    async def _case(self, text: str) -> Case:
        async with self._officers.engine.connect() as connection:
            found = await by_number(connection, int(text)) if _NUMBER.fullmatch(text) else None
        if found is None:
            raise NotFound("case")
        return found
