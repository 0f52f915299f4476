"""The question to a citizen, and its answer.

The answer counts only if our page for this very request and session sent it, and if what it showed is what would be
shown at this moment. For whom the citizen may act is asked of the registers both times. Who agreed to exactly this for
oneself before is not asked again; a portal that needs a choice (for a child, say) sends `prompt=consent`.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth import opaque
from auth.citizens.answers import NotUnderWay, Yes, said_no, said_yes, said_yes_before
from auth.citizens.asked import Asked, understood
from auth.citizens.representation import Represented
from auth.citizens.sessions import CitizenSession
from auth.oauth.authorization import origin, under_way
from console.citizens.desk import Counter, Gone, away, told
from console.citizens.signing_in import CONSENT, SigningIn
from console.citizens.wording import Whom, worded
from console.pages import language_of, show

_USE = "consent "


class Consenting:
    """The page on which citizens say yes or no."""

    def __init__(self, counter: Counter, signing_in: SigningIn) -> None:
        self._counter, self._desk, self._signing_in = counter, counter.desk, signing_in

    def routes(self) -> list[Route]:
        return [
            Route(CONSENT, self.ask, methods=["GET"]),
            Route(CONSENT, self.answer, methods=["POST"]),
        ]

    @told
    async def ask(self, request: Request) -> Response:
        """Shows the question; or goes on at once where nothing new is asked, or nothing can be allowed."""
        secret = request.query_params.get("request", "")
        session = await self._counter.session(request)
        if session is None:
            return await self._signing_in.begin(request, f"{CONSENT}?request={_plain(secret)}")
        asked = await self._asked(secret)
        try:
            if not asked.scopes:
                return away(await said_no(self._desk, asked, "invalid_scope"))
            before = await said_yes_before(self._desk, asked, session.citizen)
        except NotUnderWay as error:
            raise Gone from error
        if before is not None:
            return away(before)
        children = await self._desk.children_of(session.citizen)
        return self._question(request, session, asked, children)

    @told
    async def answer(self, request: Request) -> Response:
        """Yes or no."""
        secret = request.query_params.get("request", "")
        session, form = await self._counter.sent(request, _USE + secret)
        asked = await self._asked(secret)
        try:
            if form.get("answer") != "yes":
                return away(await said_no(self._desk, asked))
            return await self._yes(request, session, asked, form)
        except NotUnderWay as error:
            raise Gone from error

    async def _yes(self, request: Request, session: CitizenSession, asked: Asked, form: dict[str, str]) -> Response:
        language = language_of(request)
        children = await self._desk.children_of(session.citizen)
        wording = worded(asked, children, self._counter.described, language)
        whom = next((each for each in wording.whom if _key(session, each) == form.get("whom")), None)
        if whom is None or not asked.scopes or wording.digest().hex() != form.get("shown"):
            return self._question(request, session, asked, children, changed=True)
        yes = Yes(session.citizen, whom.child, language, wording.digest())
        return away(await said_yes(self._desk, asked, yes))

    async def _asked(self, secret: str) -> Asked:
        async with self._desk.engine.begin() as connection:
            arrived = await under_way(connection, secret)
            if arrived is None:
                raise Gone
            return await understood(connection, arrived, self._desk.authority.snapshot())

    def _question(
        self,
        request: Request,
        session: CitizenSession,
        asked: Asked,
        children: Sequence[Represented],
        *,
        changed: bool = False,
    ) -> Response:
        wording = worded(asked, children, self._counter.described, language_of(request))
        return show(
            request,
            "consent.html",
            status=409 if changed else 200,
            sends_to=[origin(asked.arrived.pushed.redirect_uri)],
            wording=wording,
            shown=wording.digest().hex(),
            choices=[(_key(session, each), each) for each in wording.whom],
            address=f"{CONSENT}?{urlencode({'request': asked.arrived.secret, 'lang': wording.language})}",
            form_token=opaque.bound_to(session.secret, _USE + asked.arrived.secret),
            changed=changed,
            for_oneself_only=self._desk.represented_by is None,
        )


def _key(session: CitizenSession, whom: Whom) -> str:
    """What stands for a person in the form: it says nothing to anybody else, and nothing in another session."""
    return opaque.bound_to(session.secret, "whom " + ("" if whom.child is None else whom.child.pin))


def _plain(secret: str) -> str:
    """A secret of ours as it may stand in an address; anything else is no request."""
    if not 0 < len(secret) <= opaque.LONGEST or not secret.replace("-", "").replace("_", "").isalnum():
        raise Gone
    return secret
