"""In and out: a page with one button, and the end of a session.

A form of these pages is refused unless the browser says that our own page sent it, also before anybody is signed in:
else another site could sign its visitor in as somebody else.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.officers import sessions, sign_in
from console.officers.desk import ANSWER, HOME, SIGN_IN, OfficersDesk, options, page, script, to, way_back
from console.pages import show


class SigningIn:
    """`/console/sign-in`, `/console/sign-out`."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(SIGN_IN + "/options", self.options, methods=["POST"]),
            Route("/console/sign-out", self.sign_out, methods=["POST"]),
        ]

    @page
    async def show(self, request: Request) -> Response:
        return show(request, "officers/sign_in.html", then=way_back(request.query_params.get("next", HOME)))

    @script
    async def options(self, request: Request) -> Response:
        await self._desk.strangers(request)
        return options(await sign_in.begin(self._officers))

    @page
    async def sign_in(self, request: Request) -> Response:
        form = await self._desk.strangers(request)
        held, browser = self._officers.cookie.read(request), request.headers.get("user-agent", "")
        secret = await sign_in.finish(self._officers, form.get(ANSWER, ""), browser, replacing=held)
        return self._desk.signed_in(secret, to(way_back(form.get("next", HOME))))

    @page
    async def sign_out(self, request: Request) -> Response:
        session, form = await self._desk.sent(request, complete=False)
        async with self._officers.engine.begin() as connection:
            if "everywhere" in form:
                await sessions.end(connection, session.officer)
            else:
                await sessions.end_this(connection, session.secret)
        response = to(SIGN_IN)
        self._officers.cookie.take_back(response)
        return response
