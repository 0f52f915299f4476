"""Who is signed in. A session is a row; the cookie is a secret whose digest names it.

A session ends when it was idle for fifteen minutes, when it is eight hours old, when its officer ends it, and at once
when the officer or the passkey it was begun with is removed: all of this is one `where`, asked at every request, so
there is nothing to forget. The secret changes at sign-in and at every signature, and never comes from the browser.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.officers.passkeys import MOST, Signer
from auth.officers.refusals import NotSignedIn
from auth.opaque import bound_to, digest, fresh, is_bound_to
from auth.tables import officer_sessions, officers, passkeys

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=8)
KEPT = timedelta(days=7)
LONGEST_BROWSER = 120
_FORMS = "officer-forms"

_sessions, _columns = officer_sessions, officer_sessions.c


@dataclass(frozen=True, slots=True)
class OfficerSession:
    """An officer who is signed in, as of this request."""

    officer: str
    name: str
    roles: frozenset[str]
    opens_emergencies: bool
    passkeys: int
    signer: Signer
    secret: str = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether this officer holds both passkeys, and so may act."""
        return self.passkeys >= MOST

    @property
    def form_token(self) -> str:
        """What forms and the `X-CSRF-Token` header carry: follows from the cookie, which scripts cannot read."""
        return bound_to(self.secret, _FORMS)

    def under(self, secret: str) -> "OfficerSession":
        """The same session after its secret changed."""
        return replace(self, secret=secret)

    def sent_by_our_page(self, token: str) -> bool:
        """Whether this is the token of a form of this very session."""
        return is_bound_to(token, self.secret, _FORMS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its officer sees it in the list."""

    number: str
    browser: str
    recorded_at: datetime
    seen_at: datetime
    this_one: bool


async def begin(connection: AsyncConnection, signer: Signer, browser: str) -> str:
    """Sign an officer in; the secret that becomes the cookie."""
    secret = fresh()
    row = {
        "digest": digest(secret),
        "officer": signer.officer,
        "credential": signer.credential,
        "browser": "".join(filter(str.isprintable, browser))[:LONGEST_BROWSER],
        "seen_at": func.now(),
        "ends_at": func.now() + ABSOLUTE,
    }
    await connection.execute(insert(_sessions).values(row))
    return secret


async def find(connection: AsyncConnection, secret: str) -> OfficerSession | None:
    """Whose session this is, if it still is one; it was used now."""
    touched = update(_sessions).where(_columns.digest == digest(secret), _alive()).values(seen_at=func.now())
    used = touched.returning(_columns.officer, _columns.credential).cte("used")
    held = select(func.count()).where(passkeys.c.officer == used.c.officer, passkeys.c.removed_at.is_(None))
    officer = officers.c.name, officers.c.roles, officers.c.opens_emergencies
    statement = select(used, *officer, held.scalar_subquery().label("held")).join(
        officers, officers.c.officer == used.c.officer
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    signer = Signer(row.officer, row.credential)
    return OfficerSession(row.officer, row.name, frozenset(row.roles), row.opens_emergencies, row.held, signer, secret)


async def renew(connection: AsyncConnection, session: OfficerSession) -> str:
    """Another secret for the same session, whose old one is dead. Raises NotSignedIn where it has ended meanwhile."""
    secret = fresh()
    renewed = update(_sessions).where(_columns.digest == digest(session.secret), _alive())
    found = await connection.execute(renewed.values(digest=digest(secret)).returning(_columns.officer))
    if found.first() is None:
        raise NotSignedIn
    return secret


async def listed(connection: AsyncConnection, session: OfficerSession) -> list[Listed]:
    """The officer's own sessions that are alive, the latest first."""
    statement = select(_columns.digest, _columns.browser, _columns.recorded_at, _columns.seen_at)
    mine = statement.where(_columns.officer == session.officer, _alive()).order_by(_columns.seen_at.desc())
    here = digest(session.secret)
    return [
        Listed(row.digest.hex(), row.browser, row.recorded_at, row.seen_at, row.digest == here)
        for row in await connection.execute(mine)
    ]


async def end(connection: AsyncConnection, officer: str, number: str | None = None) -> int:
    """End one of the officer's sessions, or all of them; how many ended. Somebody else's number ends nothing."""
    mine = and_(_columns.officer == officer, _columns.ended_at.is_(None))
    if number is not None:
        mine = and_(mine, func.encode(_columns.digest, literal("hex")) == number)
    ended = await connection.execute(update(_sessions).where(mine).values(ended_at=func.now()))
    return ended.rowcount


async def end_this(connection: AsyncConnection, secret: str) -> None:
    """End the session whose cookie this is, whoever's it was."""
    this = (_columns.digest == digest(secret)) & _columns.ended_at.is_(None)
    await connection.execute(update(_sessions).where(this).values(ended_at=func.now()))


async def forget(connection: AsyncConnection) -> None:
    """Drop what ended a week ago: the record of acts says who signed in."""
    await connection.execute(_sessions.delete().where(_columns.ends_at < func.now() - KEPT))


def _alive() -> ColumnElement[bool]:
    live_officer = select(officers.c.officer).where(
        officers.c.officer == _columns.officer, officers.c.state == "active"
    )
    live_passkey = select(passkeys.c.credential).where(
        passkeys.c.credential == _columns.credential, passkeys.c.removed_at.is_(None)
    )
    return and_(
        _columns.ended_at.is_(None),
        _columns.seen_at > func.now() - IDLE,
        _columns.ends_at > func.now(),
        live_officer.exists(),
        live_passkey.exists(),
    )
