"""`verify`: the whole ledger read once, in one snapshot, in constant memory, and nothing of it taken on trust.

Four parts, each of which names the first row that is not as it was written: the tree over the books, beside what was
signed and is kept outside; the segments, beside the books; the counts; the acts, beside the authority's record.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from ledger.audit.books import check_books
from ledger.audit.counts import check_acts, check_usage
from ledger.audit.faults import Fault, Tampered
from ledger.audit.gaps import Gaps
from ledger.audit.recorded import erasures
from ledger.audit.signed import Outside, no_history
from ledger.audit.streams import check_streams
from ledger.sealing.actions import ActsSource, ActsUnavailable
from ledger.tables import SEALER
from ledger.tree.notes import Verifier

Tell = Callable[[str, int, int], None]
"""Told what is being looked at, how many rows of it are done, and of how many."""

_SETTINGS = ("enable_sort", "enable_seqscan", "statement_timeout", "idle_in_transaction_session_timeout")
"""Rows come in the order of an index: sorting a table of a hundred million would need its size in files."""


@dataclass(slots=True)
class Report:
    """What was looked at, and the first fault of each part."""

    size: int = 0
    """Leaves of the tree that was built anew."""
    root: bytes = b""
    faults: list[Fault] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)
    """What was compared with something outside the database: how many."""
    unavailable: list[str] = field(default_factory=list)
    """What could not be compared, and why."""

    @property
    def holds(self) -> bool:
        return not self.faults


def _silence(_part: str, _done: int, _total: int) -> None:
    """Tells nobody."""


async def verify(
    dsn: str,
    log: Verifier,
    history: Callable[[], Iterator[str]] = no_history,
    acts: ActsSource | None = None,
    tell: Tell = _silence,
) -> Report:
    """`history` gives the notes kept outside. Raises asyncpg's errors where the database does not answer."""
    report = Report()
    outside = surveyed(report, history)  # before the snapshot, which may then only be ahead of it
    async with _snapshot(dsn) as connection:
        await examine(report, connection, log, outside, acts, tell)
    return report


def surveyed(report: Report, history: Callable[[], Iterator[str]]) -> Outside:
    """What is kept outside; as if nothing were, if it is at fault itself."""
    try:
        outside = Outside.at_present(history)
    except Tampered as tampered:
        report.faults.append(tampered.fault)
        return Outside.at_present(no_history)
    report.compared["checkpoints kept outside"] = outside.notes
    if not outside.notes:
        report.unavailable.append("checkpoints kept outside, as there are none: an older copy would not show")
    return outside


async def examine(
    report: Report,
    connection: asyncpg.Connection,
    log: Verifier,
    outside: Outside,
    acts: ActsSource | None = None,
    tell: Tell = _silence,
) -> None:
    """All parts, in the transaction that the connection is in."""
    for setting in _SETTINGS:
        await connection.execute(f"set local {setting} = 0")
    gaps = Gaps.of(recorded.event for recorded in await erasures(connection))
    await _part(report, _tree(report, connection, log, outside, gaps, tell))
    await _part(report, check_streams(connection, gaps, lambda done, total: tell("segments", done, total)))
    await _part(report, check_usage(connection))
    await _part(report, _acts(report, connection, acts))


async def _part(report: Report, part: Awaitable[None]) -> None:
    try:
        await part
    except Tampered as tampered:
        report.faults.append(tampered.fault)


async def _tree(
    report: Report, connection: asyncpg.Connection, log: Verifier, outside: Outside, gaps: Gaps, tell: Tell
) -> None:
    tree = await check_books(connection, log, outside, gaps, lambda done, total: tell("leaves", done, total))
    report.size, report.root = tree.size, tree.root()


async def _acts(report: Report, connection: asyncpg.Connection, source: ActsSource | None) -> None:
    if source is None:
        return
    try:
        report.compared["acts of the authority's record"] = await check_acts(connection, source)
    except ActsUnavailable:
        report.unavailable.append("the authority's record of acts, which does not answer")


@asynccontextmanager
async def _snapshot(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """One state of the database, which cannot be changed from here."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "lienthong ledger verify"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(f"set local role {SEALER}")
            yield connection
    finally:
        await connection.close()
