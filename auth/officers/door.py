"""The officer of a request, and whether the request was sent by a page of ours.

Two questions, apart: a cookie says who asks, and comes along whoever wrote the page; so a change also needs to be sent
from our own origin (the browser says so: `Sec-Fetch-Site`, and `Origin`) and to carry the token of this very session,
which no other page can read. A sibling host is `same-site`, and is refused like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request

from auth.cookies import Cookie, session_cookie
from auth.officers import sessions
from auth.officers.party import RelyingParty
from auth.officers.refusals import NotOurPage, NotSignedIn, SecondPasskeyNeeded
from auth.officers.sessions import OfficerSession
from auth.origins import sent_by_our_page

FORM_TOKEN = "form_token"  # noqa: S105 - the name of a form's field
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 - the name of a header


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Officers:
    """What the ceremonies and the door share in one process."""

    engine: AsyncEngine
    issuer: str
    now: Callable[[], datetime] = _now

    @cached_property
    def party(self) -> RelyingParty:
        return RelyingParty(self.issuer)

    @cached_property
    def cookie(self) -> Cookie:
        return session_cookie("officer", self.issuer)

    async def session_of(self, request: Request) -> OfficerSession | None:
        """Whoever is signed in, also with one passkey only: for the pages that enroll the second."""
        secret = self.cookie.read(request)
        if secret is None:
            return None
        async with self.engine.begin() as connection:
            return await sessions.find(connection, secret)

    async def officer_of(self, request: Request) -> OfficerSession | None:
        """The officer who asks, with both passkeys; None where nobody is signed in. Raises SecondPasskeyNeeded."""
        session = await self.session_of(request)
        if session is not None and not session.complete:
            raise SecondPasskeyNeeded
        return session

    async def required(self, request: Request) -> OfficerSession:
        """The officer who asks. Raises NotSignedIn, SecondPasskeyNeeded."""
        session = await self.officer_of(request)
        if session is None:
            raise NotSignedIn
        return session

    def check_same_origin(self, request: Request) -> None:
        """Raises NotOurPage, unless the browser says that a page of this very origin sent the request."""
        if not sent_by_our_page(request, self.issuer):
            raise NotOurPage

    def check_change(self, request: Request, session: OfficerSession, token: str) -> None:
        """Raises NotOurPage, unless our page sent the request, for this session."""
        self.check_same_origin(request)
        if not session.sent_by_our_page(token):
            raise NotOurPage
