"""A passkey comes to an officer by a one-time link.

The secret stands in the fragment of the link, which browsers send to nobody: it is in no log of a proxy and in no
`Referer`. At most one link of an officer is good at a time. The link is used up in the transaction that enrolls the
passkey; an attempt that fails leaves it good, since it proves nothing about who tried. Whoever comes by a link starts
over: passkeys that the officer had before, lost or stolen, are accepted no more.

With the passkey comes a session that may do one thing: enroll a second one (`second.py`).
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts import log
from auth.officers import challenges, passkeys, sessions
from auth.officers.changes import EnrollPasskey, checked_label, record
from auth.officers.door import Officers
from auth.officers.party import Options, read_creation
from auth.officers.passkeys import Signer
from auth.officers.refusals import LinkRefused
from auth.opaque import LONGEST, digest, fresh
from auth.tables import enrolments
from auth.tables import officers as officer_rows

LIFETIME = timedelta(hours=24)
PAGE = "/console/enroll"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An officer who enrolled a passkey; `secret` is the cookie of the session that began."""

    officer: str
    secret: str = field(repr=False)


async def open_link(connection: AsyncConnection, officer: str) -> str:
    """The secret of a link by which this officer may enroll a passkey; an earlier link is dead. For acts."""
    await connection.execute(delete(enrolments).where(enrolments.c.officer == officer, enrolments.c.used_at.is_(None)))
    secret = fresh()
    row = {"digest": digest(secret), "officer": officer, "expires_at": func.now() + LIFETIME}
    await connection.execute(insert(enrolments).values(row))
    return secret


def address(issuer: str, secret: str) -> str:
    """The link itself, to be shown once."""
    return f"{issuer}{PAGE}#{secret}"


async def begin(officers: Officers, secret: str) -> Options:
    """What `navigator.credentials.create` is given. Raises LinkRefused."""
    async with officers.engine.connect() as connection:
        officer, name = await _officer_of_link(connection, secret)
    challenge = await challenges.issue(officers.engine, "enrol", officer)
    return officers.party.creation(officer, name, challenge, [])


async def finish(
    officers: Officers, secret: str, creation: str, label: str, browser: str, *, replacing: str | None = None
) -> Enrolled:
    """Enroll the passkey, use the link up, and sign the officer in. Of two at the same moment one succeeds.

    `replacing`: the session that the browser held ends, whoever's it was.
    """
    answer, challenge = read_creation(creation)
    async with officers.engine.connect() as connection:
        officer, _ = await _officer_of_link(connection, secret)
    await challenges.take(officers.engine, challenge, "enrol", officer)
    change = EnrollPasskey(officer=officer, label=checked_label(label))
    made = officers.party.created(answer, challenge)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        await _use_up(connection, secret)
        await passkeys.remove_all(connection, officer)
        await passkeys.add(connection, officer, made, change.label)
        await record(officers, connection, change, None, made)
        if replacing is not None:
            await sessions.end_this(connection, replacing)
        begun = await sessions.begin(connection, Signer(officer, made.credential), browser)
    return Enrolled(officer, begun)


async def _officer_of_link(connection: AsyncConnection, secret: str) -> tuple[str, str]:
    if not secret.isascii() or len(secret) > LONGEST:
        raise LinkRefused
    good = (enrolments.c.digest == digest(secret)) & enrolments.c.used_at.is_(None)
    row = (
        await connection.execute(
            select(officer_rows.c.officer, officer_rows.c.name)
            .join(enrolments, enrolments.c.officer == officer_rows.c.officer)
            .where(good, enrolments.c.expires_at > func.now(), officer_rows.c.state == "active")
        )
    ).one_or_none()
    if row is None:
        raise LinkRefused
    return row.officer, row.name


async def _use_up(connection: AsyncConnection, secret: str) -> None:
    unused = (enrolments.c.digest == digest(secret)) & enrolments.c.used_at.is_(None)
    used = update(enrolments).where(unused, enrolments.c.expires_at > func.now()).values(used_at=func.now())
    if (await connection.execute(used.returning(enrolments.c.officer))).first() is None:
        raise LinkRefused
