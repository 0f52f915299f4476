"""The record of acts: numbered without a gap, each act chained to the one before by its hash.

One advisory lock orders all acts. Whoever will write an act takes it first, before any other row is locked (`lock`),
so that two acts never wait for each other. The database refuses to change or delete a row of `acts`.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts.actors import Actor
from auth.acts.canonical import canonical
from auth.tables import acts

BEGINNING = bytes(32)
"""What stands before the first act."""
_LOCK = 0x61637473  # "acts"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written down of one act. `detail` holds JSON only, and nothing personal of citizens."""

    actor: Actor
    act: str
    target: str
    detail: dict[str, Any]
    acted_at: datetime
    evidence: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """How far the chain holds: the last good act, its hash, and the first act that does not fit, if there is one."""

    acts: int
    head: bytes
    broken_at: int | None = None


async def lock(connection: AsyncConnection) -> None:
    """Let no other act be written until this transaction ends."""
    await connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def append(connection: AsyncConnection, entry: Entry) -> int:
    """Write the act; its number."""
    await lock(connection)
    last = (
        await connection.execute(select(acts.c.act_id, acts.c.hash).order_by(acts.c.act_id.desc()).limit(1))
    ).one_or_none()
    number, prev = (1, BEGINNING) if last is None else (last.act_id + 1, last.hash)
    row = {
        "act_id": number,
        "actor_kind": entry.actor.kind,
        "actor": entry.actor.name,
        "act": entry.act,
        "target": entry.target,
        "detail": entry.detail,
        "evidence": entry.evidence,
        "acted_at": entry.acted_at,
    }
    await connection.execute(insert(acts).values({**row, "prev": prev, "hash": link(prev, row)}))
    return number


def link(prev: bytes, row: dict[str, Any]) -> bytes:
    """The hash that chains an act to the one before."""
    acted_at = row["acted_at"].astimezone(UTC)
    return hashlib.sha256(prev + canonical({**row, "acted_at": acted_at})).digest()


async def verify_chain(connection: AsyncConnection, *, first: int = 1, prev: bytes = BEGINNING) -> Verified:
    """Work every hash out again. Compare the head with one kept elsewhere: acts cut off at the end leave no trace."""
    head, expected = prev, first
    async for row in _rows(connection, first):
        said_prev, said_hash = row.pop("prev"), row.pop("hash")
        if row["act_id"] != expected or said_prev != head or said_hash != link(head, row):
            return Verified(expected - first, head, expected)
        head, expected = said_hash, expected + 1
    return Verified(expected - first, head)


async def _rows(connection: AsyncConnection, first: int) -> AsyncIterator[dict[str, Any]]:
    while True:
        statement = select(acts).where(acts.c.act_id >= first).order_by(acts.c.act_id).limit(_BATCH)
        batch = (await connection.execute(statement)).mappings().all()
        for row in batch:
            yield dict(row)
        if len(batch) < _BATCH:
            return
        first = batch[-1]["act_id"] + 1
