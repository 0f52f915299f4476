"""A passkey comes to an officer by a one-time link.

The secret stands in the fragment of the link, which browsers send to nobody: it is in no log of a proxy and in no
`Referer`. At most one link of an officer is good at a time. A link that was approved is told to the approver, and opens
only together with the code that the proposer was told (`codes.py`). The link is used up in the transaction that enrolls
the passkey; an attempt with both that fails leaves it good, since it proves nothing about who tried. Whoever comes by
both starts over: passkeys that the officer had before, lost or stolen, are accepted no more.

Refused alike: an unknown link, a used, late or dead one, a removed officer, a wrong code.

With the passkey comes a session that may do one thing: enroll a second one (`second.py`).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth.acts import log
from auth.officers import challenges, codes, passkeys, sessions
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


async def open_link(connection: AsyncConnection, officer: str, code: bytes | None = None) -> str:
    """The secret of a link by which this officer may enroll a passkey; an earlier link is dead. For acts.

    `code`: what is kept of the code that goes with it; None where the machine prints the link by itself.
    """
    await connection.execute(delete(enrolments).where(enrolments.c.officer == officer, enrolments.c.used_at.is_(None)))
    secret = fresh()
    row = {"digest": digest(secret), "officer": officer, "code": code, "expires_at": func.now() + LIFETIME}
    await connection.execute(insert(enrolments).values(row))
    return secret


def address(issuer: str, secret: str) -> str:
    """The link itself, to be shown once."""
    return f"{issuer}{PAGE}#{secret}"


async def begin(officers: Officers, secret: str, code: str = "") -> Options:
    """What `navigator.credentials.create` is given. Raises LinkRefused."""
    officer, name = await _officer_of(officers.engine, secret, code)
    challenge = await challenges.issue(officers.engine, "enrol", officer)
    return officers.party.creation(officer, name, challenge, [])


async def finish(
    officers: Officers,
    secret: str,
    creation: str,
    label: str,
    browser: str,
    *,
    code: str = "",
    replacing: str | None = None,
) -> Enrolled:
    """Enroll the passkey, use the link up, and sign the officer in. Of two at the same moment one succeeds.

    `replacing`: the session that the browser held ends, whoever's it was.
    """
    answer, challenge = read_creation(creation)
    officer, _ = await _officer_of(officers.engine, secret, code)
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


async def _officer_of(engine: AsyncEngine, secret: str, code: str) -> tuple[str, str]:
    """Whom the link and the code are for. A wrong code counts, in a transaction of its own: refusing undoes nothing."""
    if not secret.isascii() or len(secret) > LONGEST:
        raise LinkRefused
    async with engine.begin() as connection:
        row = await _locked(connection, secret)
        right = row is not None and codes.is_right(code, row.code)
        if row is not None and not right:
            counted = update(enrolments).where(enrolments.c.digest == digest(secret))
            await connection.execute(counted.values(tries=enrolments.c.tries + 1))
    if row is None or not right:
        raise LinkRefused
    return row.officer, row.name


async def _locked(connection: AsyncConnection, secret: str) -> Row[Any, Any, Any] | None:
    """The good link, locked: who guesses many at once has them looked at one after the other."""
    statement = (
        select(officer_rows.c.officer, officer_rows.c.name, enrolments.c.code)
        .join(enrolments, enrolments.c.officer == officer_rows.c.officer)
        .where(_good(secret), officer_rows.c.state == "active")
    )
    return (await connection.execute(statement.with_for_update(of=enrolments))).one_or_none()


async def _use_up(connection: AsyncConnection, secret: str) -> None:
    used = update(enrolments).where(_good(secret)).values(used_at=func.now())
    if (await connection.execute(used.returning(enrolments.c.officer))).first() is None:
        raise LinkRefused


def _good(secret: str) -> ColumnElement[bool]:
    unused = (enrolments.c.digest == digest(secret)) & enrolments.c.used_at.is_(None)
    return unused & (enrolments.c.expires_at > func.now()) & (enrolments.c.tries < codes.MOST_TRIES)
