"""Whatever single value of evidence is changed, in whichever row, and by as little as there is: it is found."""

import json
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, BigInteger, Column, Integer, PrimaryKeyConstraint, SmallInteger, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from ledger.tables import (
    acts,
    answers,
    checkpoints,
    events,
    leaves,
    marks,
    metadata,
    nodes,
    operations,
    parties,
    people,
    progress,
    readings,
    segments,
    usage,
)
from tests.ledger.audit.world import World

EVIDENCE = (
    acts, answers, checkpoints, events, leaves, marks, nodes, operations, parties, people, progress, readings, segments,
    usage,
)  # fmt: skip
NO_EVIDENCE = {"segments.written_at", "progress.at"}
"""Clocks of the database, for finding; `ledger.tables` says so of them."""
COLUMNS = [
    column
    for table in EVIDENCE
    for column in table.columns
    if str(column) not in NO_EVIDENCE and column.identity is None  # the database changes none of its own numbers
]
_FAR: dict[type, int] = {SmallInteger: 99, Integer: 100_000, BigInteger: 100_000}
"""Off every key that is taken."""
MICROSECOND, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
"""The time of a checkpoint is signed to the second."""


def test_every_table_is_evidence_or_is_said_to_be_none() -> None:
    assert {table.name for table in metadata.sorted_tables} - {table.name for table in EVIDENCE} == {
        "definitions",
        "sealing",
    }


@settings(max_examples=50, deadline=None)
@given(where=st.sampled_from(COLUMNS), chance=st.randoms(use_true_random=False))
async def test_owner_changes_any_value_of_any_row_and_it_is_found(
    original: World, where: Column[Any], chance: Random
) -> None:
    rows = await original.fetch(f"select ctid::text, {where.name} from {where.table.name} order by ctid")
    place, value = chance.choice(rows)
    changed = _changed(where, value, chance)

    report = await original.tampered(
        (f"update {where.table.name} set {where.name} = $1 where ctid = '{place}'", changed)
    )

    assert report.faults != [], (str(where), value, changed)


def _changed(column: Column[Any], value: Any, chance: Random) -> Any:  # noqa: PLR0911 - one line for each type
    if value is not None and column.nullable and chance.random() < 0.2:
        return None
    match value:
        case None:
            return "x" if isinstance(column.type, Text) else bytes(32 if "digest" in column.name else 16)
        case bytes():
            at = chance.randrange(len(value))
            return value[:at] + bytes((value[at] ^ 1 << chance.randrange(8),)) + value[at + 1 :]
        case int():
            return value + (_FAR[type(column.type)] if _is_key(column) else chance.choice((-1, 1)))
        case str() if isinstance(column.type, JSONB):
            return _other_json(value)
        case str():
            return chance.choice((value + "x", "x" + value, value[:-1]))
        case datetime():
            return value + (SECOND if column.table is checkpoints else MICROSECOND) * chance.choice((-1, 1))
        case date():
            return value + timedelta(days=99)
        case list():
            return value[:-1] if value and chance.random() < 0.5 else [*value, _another(column)]
    return UUID(int=int(value) ^ 1 << chance.randrange(128))


def _other_json(value: str) -> str:
    said = json.loads(value)
    if isinstance(said, list):
        return json.dumps([{**said[0], "path": "other"}, *said[1:]] if said else [{}])
    return json.dumps({**said, "subject": "parcel" if said["subject"] == "person" else "person"})


def _is_key(column: Column[Any]) -> bool:
    """Of a neighbor's key the database itself says that it is taken."""
    keys = [key for key in column.table.constraints if isinstance(key, PrimaryKeyConstraint | UniqueConstraint)]
    return any(column.name in key.columns for key in keys) or bool(column.unique)


def _another(column: Column[Any]) -> Any:
    assert isinstance(column.type, ARRAY)
    return "x" if isinstance(column.type.item_type, Text) else 7
