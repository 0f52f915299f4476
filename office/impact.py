"""What a change would mean for those who ask: operations that would begin or cease to work.

Two policies are compared, that of now and that with the change (`office.edits`), for every client whose rights come out
differently: each document that its agency registered is explained under both; of each operation that it was answered in
the last 90 days the ledger keeps what it needed, which is held against both. Reach depends on values and is not judged.
Nothing is read from a register, and nothing is changed.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import strawberry
from sqlalchemy import select

from auth import clock
from auth.access.rehearsal import CannotRehearse, rehearsed
from auth.acts.change import Change
from auth.caller import Caller
from auth.policy.decided import Client
from auth.policy.snapshot import Snapshot
from auth.tables import operations
from ledger import LedgerUnreachable
from ledger.insight.days import Days, today
from ledger.insight.seen import OBSERVED_DAYS, Seen, seen
from office.context import Context
from office.edits import edited
from office.errors import Code, not_answered
from office.limits import PREVIEWS
from office.rows import fetch

MOST_CLIENTS = 200
MOST_OPERATIONS = 500  # documents explained for one preview, under each policy


@strawberry.type(description="An operation that a change would make work, or make fail.")
class Impact:
    client: strawberry.ID
    operation: strawberry.ID = strawberry.field(
        description="The documentId under which it is registered; else the name of its document in the ledger, in hex."
    )
    operation_name: str
    purpose: strawberry.ID
    before: bool = strawberry.field(description="Whether it works now.")
    after: bool = strawberry.field(description="Whether it would work with the change.")
    missing: list[str] = strawberry.field(description="What it would lack: codes, and scopes where one is missing.")
    registered: bool = strawberry.field(description="Whether its agency registered it.")
    answers: int = strawberry.field(
        description=f"How often this client was answered it for this purpose in the last {OBSERVED_DAYS} days."
    )
    last_answered: date | None = strawberry.field(description="The last of these days, in Vietnam.")


@dataclass(frozen=True, slots=True)
class _Document:
    agency: str
    document_id: str
    name: str
    text: str
    recorded_as: frozenset[str]
    """Names, in hex, under which the ledger knows it."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Both policies, and one client and purpose whose rights they say differently."""

    context: Context
    client: str
    purpose: str
    now: Snapshot
    then: Snapshot


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
    asked = await _seen(context, {client.client for client, _ in pairs})
    found: list[Impact] = []
    for client, purpose in pairs:
        compared = _Compared(context, client.client, purpose, now, then)
        own = [document for document in documents if document.agency == client.agency]
        uses = [each for each in asked if (each.agency, each.client, each.purpose) == (client.agency, *_who(compared))]
        for document in own:
            found += _of_registered(compared, document, uses)
            await asyncio.sleep(0)  # a document takes milliseconds to plan, and others wait
        found += _of_seen(compared, uses, frozenset[str]().union(*(document.recorded_as for document in own)))
    return found


def _who(compared: _Compared) -> tuple[str, str]:
    return compared.client, compared.purpose


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
    documents: list[_Document] = []
    for row in await fetch(context.engine, ordered):
        names = frozenset(context.office.recorded_as(row.text))
        documents.append(_Document(row.agency, row.document_id, row.name, row.text, names))
        await asyncio.sleep(0)
    return documents


async def _seen(context: Context, clients: Iterable[str]) -> Sequence[Seen]:
    """What these clients were answered until this day."""
    names = sorted(clients)
    if not names:
        return []
    try:
        async with context.office.books.reading() as connection:
            tomorrow = today(datetime.now(UTC)) + timedelta(days=1)
            return await seen(connection, Days.before(tomorrow, OBSERVED_DAYS + 1), names)
    except LedgerUnreachable as unreachable:
        raise not_answered(Code.DATABASE_UNAVAILABLE, "The ledger does not answer in time.") from unreachable


def _of_registered(compared: _Compared, document: _Document, uses: Sequence[Seen]) -> Iterator[Impact]:
    before, after = (_missing(compared, document, each) for each in (compared.now, compared.then))
    if bool(before) != bool(after):
        of_it = [each for each in uses if each.document in document.recorded_as]
        yield _impact(compared, (document.document_id, document.name), after, of_it, registered=True)


def _of_seen(compared: _Compared, uses: Sequence[Seen], registered: frozenset[str]) -> Iterator[Impact]:
    """Of those that nobody registered. What did not say what it needed is not judged."""
    for each in uses:
        if each.needs and each.document not in registered:
            before, after = (_lacking(compared, each, snapshot) for snapshot in (compared.now, compared.then))
            if bool(before) != bool(after):
                yield _impact(compared, (each.document, each.name or ""), after, [each], registered=False)


def _impact(
    compared: _Compared, called: tuple[str, str], after: Sequence[str], uses: Sequence[Seen], *, registered: bool
) -> Impact:
    return Impact(
        client=strawberry.ID(compared.client),
        operation=strawberry.ID(called[0]),
        operation_name=called[1],
        purpose=strawberry.ID(compared.purpose),
        before=bool(after),
        after=not after,
        missing=list(after),
        registered=registered,
        answers=sum(each.answers for each in uses),
        last_answered=max((each.last for each in uses), default=None),
    )


def _missing(compared: _Compared, document: _Document, snapshot: Snapshot) -> list[str]:
    caller = _caller(snapshot, *_who(compared))
    return ["UNAUTHENTICATED"] if caller is None else list(compared.context.office.works(document.text, {}, caller))


def _lacking(compared: _Compared, operation: Seen, snapshot: Snapshot) -> list[str]:
    caller = _caller(snapshot, *_who(compared))
    if caller is None:
        return ["UNAUTHENTICATED"]
    return [scope for scope in operation.needs if scope not in caller.rights.reach]
