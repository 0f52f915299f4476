"""The passkeys of an officer: two at a time, so that a lost one locks nobody out and a forgotten one is noticed.

The officer's row is locked while passkeys are counted: of two that are enrolled at the same moment beside a first one,
one is the third and is refused.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.officers.party import Asserted, NewPasskey, RelyingParty
from auth.officers.refusals import EnoughPasskeys, LastPasskey, NotSignedIn, PasskeyRefused
from auth.tables import officer_sessions, officers, passkeys

MOST = 2

_live = passkeys.c.removed_at.is_(None)


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its officer sees it."""

    credential: bytes
    label: str
    aaguid: str
    backed_up: bool
    recorded_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose passkey signed."""

    officer: str
    credential: bytes


async def of(connection: AsyncConnection, officer: str) -> list[Passkey]:
    """The officer's passkeys that are accepted, oldest first."""
    columns = [passkeys.c[name] for name in Passkey.__dataclass_fields__]
    statement = select(*columns).where(passkeys.c.officer == officer, _live)
    rows = await connection.execute(statement.order_by(passkeys.c.recorded_at, passkeys.c.credential))
    return [Passkey(**row) for row in rows.mappings()]


async def nobody_has_one(connection: AsyncConnection) -> bool:
    """Whether no officer could sign in: true of a new installation."""
    held = passkeys.join(officers, officers.c.officer == passkeys.c.officer)
    found = select(passkeys.c.credential).select_from(held).where(_live, officers.c.state == "active").limit(1)
    return (await connection.execute(found)).first() is None


async def add(connection: AsyncConnection, officer: str, made: NewPasskey, label: str) -> None:
    """Enrol it. Raises EnoughPasskeys for a third, PasskeyRefused for one that is enrolled already, for whomever."""
    await _lock(connection, officer)
    if len(await of(connection, officer)) >= MOST:
        raise EnoughPasskeys
    row = {
        "credential": made.credential,
        "officer": officer,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "backed_up": made.backed_up,
        "aaguid": made.aaguid,
        "label": label,
    }
    try:
        await connection.execute(insert(passkeys).values(row))
    except IntegrityError as error:
        raise PasskeyRefused from error


async def believe(
    connection: AsyncConnection, party: RelyingParty, asserted: Asserted, challenge: bytes, officer: str | None = None
) -> Signer:
    """Whose signature this is. Raises PasskeyRefused, also where it is not the officer's who was asked.

    The row stays locked until the caller commits: a count that goes back, the sign of a copied authenticator, is seen
    also where the copy and the original sign at the same moment.
    """
    row = await _locked(connection, asserted.credential)
    if row is None or (officer is not None and row["officer"] != officer):
        raise PasskeyRefused
    checked = party.verified(asserted, challenge, row["public_key"], row["sign_count"])
    await connection.execute(
        update(passkeys)
        .where(passkeys.c.credential == asserted.credential)
        .values(sign_count=checked.sign_count, backed_up=checked.backed_up, used_at=func.now())
    )
    return Signer(row["officer"], asserted.credential)


async def remove(connection: AsyncConnection, officer: str, credential: bytes) -> None:
    """Accept this passkey no more, nor any session begun with it. Raises LastPasskey."""
    await _lock(connection, officer)
    held = {passkey.credential for passkey in await of(connection, officer)}
    if credential not in held:
        raise PasskeyRefused
    if len(held) == 1:
        raise LastPasskey
    await _remove(connection, passkeys.c.credential == credential, officer_sessions.c.credential == credential)


async def remove_all(connection: AsyncConnection, officer: str) -> None:
    """Accept none of the officer's passkeys any more, and end every session."""
    await _lock(connection, officer)
    await _remove(connection, passkeys.c.officer == officer, officer_sessions.c.officer == officer)


async def _remove(connection: AsyncConnection, which: ColumnElement[bool], begun: ColumnElement[bool]) -> None:
    await connection.execute(update(passkeys).where(which, _live).values(removed_at=func.now()))
    alive = officer_sessions.c.ended_at.is_(None)
    await connection.execute(update(officer_sessions).where(begun, alive).values(ended_at=func.now()))


async def _lock(connection: AsyncConnection, officer: str) -> None:
    active = (officers.c.officer == officer) & (officers.c.state == "active")
    if (await connection.execute(select(officers.c.officer).where(active).with_for_update())).first() is None:
        raise NotSignedIn


async def _locked(connection: AsyncConnection, credential: bytes) -> RowMapping | None:
    held = passkeys.join(officers, officers.c.officer == passkeys.c.officer)
    statement = select(passkeys).select_from(held).where(passkeys.c.credential == credential, _live)
    active = statement.where(officers.c.state == "active")
    return (await connection.execute(active.with_for_update(of=passkeys))).mappings().one_or_none()
