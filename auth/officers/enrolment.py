"""A passkey comes to an officer by a one-time link, and the second one beside the first.

The secret stands in the fragment of the link, which browsers send to nobody: it is in no log of a proxy and in no
`Referer`. At most one link of an officer is good at a time. The link is used up in the transaction that enrolls the
passkey; an attempt that fails leaves it good, since it proves nothing about who tried. Whoever comes by a link starts
over: passkeys that the officer had before, lost or stolen, are accepted no more.

With the first passkey comes a session that may do one thing: enroll the second, under a signature of the first. So a
stolen session enrolls nothing.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts import log
from auth.acts.actors import Actor
from auth.acts.change import as_json
from auth.acts.evidence import Evidence
from auth.acts.log import Entry
from auth.officers import challenges, passkeys, sessions, step_up
from auth.officers.changes import EnrolSecond, RemovePasskey
from auth.officers.door import Officers
from auth.officers.party import NewPasskey, Options, read_creation
from auth.officers.passkeys import Signer
from auth.officers.refusals import ChallengeGone, EnoughPasskeys, LinkRefused, Malformed
from auth.officers.sessions import OfficerSession
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


async def finish(officers: Officers, secret: str, creation: str, label: str, browser: str) -> Enrolled:
    """Enroll the passkey, use the link up, and sign the officer in. Of two at the same moment one succeeds."""
    answer, challenge = read_creation(creation)
    async with officers.engine.connect() as connection:
        officer, _ = await _officer_of_link(connection, secret)
    await challenges.take(officers.engine, challenge, "enrol", officer)
    made = officers.party.created(answer, challenge)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        await _use_up(connection, secret)
        await passkeys.remove_all(connection, officer)
        await _enroll(officers, connection, officer, made, label)
        begun = await sessions.begin(connection, Signer(officer, made.credential), browser)
    return Enrolled(officer, begun)


async def begin_second(officers: Officers, session: OfficerSession, label: str) -> Options:
    """Ask the first passkey to sign that another comes beside it. Raises EnoughPasskeys."""
    if session.passkeys >= passkeys.MOST:
        raise EnoughPasskeys
    return await step_up.begin(officers, session, EnrolSecond(officer=session.officer, label=checked_label(label)))


async def allow_second(officers: Officers, session: OfficerSession, assertion: str) -> tuple[Options, str]:
    """The first passkey signed: what `create` is given for the second, and the session's new secret."""
    signed = await step_up.finish(officers, session, assertion)
    change = _as(EnrolSecond, signed.change)
    async with officers.engine.connect() as connection:
        held = await passkeys.of(connection, session.officer)
    kept = {"label": change.label, "evidence": as_json(signed.evidence)}
    challenge = await challenges.issue(officers.engine, "enrol", session.officer, change=kept)
    known = [passkey.credential for passkey in held]
    return officers.party.creation(session.officer, session.name, challenge, known), signed.secret


async def finish_second(officers: Officers, session: OfficerSession, creation: str) -> None:
    """Enroll the second passkey. Only a challenge that the first one allowed counts. Raises EnoughPasskeys."""
    answer, challenge = read_creation(creation)
    kept = await challenges.take(officers.engine, challenge, "enrol", session.officer)
    if kept is None:
        raise ChallengeGone
    made = officers.party.created(answer, challenge)
    evidence = msgspec.convert(kept["evidence"], Evidence)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        await _enroll(officers, connection, session.officer, made, kept["label"], evidence)


async def remove(officers: Officers, session: OfficerSession, assertion: str) -> str:
    """Remove the passkey that the signed change names; the session's new secret. Raises LastPasskey."""
    signed = await step_up.finish(officers, session, assertion)
    change = _as(RemovePasskey, signed.change)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        held = {fingerprint(passkey.credential): passkey for passkey in await passkeys.of(connection, session.officer)}
        if change.passkey not in held:
            raise Malformed
        credential = held[change.passkey].credential
        await passkeys.remove(connection, session.officer, credential, signed_in_with=session.signer.credential)
        await _record(officers, connection, session.officer, signed.change, signed.evidence)
    return signed.secret


def fingerprint(credential: bytes) -> str:
    """How a change names a passkey."""
    return sha256(credential).hexdigest()


def checked_label(label: str) -> str:
    """What an officer calls a passkey. Raises Malformed."""
    text = label.strip()
    if not 0 < len(text) <= passkeys.LONGEST_LABEL or not text.isprintable():
        raise Malformed
    return text


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


async def _enroll(
    officers: Officers,
    connection: AsyncConnection,
    officer: str,
    made: NewPasskey,
    label: str,
    evidence: Evidence | None = None,
) -> None:
    await passkeys.add(connection, officer, made, checked_label(label))
    change = as_json(EnrolSecond(officer=officer, label=checked_label(label)))
    await _record(officers, connection, officer, change, evidence)


async def _record(
    officers: Officers, connection: AsyncConnection, officer: str, change: dict[str, Any], evidence: Evidence | None
) -> None:
    kept = as_json(evidence) if evidence is not None else None
    entry = Entry(Actor("officer", officer), change["act"], officer, {"change": change}, officers.now(), kept)
    await log.append(connection, entry)


def _as(kind: type[Any], change: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(change, kind)
    except msgspec.ValidationError as error:
        raise Malformed from error
