"""The sealing process: seals as long as it is let, through outages of its databases, and says when it starts and stops.

Whatever was being sealed when it dies is taken in again by the next. It may be started twice; the second stands by.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import structlog

from ledger.errors import LedgerUnreachable
from ledger.recording.durability import NotDurable
from ledger.recording.ledger import Ledger
from ledger.sealing.actions import ActsSource
from ledger.sealing.anchor import SealingRefused
from ledger.sealing.sealer import Sealer
from ledger.sealing.session import AnotherSeals, opened
from ledger.segments.keyring import KeyRing
from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf, ShelfUnusable

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
AGAIN_SECONDS = 2.0
"""After a failure."""
FAREWELL_SECONDS = 5.0
"""For sealing, at the end, what was recorded until then."""
A_DAY = 86_400.0

Daily = Callable[[Ledger], Awaitable[object]]
"""What is done each day beside sealing; events of it are recorded through the ledger given."""

_SAID = (SealingRefused, ShelfUnusable, NotDurable, LedgerUnreachable)
_OUTAGES = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The last: of a connection that was given up in the middle of something."""


@dataclass(frozen=True, slots=True)
class Works:
    """What the process works with."""

    dsn: str
    signer: Signer
    shelf: Shelf
    keys: KeyRing
    acts: ActsSource | None = None
    daily: Daily | None = None


async def keep_sealing(works: Works, stop: asyncio.Event) -> None:
    """Returns some moments after `stop` is set."""
    said = ""
    while not stop.is_set():
        try:
            await _seal(works, stop)
            return
        except AnotherSeals:
            return
        except _SAID as error:
            reason = str(error)
        except _OUTAGES as error:
            reason = type(error).__name__  # a database's message can quote what it was given
        if reason != said:
            log.error("nothing is sealed; it is tried again and again", reason=reason)
            said = reason
        await _pause(stop, AGAIN_SECONDS)


async def _seal(works: Works, stop: asyncio.Event) -> None:
    async with opened(works.dsn, works.signer, works.shelf, works.acts, stop=stop) as sealer:
        await sealer.seal()  # before a word of ours is recorded: a database that is not ours gets none
        ledger = Ledger(works.dsn, works.keys, role="sealing")
        await ledger.open()
        daily = asyncio.create_task(_each_day(works.daily, ledger), name="daily")
        try:
            await _until(stop, sealer)
        finally:
            daily.cancel()
            await asyncio.wait([daily])
            await ledger.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await sealer.catch_up()


async def _until(stop: asyncio.Event, sealer: Sealer) -> None:
    while not stop.is_set():
        if not await sealer.seal():
            await _pause(stop, POLL_SECONDS)


async def _each_day(daily: Daily | None, ledger: Ledger) -> None:
    while daily is not None:
        try:
            await daily(ledger)
        except Exception as error:  # noqa: BLE001 - sealing goes on, whatever became of it
            log.error("the daily work was not done", reason=type(error).__name__)  # noqa: TRY400 - values in it
        await asyncio.sleep(A_DAY)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
