"""A page into the tables, in the transaction of its caller: by COPY, as one row at a time would cost more than sealing.

The order is that of dependence: what rows refer to has its number first. Counts are added to those that are there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from ledger.sealing.anchor import Anchored
from ledger.sealing.following import Position
from ledger.sealing.interning import Commons
from ledger.sealing.page import Page
from ledger.tables import acts, answers, events, leaves, marks, nodes, people
from ledger.tree.merkle import Node

_PEOPLE = ("leaf", "place", "subject", "reading")
_ANSWERS = (
    "leaf", "stream", "seq", "place", "request_id", "at", "outcome",
    "party", "operation",
    "case_reference", "grants_revision", "emergencies", "missing", "officer", "salt", "seed", "people", "root",
)  # fmt: skip
_ADD_DEFINITIONS = """
insert into definitions (stream, number, seq) select * from unnest($1::uuid[], $2::bigint[], $3::bigint[])
on conflict do nothing
"""
_FOLLOWED = """
insert into progress (stream, segments, hash, at) select *, $4 from unnest($1::uuid[], $2::bigint[], $3::bytea[])
on conflict (stream) do update set segments = excluded.segments, hash = excluded.hash, at = excluded.at
"""
_USED = """
insert into usage (day, party, operation, outcome, answers, people, on_trial)
select * from unnest($1::date[], $2::int[], $3::int[], $4::smallint[], $5::bigint[], $6::bigint[], $7::bigint[])
on conflict (day, party, operation, outcome) do update set
    answers = usage.answers + excluded.answers,
    people = usage.people + excluded.people,
    on_trial = usage.on_trial + excluded.on_trial
"""
_SEALED = "insert into checkpoints (size, root, at, note) values ($1, $2, $3, $4)"


async def write_page(connection: asyncpg.Connection, page: Page, commons: Commons) -> None:
    await commons.number(connection)
    await _copy(connection, answers, _rows_of_answers(page), _ANSWERS)
    await _copy(connection, people, _rows_of_people(page), _PEOPLE)
    await _copy(connection, marks, page.marks)
    await _copy(connection, events, page.events)
    await _copy(connection, acts, page.acts)
    await _copy(connection, leaves, page.leaves())
    if page.definitions:
        await connection.execute(_ADD_DEFINITIONS, *zip(*page.definitions, strict=True))
    await _count(connection, page)


async def write_nodes(connection: asyncpg.Connection, made: Iterable[Node]) -> None:
    await _copy(connection, nodes, made)


async def write_progress(connection: asyncpg.Connection, positions: Mapping[UUID, Position], at: datetime) -> None:
    if positions:
        lengths, hashes = zip(*positions.values(), strict=True)
        await connection.execute(_FOLLOWED, list(positions), lengths, hashes, at)


async def write_checkpoint(connection: asyncpg.Connection, tree: Anchored) -> None:
    await connection.execute(_SEALED, tree.frontier.size, tree.root, tree.at, tree.note)


def _rows_of_answers(page: Page) -> Iterator[tuple[object, ...]]:
    for first, party, operation, rest in page.answers:
        yield *first, party.number, operation.number, *rest


def _rows_of_people(page: Page) -> Iterator[tuple[int, int, bytes, int]]:
    for leaf, subjects, read in page.people:
        for place, (subject, reading) in enumerate(zip(subjects, read, strict=True)):
            yield leaf, place, subject, reading.number


async def _count(connection: asyncpg.Connection, page: Page) -> None:
    if page.used:
        rows = [
            (key.day, key.party.number, key.operation.number, key.outcome, n.answers, n.people, n.on_trial)
            for key, n in page.used.items()
        ]
        await connection.execute(_USED, *zip(*rows, strict=True))


async def _copy(
    connection: asyncpg.Connection, table: Table, rows: Iterable[Sequence[object]], columns: Sequence[str] = ()
) -> None:
    records = list(rows)
    if records:
        await connection.copy_records_to_table(table.name, records=records, columns=columns or table.columns.keys())
