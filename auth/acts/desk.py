"""What acts work with: the database, the names that exist, the clock. One transaction per act.

A process has one desk. `Work` is what one act holds while it is made; nothing of it is left when its transaction ends.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, Select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from auth.acts import log
from auth.acts.actors import DEMO_OFFICERS, Actor
from auth.acts.refusals import NotFound
from auth.database import engine_of
from auth.keys import KeyFiles
from auth.policy.rows import CommunesOf
from auth.scopes import Catalogue

CONNECTIONS = 4
STUCK_S = 10
"""How long a transaction may sit idle before PostgreSQL ends it: an act that hangs must not keep the others waiting."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where changes are made. `demo` allows what only demo mode allows: addresses on this machine.

    `unsigned` names demo officers for whom no passkey is asked: the command of demo mode has none to offer.
    """

    engine: AsyncEngine
    catalogue: Catalogue
    communes_of: CommunesOf
    files: KeyFiles
    demo: bool = False
    unsigned: frozenset[str] = frozenset()
    now: Callable[[], datetime] = _now

    def __post_init__(self) -> None:
        if self.unsigned and not self.demo:
            raise ValueError("only demo mode has officers without passkeys")
        if not all(name.startswith(DEMO_OFFICERS) for name in self.unsigned):
            raise ValueError(f"an officer without a passkey is named {DEMO_OFFICERS}…")

    @asynccontextmanager
    async def work(self, actor: Actor) -> AsyncIterator["Work"]:
        """One transaction; its changes and its record are committed together, at the end, or not at all."""
        async with self.engine.begin() as connection:
            await connection.execute(text(f"set local idle_in_transaction_session_timeout = '{STUCK_S}s'"))
            await log.lock(connection)
            yield Work(self, connection, actor, self.now())

    @asynccontextmanager
    async def looking(self, actor: Actor) -> AsyncIterator["Work"]:
        """The same for looking at what a change would do: nothing can be written, and nobody waits for it."""
        async with self.engine.begin() as connection:
            await connection.execute(text("set transaction isolation level repeatable read, read only"))
            yield Work(self, connection, actor, self.now())


@asynccontextmanager
async def desk_at(dsn: str, **what: Any) -> AsyncIterator[Desk]:
    """A desk at this database, with connections of its own; `what` are the other fields of `Desk`."""
    engine = engine_of(dsn, CONNECTIONS)
    try:
        yield Desk(engine, **what)
    finally:
        await engine.dispose()


@dataclass(frozen=True, slots=True)
class Work:
    """One act while it is made. Acts are made one after the other, so what is read here stays true until the end."""

    desk: Desk
    connection: AsyncConnection
    actor: Actor
    now: datetime

    async def find(self, statement: Select[Any]) -> Row[Any] | None:
        """The one row, or None."""
        found: Row[Any] | None = (await self.connection.execute(statement)).one_or_none()
        return found

    async def get(self, statement: Select[Any], what: str, *, agency: str | None = None) -> Row[Any]:
        """The one row, or `NotFound`. `agency` is the column that says whose it is: an agency sees only its own."""
        row = await self.find(statement)
        if row is None or (agency and self.actor.kind == "agency" and getattr(row, agency) != self.actor.agency):
            raise NotFound(what)
        return row


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act did, for its record and its answer. `made` are numbers and names that came to be.

    `secret`, of a link, and `code` are given to whoever made the change, once, and written down nowhere.
    """

    target: str
    before: Any = None
    after: Any = None
    made: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    secret: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made. `revision` is the policy revision to wait for (`auth.policy.acknowledgements`)."""

    act: int
    revision: int
    target: str
    made: Mapping[str, str]
    secret: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    repeated: bool = False
