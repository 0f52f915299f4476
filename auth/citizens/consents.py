"""What citizens allowed portals to read: given with the fields opened, in force until a date, withdrawn at once.

A consent never grows: the fields stand in it one by one, and a wider wish is asked for anew. Withdrawing takes back
what the citizen means by it, every consent of theirs for the same portal, purpose and person, and reaches every process
as a revocation does: access tokens are refused, refresh tokens are dead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.oauth.portals import TOKENS_LIVE
from auth.tables import agencies, clients, consents, policy, purposes, refresh_tokens, revocations

LASTS = timedelta(days=90)
"""How long a consent is in force; a child's coming of age ends it earlier."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be allowed. `citizen` says so, `subject` is whose data it is: both sealed."""

    citizen: str = field(repr=False)
    subject: str = field(repr=False)
    client: str
    purpose: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as its citizen sees it. Names are Vietnamese and English."""

    number: int
    client: str
    client_name: str
    agency: tuple[str, str]
    purpose: tuple[str, str]
    scopes: tuple[str, ...]
    given_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None
    citizen: str = field(repr=False)
    """Sealed: who gave it."""
    subject: str = field(repr=False)
    """Sealed: whose data it is about."""


async def give(connection: AsyncConnection, wish: Wish, *, valid_until: datetime, language: str, shown: bytes) -> int:
    """Write a consent down; returns its number. `shown` is SHA-256 of the text that the citizen read."""
    row = {
        "citizen": wish.citizen,
        "subject": wish.subject,
        "client": wish.client,
        "purpose": wish.purpose,
        "scopes": list(wish.scopes),
        "language": language,
        "shown": shown,
        "valid_until": valid_until,
    }
    return int((await connection.execute(insert(consents).values(row).returning(consents.c.consent))).scalar_one())


async def equal_to(connection: AsyncConnection, wish: Wish) -> int | None:
    """The consent in force that says exactly this, if there is one: then nobody need be asked again."""
    found = await connection.execute(
        select(consents.c.consent)
        .where(_same(wish.citizen, wish.subject, wish.client, wish.purpose), in_force())
        .where(consents.c.scopes == list(wish.scopes))
        .order_by(consents.c.valid_until.desc())
        .limit(1)
    )
    number: int | None = found.scalar_one_or_none()
    return number


def in_force() -> ColumnElement[bool]:
    """Whether a consent counts at this moment."""
    return and_(consents.c.withdrawn_at.is_(None), consents.c.valid_until > func.now())


async def of_citizen(connection: AsyncConnection, citizen: str) -> list[Consent]:
    """Every consent that this citizen gave, or that was given about them; the latest first."""
    found = await connection.execute(
        select(
            consents, clients.c.name.label("client_name"), agencies.c.name_vi, agencies.c.name_en,
            purposes.c.title_vi, purposes.c.title_en,
        )
        .join(clients, clients.c.client == consents.c.client)
        .join(agencies, agencies.c.agency == clients.c.agency)
        .join(purposes, purposes.c.purpose == consents.c.purpose)
        .where(or_(consents.c.citizen == citizen, consents.c.subject == citizen))
        .order_by(consents.c.consent.desc())
    )  # fmt: skip
    return [
        Consent(
            number=row.consent,
            client=row.client,
            client_name=row.client_name,
            agency=(row.name_vi, row.name_en),
            purpose=(row.title_vi, row.title_en),
            scopes=tuple(row.scopes),
            given_at=row.recorded_at,
            valid_until=row.valid_until,
            withdrawn_at=row.withdrawn_at,
            citizen=row.citizen,
            subject=row.subject,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Which consents ended, and the revision of the policy at which no process takes a token of theirs."""

    numbers: tuple[int, ...]
    revision: int


async def withdraw(connection: AsyncConnection, citizen: str, number: int) -> Withdrawn | None:
    """Take back a consent that this citizen gave, or that is about them; None where there is none in force.

    The caller commits, and with that it takes effect.
    """
    found = await connection.execute(
        select(consents.c.citizen, consents.c.subject, consents.c.client, consents.c.purpose).where(
            consents.c.consent == number, or_(consents.c.citizen == citizen, consents.c.subject == citizen), in_force()
        )
    )
    row = found.one_or_none()
    if row is None:
        return None
    ended = await _end(connection, _same(row.citizen, row.subject, row.client, row.purpose))
    revision = (await connection.execute(select(policy.c.revision))).scalar_one()
    return Withdrawn(ended, int(revision)) if ended else None


async def end(connection: AsyncConnection, number: int) -> None:
    """End one consent because what it rests on has ended: its citizen no longer acts for the child."""
    await _end(connection, consents.c.consent == number)


async def _end(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[int, ...]:
    ended = await connection.execute(
        update(consents).values(withdrawn_at=func.now()).where(which, in_force()).returning(consents.c.consent)
    )
    numbers = tuple(sorted(ended.scalars()))
    if numbers:
        await _revoke(connection, numbers)
    return numbers


async def _revoke(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    rows = [{"kind": "consent", "reference": str(number), "until": func.now() + TOKENS_LIVE} for number in numbers]
    await connection.execute(insert(revocations).values(rows).on_conflict_do_nothing())
    await connection.execute(
        update(refresh_tokens)
        .values(revoked_at=func.now())
        .where(refresh_tokens.c.consent.in_(numbers), refresh_tokens.c.revoked_at.is_(None))
    )


def _same(citizen: str, subject: str, client: str, purpose: str) -> ColumnElement[bool]:
    return and_(
        consents.c.citizen == citizen,
        consents.c.subject == subject,
        consents.c.client == client,
        consents.c.purpose == purpose,
    )
