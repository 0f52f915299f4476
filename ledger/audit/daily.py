"""The day's erasure as a process runs it: a connection of its own, and entries through the process's own ledger.

Whoever seals is another task or another process; here it is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg

from ledger.audit.erasure import Erased, Erasure, Keys, Tell, silence
from ledger.audit.retention import Retention
from ledger.segments.entries import AnyEvent
from ledger.tables import SEALER
from ledger.tree.leaves import canonical

POLL_SECONDS = 0.2
PATIENCE = 60.0
"""For entries to be sealed, in seconds."""
_SEALED = "select count(distinct content) from events where leaf >= $1 and content = any($2)"


STEADY_FOR = timedelta(hours=12)
LEAP = timedelta(days=60)
"""Longer than a ledger in use stands still."""
_SEALED_LAST = "select at from checkpoints where at < $1 order by size desc limit 1"


class ClockLeapt(Exception):
    """Months seem to have passed since the last seal; nothing is erased by a clock that may be wrong."""


class NotSealed(Exception):
    """What will be erased was put on record and is not sealed: nothing is erased. The next run goes on from there."""

    def __init__(self) -> None:
        super().__init__("the entries about the erasure are not sealed; does a sealing process run?")


async def erase(
    dsn: str,
    retention: Retention,
    keys: Keys,
    record: Callable[[AnyEvent], Awaitable[None]],
    now: datetime,
    tell: Tell = silence,
) -> Erased:
    """Erases what is due, and destroys keys. Raises `AnotherErases`, `NotSealed`, and what `record` raises."""
    async with _connected(dsn) as connection:

        async def sealed(events: Sequence[AnyEvent]) -> None:
            size = await connection.fetchval("select coalesce(max(size), 0) from checkpoints")
            for event in events:
                await record(event)
            await _wait(connection, size, [canonical(event).decode() for event in events])

        erasure = Erasure(connection, retention, now, tell)
        erased = await erasure.run(sealed)
        await erasure.destroy_keys(keys, sealed)
        return erased


async def require_steady_clock(dsn: str, now: datetime) -> None:
    """That this machine's clock did not just leap ahead, as one does that starts with a wrong date: it would erase all.

    A clock that has leapt is believed when the ledger was sealed under it for half a day. Raises `ClockLeapt`.
    """
    async with _connected(dsn) as connection:
        before = await connection.fetchval(_SEALED_LAST, now - STEADY_FOR)
    if before is not None and now - before > LEAP:
        raise ClockLeapt


async def rehearse(dsn: str, retention: Retention, now: datetime) -> Erased:
    """What `erase` would erase, but for keys. Changes nothing."""
    async with _connected(dsn) as connection:
        return await Erasure(connection, retention, now).rehearse()


async def _wait(connection: asyncpg.Connection, size: int, contents: Sequence[str]) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while await connection.fetchval(_SEALED, size, contents) < len(contents):  # noqa: ASYNC110 - another's work
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise NotSealed from None


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "lienthong erasure"})
    try:
        await connection.execute(f"set role {SEALER}")
        yield connection
    finally:
        await connection.close()
