"""A first passkey by a one-time link, and the second one beside it.

The page of the link is the same for everybody: its secret is in the fragment, which the server learns only from the
form that our script fills.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.officers import enrolment, second
from auth.officers.enrolment import PAGE
from auth.officers.refusals import NotSignedIn
from console.officers.desk import ANSWER, HOME, SECOND, OfficersDesk, options, page, script, to
from console.pages import show


class Enrolling:
    """`/console/enroll` and `/console/passkeys`."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(PAGE, self.show, methods=["GET"]),
            Route(PAGE, self.enroll, methods=["POST"]),
            Route(PAGE + "/options", self.options, methods=["POST"]),
            Route(SECOND, self.show_second, methods=["GET"]),
            Route(SECOND, self.enroll_second, methods=["POST"]),
            Route(SECOND + "/options", self.begin_second, methods=["POST"]),
            Route(SECOND + "/allowed", self.allow_second, methods=["POST"]),
        ]

    @page
    async def show(self, request: Request) -> Response:
        return show(request, "officers/enroll.html")

    @script
    async def options(self, request: Request) -> Response:
        form = await self._desk.strangers(request)
        return options(await enrolment.begin(self._officers, form.get("secret", ""), form.get("code", "")))

    @page
    async def enroll(self, request: Request) -> Response:
        form = await self._desk.strangers(request)
        held, browser = self._officers.cookie.read(request), request.headers.get("user-agent", "")
        secret, code, answer, label = (form.get(name, "") for name in ("secret", "code", ANSWER, "label"))
        enrolled = await enrolment.finish(self._officers, secret, answer, label, browser, code=code, replacing=held)
        return self._desk.signed_in(enrolled.secret, to(SECOND))

    @page
    async def show_second(self, request: Request) -> Response:
        session = await self._officers.session_of(request)
        if session is None:
            raise NotSignedIn
        return to(HOME) if session.complete else show(request, "officers/second.html", session=session)

    @script
    async def begin_second(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, complete=False)
        return options(await second.begin(self._officers, session, form.get("label", "")))

    @script
    async def allow_second(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, complete=False)
        asked, secret = await second.allow(self._officers, session, form.get(ANSWER, ""))
        return self._desk.signed_in(secret, options(asked, session.under(secret)))

    @page
    async def enroll_second(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, complete=False)
        await second.finish(self._officers, session, form.get(ANSWER, ""))
        return to(HOME)
