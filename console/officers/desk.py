"""What the pages of officers share: who is at the browser, whether our page sent the form, and how trouble is told.

A handler raises; `page` and `script` turn that into an answer, the one a page to read, the other JSON for our script.
Nobody learns what happened inside. Whoever is not signed in is led to the sign-in page, and back to where they were:
the way back is a path of these pages and nothing else, so that a link can lead to no other site.
"""

import functools
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from auth.acts.desk import Desk
from auth.acts.refusals import ActRefused, Undecided
from auth.database import OUTAGES
from auth.oauth.rates import Rates, network_of_peer
from auth.officers.door import FORM_TOKEN, Officers
from auth.officers.refusals import Malformed, NotSignedIn, OfficerRefused, SecondPasskeyNeeded, TooOften
from auth.officers.sessions import OfficerSession
from console.forms import UnreadableForm, fields
from console.pages import Text, language_of, show
from office.errors import STATUS, NotAnswered

log = structlog.get_logger(__name__)

HOME = "/console/"
SIGN_IN = "/console/sign-in"
SECOND = "/console/passkeys"
ANSWER = "answer"
STRANGERS_PER_MINUTE = 600
"""Forms from one address, by people who are not signed in. Behind a proxy that is everybody: officers are few."""

SERVER_ERROR = 500
NO_STORE = {"Cache-Control": "no-store"}
STOPPED: Text = ("Không thể tiếp tục", "Cannot go on")
UNAVAILABLE: Text = (
    "Hiện chưa thể thực hiện. Hãy thử lại sau ít phút.",
    "This cannot be done at the moment. Try again in a few minutes.",
)
_OURS = re.compile(r"/console/(?:[a-z0-9-]+(?:/[a-z0-9-]+)*)?")

TROUBLES = (OfficerRefused, UnreadableForm, ActRefused, NotAnswered, Undecided, *OUTAGES)
"""What ends a request with a sentence of ours."""

Self = TypeVar("Self")
Handler = Callable[[Self, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class OfficersDesk:
    """One process's pages of officers: who they are, and where their changes are made."""

    officers: Officers
    acts: Desk
    rates: Rates = field(default_factory=Rates)

    async def officer(self, request: Request) -> OfficerSession:
        """Who reads a page. Raises NotSignedIn, SecondPasskeyNeeded."""
        return await self.officers.required(request)

    async def sent(
        self, request: Request, *, complete: bool = True, lines: Collection[str] = ()
    ) -> tuple[OfficerSession, dict[str, str]]:
        """Who sent this form, and its fields. `complete`: with both passkeys; `lines`: fields of several lines.

        Refused in this order: a form that cannot be read; nobody signed in; another site's page; a passkey too few.
        """
        form = await fields(request, lines)
        session = await self.officers.session_of(request)
        if session is None:
            raise NotSignedIn
        self.officers.check_change(request, session, form.pop(FORM_TOKEN, ""))
        if complete and not session.complete:
            raise SecondPasskeyNeeded
        return session, form

    async def strangers(self, request: Request) -> dict[str, str]:
        """The fields of a form that whoever is not signed in sends, from our page; so many a minute."""
        if self.rates.wait_s(network_of_peer(request), STRANGERS_PER_MINUTE):
            raise TooOften
        self.officers.check_same_origin(request)
        return await fields(request)

    def signed_in(self, secret: str, response: Response) -> Response:
        """The response, with the session's secret for the browser."""
        self.officers.cookie.give(response, secret)
        return response


def way_back(asked: str) -> str:
    """Where to go after signing in: a path of ours, else home."""
    return asked if len(asked) <= 200 and _OURS.fullmatch(asked) else HOME


def to(path: str) -> Response:
    """On to another page of ours."""
    return RedirectResponse(path, 303, NO_STORE)


def options(asked: dict[str, Any], session: OfficerSession | None = None) -> Response:
    """What our script hands to the passkey; with the form's token where the session has another secret."""
    token = {} if session is None else {FORM_TOKEN: session.form_token}
    return JSONResponse({"options": asked, **token}, headers=NO_STORE)


def page(handle: Handler[Self]) -> Handler[Self]:
    """A handler whose troubles are told on a page."""

    @functools.wraps(handle)
    async def answer(self: Self, request: Request) -> Response:
        try:
            return await handle(self, request)
        except NotSignedIn:
            return to(f"{SIGN_IN}?next={way_back(request.url.path)}" if request.method == "GET" else SIGN_IN)
        except SecondPasskeyNeeded:
            return to(SECOND)
        except TROUBLES as trouble:
            return told(request, trouble)

    return answer


def script(handle: Handler[Self]) -> Handler[Self]:
    """A handler whose troubles are told to our script."""

    @functools.wraps(handle)
    async def answer(self: Self, request: Request) -> Response:
        try:
            return await handle(self, request)
        except TROUBLES as trouble:
            status, code, text = _words(trouble)
            message = text[0] if language_of(request) == "vi" else text[1]
            return JSONResponse({"code": code, "message": message}, status, NO_STORE)

    return answer


def told(request: Request, trouble: Exception) -> Response:
    """A page that says what is in the way."""
    status, _, text = _words(trouble)
    homeward = (HOME, ("Về trang của tôi", "To my page"))
    return show(request, "message.html", status=status, title=STOPPED, text=text, onward=homeward)


def _words(trouble: Exception) -> tuple[int, str, Text]:
    if isinstance(trouble, UnreadableForm):
        trouble = Malformed()
    if isinstance(trouble, OfficerRefused):
        log.info("officers_page_refused", code=trouble.code)
        return trouble.status, trouble.code, (trouble.vi, trouble.en)
    if isinstance(trouble, ActRefused):
        return 409, trouble.code, (trouble.message, trouble.message)
    if isinstance(trouble, NotAnswered) and STATUS[trouble.errors[0].code] < SERVER_ERROR:
        first = trouble.errors[0]
        return STATUS[first.code], first.code, (first.message, first.message)
    log.warning("officers_page_unavailable", reason=type(trouble).__name__)
    return 503, "UNAVAILABLE", UNAVAILABLE
