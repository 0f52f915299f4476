"""Two invented officers, so that demo mode has a second pair of eyes; no real installation has officers so named.

They hold every role and no passkey: whoever runs the demo enrolls one for each, by links that are printed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts import log
from auth.acts.actors import DEMO_OFFICERS, Actor
from auth.acts.log import Entry
from auth.acts.officers import ALL_ROLES
from auth.database import engine_of
from auth.officers.enrolment import open_link
from auth.tables import officers, passkeys


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    officer: str
    name: str


OFFICERS = (
    DemoOfficer(f"{DEMO_OFFICERS}1", "Đỗ Thị Minh Họa"),
    DemoOfficer(f"{DEMO_OFFICERS}2", "Lý Văn Ví Dụ"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """By which an officer enrolls a passkey; `secret` is said once."""

    officer: DemoOfficer
    secret: str


async def add_officers(connection: AsyncConnection) -> None:
    """Admit them. Who is there stays as they are: a removed officer stays removed."""
    rows = [
        {"officer": each.officer, "name": each.name, "roles": list(ALL_ROLES), "opens_emergencies": True}
        for each in OFFICERS
    ]
    await connection.execute(insert(officers).on_conflict_do_nothing(), rows)


async def open_links(dsn: str) -> list[Link]:
    """A link for each demo officer who has no passkey; links of before are dead."""
    engine = engine_of(dsn, 1)
    async with engine.begin() as connection:
        await log.lock(connection)
        links = [await _open(connection, officer) for officer in await _without_passkey(connection)]
    await engine.dispose()
    return links


async def _open(connection: AsyncConnection, officer: DemoOfficer) -> Link:
    entry = Entry(Actor("system", "demo"), "officer.enrol", officer.officer, {}, datetime.now(UTC))
    await log.append(connection, entry)
    return Link(officer, await open_link(connection, officer.officer))


async def _without_passkey(connection: AsyncConnection) -> list[DemoOfficer]:
    held = exists().where(passkeys.c.officer == officers.c.officer, passkeys.c.removed_at.is_(None))
    waiting = select(officers.c.officer).where(officers.c.state == "active", ~held)
    names = set((await connection.scalars(waiting)).all())
    return [each for each in OFFICERS if each.officer in names]
