"""The sealer's one connection: with its role, durable, and with the lock that makes it the only sealer.

The lock is the session's, so it ends with the connection, however that ends. A second sealer waits for it by asking
again: a statement that waited would hold back the database's clearing up.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import structlog

from ledger.recording.durability import require_durability
from ledger.sealing.actions import ActsSource
from ledger.sealing.anchor import SealingRefused
from ledger.sealing.condition import say_refused
from ledger.sealing.following import Budget
from ledger.sealing.sealer import Sealer
from ledger.tables import SEALER
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 120
"""For the largest statement there is; a database that takes longer has stopped answering."""
STANDBY_SECONDS = 1.0
_LOCK = 0x6C656466676572  # "ledger", one for each database
_SETTINGS = {"application_name": "lienthong sealing", "role": SEALER, "jit": "off"}


class AnotherSeals(Exception):
    """There is a sealer at work, and nobody waits for its end."""


@asynccontextmanager
async def opened(
    dsn: str,
    signer: Signer,
    shelf: Shelf,
    acts: ActsSource | None = None,
    *,
    budget: Budget | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[Sealer]:
    """Waits until no other sealer is at work. Raises `NotDurable`, and what asyncpg raises.

    Raises `AnotherSeals` where `stop` is set while it waits.
    """
    connection = await asyncpg.connect(
        dsn, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS, server_settings=_SETTINGS
    )
    try:
        await require_durability(connection)
        await _become_the_only_one(connection, stop or asyncio.Event())
        yield Sealer(connection, signer, shelf, acts, budget=budget, clock=clock)
    except SealingRefused as refused:
        await say_refused(connection, str(refused))
        raise
    finally:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            await connection.close(timeout=CONNECT_SECONDS)


async def seal_now(dsn: str, signer: Signer, directory: Path, acts: ActsSource | None = None) -> int:
    """Seals everything that is there; the size of the tree. For commands and tests that wait for it."""
    async with opened(dsn, signer, Shelf(directory), acts) as sealer:
        return await sealer.catch_up()


async def _become_the_only_one(connection: asyncpg.Connection, stop: asyncio.Event) -> None:
    is_waiting = False
    while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
        if not is_waiting:
            log.info("another sealer is at work; this one stands by")
            is_waiting = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), STANDBY_SECONDS)
            raise AnotherSeals
