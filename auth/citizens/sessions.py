"""Citizens who are signed in: rows, so that a session can be ended and a copied cookie dies with it.

A session ends fifteen minutes after its last use, eight hours after it began, and when the citizen says so. The
database's clock decides, the same for every process.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import opaque
from auth.access.subject import SubjectSeal
from auth.citizens.id_tokens import Identity
from auth.tables import citizen_sessions

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
_OFFICE = "office"


@dataclass(frozen=True, slots=True)
class CitizenSession:
    """Who is at this browser. `secret` is the cookie's value, to which forms are bound."""

    secret: str = field(repr=False)
    citizen: str = field(repr=False)
    signed_in_at: datetime

    @property
    def office_token(self) -> str:
        """What the `X-CSRF-Token` header carries at the office door: follows from the cookie, which no script reads."""
        return opaque.bound_to(self.secret, _OFFICE)

    def sent_by_our_page(self, token: str) -> bool:
        """Whether this is the token of this very session."""
        return opaque.is_bound_to(token, self.secret, _OFFICE)


async def begin(connection: AsyncConnection, subjects: SubjectSeal, identity: Identity) -> str:
    """A new session; returns the secret for the cookie. A browser never keeps the one it had before signing in."""
    await connection.execute(delete(citizen_sessions).where(citizen_sessions.c.ends_at < func.now()))
    secret, sessions = opaque.fresh(), citizen_sessions
    await connection.execute(
        insert(sessions).values(
            digest=opaque.digest(secret),
            citizen=subjects.keep(identity.citizen),
            acr=identity.acr,
            signed_in_at=func.now(),
            seen_at=func.now(),
            ends_at=func.now() + LONGEST,
        )
    )
    return secret


async def current(connection: AsyncConnection, subjects: SubjectSeal, secret: str | None) -> CitizenSession | None:
    """The session behind a cookie, used by this; None where there is none that still counts."""
    if secret is None:
        return None
    sessions = citizen_sessions
    found = await connection.execute(
        update(sessions)
        .values(seen_at=func.now())
        .where(
            sessions.c.digest == opaque.digest(secret),
            sessions.c.ended_at.is_(None),
            sessions.c.ends_at > func.now(),
            sessions.c.seen_at > func.now() - IDLE,
        )
        .returning(sessions.c.citizen, sessions.c.signed_in_at)
    )
    row = found.one_or_none()
    return None if row is None else CitizenSession(secret, subjects.kept(row.citizen), row.signed_in_at)


async def end(connection: AsyncConnection, secret: str) -> None:
    """Sign out: the cookie is worth nothing from now on."""
    ended = update(citizen_sessions).values(ended_at=func.now())
    await connection.execute(ended.where(citizen_sessions.c.digest == opaque.digest(secret)))
