"""The record of acts, for those who audit. Reading it is an act itself, recorded before the answer leaves.

So whoever reads learns first that they read: the newest entry of every first page is that of reading it.
"""

from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy import Row, Select, or_, select
from strawberry.scalars import JSON

from auth.acts.audit import ReadAudit
from auth.acts.log import verify_chain
from auth.officers.signatures import unsigned
from auth.tables import acts
from office.changes import capacities_for
from office.context import Info
from office.fields import asked_by
from office.paging import Page, after_number, page
from office.recorded import record
from office.rows import made, of, page_size, word

READERS = capacities_for("audit.read")
MOST_UNSIGNED = 100


@strawberry.type(description=acts.comment)
class Act:
    number: strawberry.ID = of(acts.c.act_id)
    actor_kind: str = of(acts.c.actor_kind)
    actor: str = of(acts.c.actor)
    act: str = of(acts.c.act)
    target: str = of(acts.c.target)
    proposed: str | None = strawberry.field(description="Of a proposal and its approval: the act that was proposed.")
    detail: JSON = of(acts.c.detail)
    evidence: JSON | None = of(acts.c.evidence)
    acted_at: datetime = of(acts.c.acted_at)
    hash: str = of(acts.c.hash, bytes.hex)


@strawberry.type(description="How far the record holds, every hash worked out again.")
class Chain:
    acts: int = strawberry.field(description="Acts that fit, from the first on.")
    head: str = strawberry.field(description="Hash of the last of them: compare it with one kept elsewhere.")
    broken_at: strawberry.ID | None = strawberry.field(description="The first act that does not fit; null: all do.")
    unsigned: list[strawberry.ID] = strawberry.field(
        description="Acts of officers that no passkey of theirs signed as they are recorded; the first hundred."
    )


@strawberry.type
class AuditQueries:
    @asked_by(*READERS)
    async def acts(
        self,
        info: Info,
        actor: str | None = None,
        act: str | None = None,
        target: str | None = None,
        first: int = 50,
        after: strawberry.ID | None = None,
    ) -> Page[Act]:
        """Acts, the latest first: of an actor, of a kind, about a target, or all. Records that it was asked.

        `act: "grant.give"` finds proposals of it and their approval, too.
        """
        page_size(first)
        asked = {name: word(given) for name, given in (("actor", actor), ("act", act), ("target", target)) if given}
        statement = after_number(_matching(asked), acts.c.act_id, after)
        await record(info.context, ReadAudit(filter=asked))
        return await page(info, statement, first, _act, acts.c.act_id)

    @asked_by(*READERS)
    async def chain(self, info: Info) -> Chain:
        """Whether the record holds together. Records that it was asked."""
        await record(info.context, ReadAudit(filter={"chain": "all"}))
        async with info.context.engine.connect() as connection:
            found = await verify_chain(connection)
            office = info.context.office
            asked = unsigned(connection, office.officers.issuer, demo=office.desk.demo)
            numbers = [number async for number in asked]
        broken = None if found.broken_at is None else strawberry.ID(str(found.broken_at))
        ids = [strawberry.ID(str(number)) for number in numbers[:MOST_UNSIGNED]]
        return Chain(acts=found.acts, head=found.head.hex(), broken_at=broken, unsigned=ids)


def _matching(asked: dict[str, str]) -> "Select[Any]":
    statement = select(acts)
    for name, value in asked.items():
        matches = acts.c[name] == value
        statement = statement.where(or_(matches, *(inner == value for inner in _INNER)) if name == "act" else matches)
    return statement


def _act(row: "Row[Any]") -> Act:
    inner = row.detail.get("change", {}).get("proposed") or {}
    after = row.detail.get("after")
    approved = after.get("made") if isinstance(after, dict) else None
    return made(Act, row, proposed=inner.get("act") or (approved.get("act") if isinstance(approved, dict) else None))


_INNER = (acts.c.detail["change"]["proposed"]["act"].astext, acts.c.detail["after"]["made"]["act"].astext)
"""Where a proposal, and its approval, say which act they are about."""
