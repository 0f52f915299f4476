"""A ledger in which everything has happened that can: recorded by two processes, sealed in several goes, kept outside.

People are invented: `pin(1)`, `pin(2)` …
"""

import hashlib
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from ledger import KeyRing, Ledger, Outcome, Step, Way
from ledger.audit.verify import Report, examine, surveyed, verify
from ledger.sealing import opened
from ledger.segments.entries import Marked
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf
from tests.ledger.desk import pin
from tests.ledger.keys import Drawer

PROFILE = (
    Step("citizen", ("Citizen.fullName",), Way.OPENED, ("Citizen.pin",)),
    Step("citizen.household.members", ("Citizen.fullName", "Citizen.dateOfBirth"), Way.REACHED),
)
LIST = (Step("residents", ("Citizen.fullName",), Way.LISTED, ("Residence.communeCode",)),)
ORIGIN = "lienthong.example/ledger"
PURPOSES = ("civil-registration", "tax")


@dataclass
class Acts:
    """The authority's record."""

    acts: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, number: int) -> None:
        for _ in range(number):
            self.acts.append((len(self.acts) + 1, hashlib.sha256(str(len(self.acts)).encode()).digest()))

    async def after(self, number: int, limit: int) -> Sequence[tuple[int, bytes]]:
        return [act for act in self.acts if act[0] > number][:limit]


@dataclass
class World:
    dsn: str
    drawer: Drawer
    pem: bytes
    outside: Path
    acts: Acts = field(default_factory=Acts)
    ahead: timedelta = timedelta(0)
    """By how much the sealer's clock is ahead of ours."""

    @property
    def signer(self) -> Signer:
        return Signer(ORIGIN, self.pem)

    async def seal(self) -> int:
        def clock() -> datetime:
            return datetime.now(UTC) + self.ahead

        async with opened(self.dsn, self.signer, Shelf(self.outside), self.acts, clock=clock) as sealer:
            return await sealer.catch_up()

    async def verify(self) -> Report:
        return await verify(self.dsn, self.signer.verifier, self.history, self.acts)

    async def tampered(self, *statements: str | tuple[Any, ...]) -> Report:
        """What `verify` says of the database after the owner did this to it, past every trigger; it is undone again."""
        report = Report()
        outside = surveyed(report, self.history)
        connection = await asyncpg.connect(self.dsn)
        changes = connection.transaction(isolation="repeatable_read")
        await changes.start()
        try:
            await connection.execute("set local session_replication_role = replica")
            for statement in statements:
                await connection.execute(*([statement] if isinstance(statement, str) else statement))
            await examine(report, connection, self.signer.verifier, outside, self.acts)
        finally:
            await changes.rollback()
            await connection.close()
        return report

    def history(self) -> Iterator[str]:
        return Shelf(self.outside).history()

    def copied(self, dsn: str, outside: Path) -> "World":
        """The same, with copies of all that changes; of the database it is made already."""
        shutil.copytree(self.outside, outside)
        drawer = Drawer()
        drawer.keys |= self.drawer.keys
        return replace(self, dsn=dsn, outside=outside, drawer=drawer, acts=Acts([*self.acts.acts]))

    @property
    def keys(self) -> KeyRing:
        return KeyRing(self.drawer)

    @asynccontextmanager
    async def ledger(self) -> AsyncIterator[Ledger]:
        ledger = Ledger(self.dsn, self.keys)
        await ledger.open()
        try:
            yield ledger
        finally:
            await ledger.close()

    async def execute(self, *statements: str) -> None:
        """As the owner of the database, whom no trigger stops."""
        connection = await asyncpg.connect(self.dsn, server_settings={"session_replication_role": "replica"})
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def fetch(self, statement: str, *given: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return await connection.fetch(statement, *given)
        finally:
            await connection.close()


async def fill(world: World, answers: int = 40) -> None:
    """A process's day: profiles for two purposes, a list, refusals, a citizen at a portal, marks."""
    async with world.ledger() as ledger:
        profile = ledger.operation(document=bytes(16), name="Profile", steps=PROFILE, needs=["identity:x:read"])
        listed = ledger.operation(document=bytes([1] * 16), name=None, steps=LIST)
        desks = [
            ledger.recipient(agency="G01", client="desk", grants_revision=7, purpose=purpose, legal_basis="Law 26/2023")
            for purpose in PURPOSES
        ]
        portal = ledger.recipient(
            agency="G02",
            client="portal",
            grants_revision=7,
            purpose=PURPOSES[0],
            case_reference="HS-1",
            on_behalf_of=pin(1),
            representative=pin(2),
            through=("gateway",),
            emergencies=(4,),
        )
        nobody = ledger.recipient(agency="G03", client="careless", grants_revision=7)
        for number in range(answers):
            looked_at = [(0, [pin(number)]), (1, [pin(number), pin(number + 1)])]
            said = ledger.new_request_id(), desks[number % 2], profile, Outcome.GRANTED, looked_at
            ledger.record(*said, officer=f"officer-{number}" if number % 3 else None)
        await ledger.record(ledger.new_request_id(), portal, profile, Outcome.GRANTED, [(1, [pin(3), pin(1)])])
        many = [pin(number) for number in range(30)]
        lost, at = ledger.new_request_id(), time.time_ns() // 1_000
        await ledger.record(lost, desks[1], listed, Outcome.GRANTED, [(0, many)], ["identity:x:read"], at=at)
        await ledger.record(ledger.new_request_id(), nobody, profile, Outcome.REFUSED, missing=["PURPOSE_REQUIRED"])
        ledger.withheld(lost, at, Marked.CLIENT_LEFT)
        ledger.not_found(lost, at, (3, 5))
        await ledger.record(ledger.new_request_id(), portal, listed, Outcome.NO_HIT)
