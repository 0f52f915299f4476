"""Who stands at the door: an agency's client by its token, an officer or a citizen by the session of a browser.

A request that carries `Authorization` is a client's, whatever cookies come along. A token serves here only if it was
made for this door (its audience), and speaks for nobody but its own agency: no purpose, no citizen, no other agency, no
token exchanged for it. A browser's request must come from a page of our own and carry the token of its session, for
questions as well as for changes: the answers are for nobody else's page to read either.

Order of refusals: no credentials at all; a token that does not hold; a session that does not; then another site's page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from auth.access.authority import Authority
from auth.caller import Caller
from auth.citizens import sessions as citizen_sessions
from auth.citizens.sessions import CitizenSession
from auth.cookies import Cookie, session_cookie
from auth.database import OUTAGES
from auth.errors import GrantsUnconfirmed, Unauthenticated
from auth.officers.door import TOKEN_HEADER, Officers
from auth.officers.refusals import OfficerRefused
from office import visitor
from office.endpoint import PATH, TurnedAway
from office.errors import Code
from office.visitor import Visitor


@dataclass(frozen=True)
class Door:
    """The door of one process. `metadata` is the address of RFC 9728, named where a token is missing."""

    authority: Authority
    officers: Officers
    metadata: str

    async def __call__(self, request: Request) -> Visitor:
        """Who asks. Raises TurnedAway."""
        try:
            return await self._found(request)
        except Unauthenticated as refused:
            raise TurnedAway(401, Code.UNAUTHENTICATED, str(refused), self._challenge(refused)) from refused
        except OfficerRefused as refused:
            code = Code.UNAUTHENTICATED if refused.status == 401 else Code.FORBIDDEN
            raise TurnedAway(refused.status, code, refused.en) from refused
        except GrantsUnconfirmed as unconfirmed:
            raise TurnedAway(503, Code.GRANTS_UNCONFIRMED, str(unconfirmed)) from unconfirmed
        except OUTAGES as outage:
            message = "The database of the authority does not answer now."
            raise TurnedAway(503, Code.DATABASE_UNAVAILABLE, message) from outage

    async def _found(self, request: Request) -> Visitor:
        authorization = _whole(request, "authorization")
        if authorization is not None:
            return await self._client(authorization, _whole(request, "dpop"))
        session = await self.officers.officer_of(request)
        if session is not None:
            self.officers.check_change(request, session, request.headers.get(TOKEN_HEADER, ""))
            return visitor.officer(session)
        citizen = await self._citizen(request)
        if citizen is None:
            raise Unauthenticated("Sign in, or send an access token made for this door.", error=None)
        self.officers.check_same_origin(request)
        if not citizen.sent_by_our_page(request.headers.get(TOKEN_HEADER, "")):
            raise TurnedAway(403, Code.FORBIDDEN, "The request did not come from our page.")
        return visitor.citizen(self.authority.subjects.keep(citizen.citizen))

    async def _client(self, authorization: str, proof: str | None) -> Visitor:
        caller = await self.authority.office_caller(authorization, proof, "POST", PATH)
        if not _speaks_for_itself(caller):
            raise Unauthenticated("An access token for this door names no purpose and speaks for nobody else.")
        return visitor.agency(caller.client, caller.agency)

    async def _citizen(self, request: Request) -> CitizenSession | None:
        cookie: Cookie = session_cookie("citizen", self.authority.issuer)
        async with self.officers.engine.begin() as connection:
            return await citizen_sessions.current(connection, self.authority.subjects, cookie.read(request))

    def _challenge(self, refused: Unauthenticated) -> Mapping[str, str]:
        """The challenges, those of one name in one header."""
        found: dict[str, str] = {}
        for name, value in refused.headers(self.metadata):
            before = found.get(name.decode())
            found[name.decode()] = value.decode() if before is None else f"{before}, {value.decode()}"
        return found


def _whole(request: Request, header: str) -> str | None:
    """A header that decides who asks counts with all its lines: whoever sends two means neither."""
    lines = request.headers.getlist(header)
    return ",".join(lines) if lines else None


def _speaks_for_itself(caller: Caller) -> bool:
    others = (caller.purpose, caller.subject, caller.supplier, caller.representative)
    return all(other is None for other in others) and not caller.through
