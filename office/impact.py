"""What a change would mean for those who ask: registered operations that would begin or cease to work.

Two policies are compared, that of now and that with the change (`office.edits`), for every client whose rights come out
differently: each document that its agency registered is explained under both. Nothing is read from a register, and
nothing is changed. Operations that nobody registered are not known here.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import strawberry
from sqlalchemy import select

from auth import clock
from auth.access.rehearsal import CannotRehearse, rehearsed
from auth.acts.change import Change
from auth.caller import Caller
from auth.policy.decided import Client
from auth.policy.snapshot import Snapshot
from auth.tables import operations
from office.context import Context
from office.edits import edited
from office.errors import Code, not_answered
from office.limits import PREVIEWS
from office.rows import fetch

MOST_CLIENTS = 200
MOST_OPERATIONS = 500  # documents explained for one preview, under each policy


@strawberry.type(description="A registered operation that a change would make work, or make fail.")
class Impact:
    client: strawberry.ID
    operation: strawberry.ID = strawberry.field(description="The documentId under which it is registered.")
    operation_name: str
    purpose: strawberry.ID
    before: bool = strawberry.field(description="Whether it works now.")
    after: bool = strawberry.field(description="Whether it would work with the change.")
    missing: list[str] = strawberry.field(description="What it would lack: codes, and scopes where one is missing.")


@dataclass(frozen=True, slots=True)
class _Document:
    agency: str
    document_id: str
    name: str
    text: str


async def impact(context: Context, change: Change) -> list[Impact]:
    """What this change would alter, if it were made now. Raises GrantsUnconfirmed; LIMIT_EXCEEDED for a second time."""
    context.previews += 1
    if context.previews > PREVIEWS:
        message = f"A request may look ahead {PREVIEWS} time; ask for one preview after the other."
        raise not_answered(Code.LIMIT_EXCEEDED, message, limit="previews", most=PREVIEWS)
    async with context.office.previewing:
        return await _foreseen(context, change)


async def _foreseen(context: Context, change: Change) -> list[Impact]:
    now = context.office.snapshot()
    then = (await edited(context, now.policy, change)).at(clock.wall())
    mine = context.visitor.agency
    pairs = [pair for pair in _concerned(now, then) if mine in {None, pair[0].agency}][:MOST_CLIENTS]
    documents = await _registered(context, {client.agency for client, _ in pairs})
    found: list[Impact] = []
    for client, purpose in pairs:
        for document in documents:
            if document.agency == client.agency:
                found += _compared(context, document, client.client, purpose, now, then)
                await asyncio.sleep(0)  # a document takes milliseconds to plan, and others wait
    return found


def _concerned(now: Snapshot, then: Snapshot) -> Iterator[tuple[Client, str]]:
    """Clients and purposes whose rights come out differently."""
    for name in sorted({*now.clients, *then.clients}):
        client = then.clients.get(name) or now.clients[name]
        purposes = {grant.purpose for each in (now, then) for grant in each.grants.get(client.agency, ())}
        for purpose in sorted(purposes):
            one, other = _caller(now, name, purpose), _caller(then, name, purpose)
            if one is None or other is None or not one.rights.equals(other.rights):
                yield client, purpose


def _caller(snapshot: Snapshot, client: str, purpose: str) -> Caller | None:
    try:
        return rehearsed(snapshot, client, purpose)
    except CannotRehearse:
        return None


async def _registered(context: Context, agencies: Iterable[str]) -> list[_Document]:
    live = select(operations.c.agency, operations.c.document_id, operations.c.name, operations.c.text)
    live = live.where(operations.c.withdrawn_at.is_(None), operations.c.agency.in_(sorted(agencies)))
    ordered = live.order_by(operations.c.agency, operations.c.document_id).limit(MOST_OPERATIONS)
    return [_Document(row.agency, row.document_id, row.name, row.text) for row in await fetch(context.engine, ordered)]


def _compared(
    context: Context, document: _Document, client: str, purpose: str, now: Snapshot, then: Snapshot
) -> Iterator[Impact]:
    before, after = (_missing(context, document, each, client, purpose) for each in (now, then))
    if bool(before) != bool(after):
        yield Impact(
            client=strawberry.ID(client),
            operation=strawberry.ID(document.document_id),
            operation_name=document.name,
            purpose=strawberry.ID(purpose),
            before=not before,
            after=not after,
            missing=list(after),
        )


def _missing(context: Context, document: _Document, snapshot: Snapshot, client: str, purpose: str) -> list[str]:
    caller = _caller(snapshot, client, purpose)
    return ["UNAUTHENTICATED"] if caller is None else list(context.office.works(document.text, {}, caller))
