"""An officer's own page: the passkeys and sessions that open the door, so that a foreign one is noticed and ended."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.officers import passkeys, sessions
from auth.officers.changes import fingerprint
from auth.officers.passkeys import Passkey
from auth.officers.sessions import OfficerSession
from console.officers.desk import HOME, OfficersDesk, page, to
from console.officers.wording import ROLES
from console.pages import show


@dataclass(frozen=True, slots=True)
class Held:
    """A passkey as the page shows it."""

    label: str
    fingerprint: str
    backed_up: bool
    recorded_at: datetime
    used_at: datetime | None
    removable: bool


class Account:
    """`/console/`."""

    def __init__(self, desk: OfficersDesk) -> None:
        self._desk, self._officers = desk, desk.officers

    def routes(self) -> list[Route]:
        return [
            Route(HOME, self.show, methods=["GET"]),
            Route(HOME.removesuffix("/"), self.home, methods=["GET"]),
            Route("/console/sessions/end", self.end, methods=["POST"]),
        ]

    @page
    async def show(self, request: Request) -> Response:
        session = await self._desk.officer(request)
        async with self._officers.engine.connect() as connection:
            held = await passkeys.of(connection, session.officer)
            open_sessions = await sessions.listed(connection, session)
        return show(
            request,
            "officers/account.html",
            session=session,
            roles=[ROLES[role] for role in sorted(session.roles)],
            passkeys=[_held(passkey, session) for passkey in held],
            sessions=open_sessions,
        )

    async def home(self, _: Request) -> Response:
        """What people type."""
        return to(HOME)

    @page
    async def end(self, request: Request) -> Response:
        session, form = await self._desk.sent(request)
        async with self._officers.engine.begin() as connection:
            await sessions.end(connection, session.officer, form.get("session", "-"))
        return to(HOME)


def _held(passkey: Passkey, session: OfficerSession) -> Held:
    """The passkey that signed in here stays: removing it would lock its officer out in the middle of the act."""
    return Held(
        passkey.label,
        fingerprint(passkey.credential),
        passkey.backed_up,
        passkey.recorded_at,
        passkey.used_at,
        removable=passkey.credential != session.signer.credential,
    )
