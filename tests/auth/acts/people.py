"""Invented people of these tests, and a desk at which they sit: what each signs is exactly what each does."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import select

from auth.acts.actors import Actor
from auth.acts.canonical import digest
from auth.acts.change import Change
from auth.acts.desk import Desk, Done, desk_at
from auth.acts.evidence import Evidence
from auth.acts.grants import GiveGrant
from auth.acts.perform import perform
from auth.acts.proposals import ApproveProposal, MakeProposal, body_digest
from auth.acts.refusals import ActRefused
from auth.acts.terms import GrantTerms
from auth.acts.widening import Widening
from auth.tables import proposals
from tests.auth.world import BORN, CATALOGUE, NAME, Installation, communes_of

AN, BINH, CHI = (Actor("officer", name) for name in ("an", "binh", "chi"))
DUNG, EM = Actor("officer", "dung"), Actor("officer", "em")
MACHINE = Actor("machine", "root")
OFFICERS = {
    "an": ["proposer"],
    "binh": ["approver"],
    "chi": ["proposer", "approver"],
    "dung": ["auditor", "operator"],
    "em": [],
}
TERMS = GrantTerms(scopes=(NAME, BORN), reach="everywhere")
GIVE = GiveGrant("G01", "security", TERMS)
WHY = "invented"


def evidence_of(actor: Actor, change: Change, **other: Any) -> Evidence:
    """What step-up hands over once the passkey's assertion was found good."""
    said = {"credential": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA"}
    made = Evidence(actor.name, digest(change), secrets.token_urlsafe(32), **said, signed_at=datetime.now(UTC))
    return type(made)(**{name: other.get(name, getattr(made, name)) for name in made.__struct_fields__})


@dataclass
class Office:
    """The desk, and short ways of doing what people do at it."""

    desk: Desk
    connection: "asyncpg.Connection[asyncpg.Record]"
    dsn: str = ""
    clock: list[timedelta] = field(default_factory=lambda: [timedelta()])

    async def does(self, actor: Actor, change: Change, **how: Any) -> Done:
        if actor.kind == "officer":
            signed_at = self.desk.now()
            how.setdefault("evidence", evidence_of(actor, change, signed_at=signed_at))
        return await perform(self.desk, actor, change, **how)

    async def proposes(self, change: Widening = GIVE, by: Actor = AN) -> int:
        return int((await self.does(by, MakeProposal(change, WHY))).made["proposal"])

    async def approves(self, proposal: int, by: Actor = BINH, **how: Any) -> Done:
        return await self.does(by, ApproveProposal(proposal, await self.body(proposal)), **how)

    async def widens(self, change: Widening = GIVE, by: Actor = AN, and_by: Actor = BINH) -> Done:
        return await self.approves(await self.proposes(change, by), and_by)

    async def gives(self, terms: GrantTerms = TERMS, agency: str = "G01") -> int:
        return int((await self.widens(GiveGrant(agency, "security", terms))).made["grant"])

    async def body(self, proposal: int) -> str:
        async with self.desk.engine.connect() as connection:
            row = (await connection.execute(select(proposals).where(proposals.c.proposal == proposal))).one()
        return body_digest(row)

    async def row(self, table: str, **where: Any) -> asyncpg.Record:
        (name, value), *_ = where.items()
        found = await self.connection.fetchrow(f"select * from {table} where {name} = $1", value)
        assert found is not None
        return found

    async def count(self, table: str) -> int:
        return int(await self.connection.fetchval(f"select count(*) from {table}"))

    def later(self, **by: float) -> None:
        """Let time pass at the desk."""
        self.clock[0] += timedelta(**by)

    def with_desk(self, **fields: Any) -> "Office":
        return replace(self, desk=replace(self.desk, **fields))


@asynccontextmanager
async def office_beside(here: Installation) -> AsyncIterator[Office]:
    """The officers of a running installation, whose policy follows what they do."""
    for officer, roles in OFFICERS.items():
        await here.insert("officers", officer=officer, name=officer, roles=roles)
    what = {"catalogue": CATALOGUE, "communes_of": communes_of, "files": here.files}
    async with desk_at(here.dsn, **what) as desk:
        yield Office(desk, here.connection)


async def raced(why: type[ActRefused], *doing: Awaitable[Done]) -> Done:
    """What the one winner got of all that is asked at once; all others are refused for exactly this."""
    results = await asyncio.gather(*doing, return_exceptions=True)
    (won,) = [one for one in results if isinstance(one, Done)]
    assert [type(one) for one in results if one is not won] == [why] * (len(results) - 1)
    return won


async def refused(doing: Awaitable[Any], why: type[ActRefused]) -> ActRefused:
    """The refusal of exactly this kind that comes of it."""
    with pytest.raises(ActRefused) as caught:
        await doing
    assert type(caught.value) is why, caught.value
    return caught.value
