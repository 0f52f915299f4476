"""From the portal to the identity provider and back.

`/oauth/authorize` is where portals send browsers; `/my/signed-in` is the only address to which the provider sends them
back. What travels between is a state that one browser may answer once.
"""

from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth import clock, opaque
from auth.citizens import sessions, sign_ins
from auth.citizens.answers import NotUnderWay, said_no
from auth.citizens.asked import understood
from auth.citizens.provider import Provider
from auth.citizens.sign_ins import ANSWERED_WITHIN, SignIn
from auth.oauth.authorization import Arrived, arrive, under_way
from auth.oauth.metadata import AUTHORIZE
from console.citizens.desk import Counter, Gone, NoProvider, NotSignedIn, away, told
from console.pages import language_of, show

SIGNED_IN = "/my/signed-in"
CONSENT = "/my/consent"
OWN = "/my/consents"


class SigningIn:
    """The pages around a sign-in."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._desk = counter, counter.desk

    def routes(self) -> list[Route]:
        return [
            Route(AUTHORIZE, self.authorize, methods=["GET"]),
            Route(SIGNED_IN, self.signed_in, methods=["GET"]),
        ]

    @told
    async def authorize(self, request: Request) -> Response:
        """A browser with the name of a pushed request; whatever else the address says is not read."""
        client, name = (request.query_params.getlist(each) for each in ("client_id", "request_uri"))
        if len(client) != 1 or len(name) != 1:
            raise Gone
        async with self._desk.engine.begin() as connection:
            arrived = await arrive(connection, client[0], name[0])
        if arrived is None:
            raise Gone
        return await self.begin(request, f"{CONSENT}?{urlencode({'request': arrived.secret})}")

    async def begin(self, request: Request, then: str) -> Response:
        """On to the provider; afterwards the browser goes to `then`, a path of ours."""
        self._counter.count(request)
        provider = self._provider()
        cookie = self._counter.browser_cookie
        browser = cookie.read(request) or opaque.fresh()
        sign_in = SignIn(opaque.fresh(), opaque.fresh(), int(clock.wall()), then)
        async with self._desk.engine.begin() as connection:
            state = await sign_ins.begin(connection, browser, sign_in)
        response = away(await provider.address(sign_in, state, language_of(request)))
        cookie.give(response, browser, seconds=int(ANSWERED_WITHIN.total_seconds()))
        return response

    @told
    async def signed_in(self, request: Request) -> Response:
        """The provider's answer: a session, and a page that moves on; or back to the portal with a refusal."""
        provider = self._provider()
        state, code = provider.read(_once_each(request))
        async with self._desk.engine.begin() as connection:
            browser = self._counter.browser_cookie.read(request)
            sign_in = await sign_ins.answered(connection, browser, state)
        if sign_in is None:
            raise NotSignedIn
        if code is None:
            return await self._declined(sign_in)
        identity = await provider.identity(code, sign_in)
        async with self._desk.engine.begin() as connection:
            secret = await sessions.begin(connection, self._desk.authority.subjects, identity)
        response = show(request, "signed_in.html", then=sign_in.then)
        self._counter.session_cookie.give(response, secret)
        return response

    async def _declined(self, sign_in: SignIn) -> Response:
        """The citizen turned back at the provider: the portal learns that access was denied, and no more."""
        parts = urlsplit(sign_in.then)
        if parts.path != CONSENT:
            raise NotSignedIn
        async with self._desk.engine.begin() as connection:
            arrived: Arrived | None = await under_way(connection, parts.query.removeprefix("request="))
            asked = None if arrived is None else await understood(connection, arrived, self._desk.authority.snapshot())
        if asked is None:
            raise Gone
        try:
            return away(await said_no(self._desk, asked))
        except NotUnderWay as error:
            raise Gone from error

    def _provider(self) -> Provider:
        if self._desk.provider is None:
            raise NoProvider
        return self._desk.provider


def _once_each(request: Request) -> dict[str, str]:
    """The parameters of an answer; one that is given twice makes it unreadable."""
    given = request.query_params.multi_items()
    if len(dict(given)) != len(given):
        raise NotSignedIn
    return dict(given)
