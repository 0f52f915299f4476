"""Of `lienthong ledger`: whether everything is as it was recorded, and erasing what is kept long enough."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from commands.acts_source import acts_of
from commands.asking import Json, err, installed, out
from commands.ledger_checkpoints import log_key_of
from installation.databases import connect, database_url, databases_of
from installation.errors import Refusal
from installation.home import KeyFolder
from installation.settings import Settings

if TYPE_CHECKING:
    from ledger.audit.erasure import Erased
    from ledger.audit.retention import Retention
    from ledger.audit.verify import Report, Tell
    from ledger.recording.ledger import Ledger

_PURPOSES = "select purpose, retention_months from purposes"


def verify(*, as_json: Json = False) -> None:
    """Read the whole ledger, build the tree anew, and name the first row of each part that is not as it was written.

    Ends with 1 where something is not. Compares with the checkpoints kept outside and with the authority's acts.
    """
    settings = installed()
    began = time.monotonic()
    with _bar(shown=not as_json) as tell:
        report = asyncio.run(_verified(settings, tell))
    seconds = time.monotonic() - began
    if as_json:
        out.print_json(json.dumps(_as_json(report, seconds)))
    else:
        for line in _lines(report, seconds):
            out.print(line, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(0 if report.holds else 1)


def erase(
    *,
    rehearsal: Annotated[bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Erase what its purpose lets nobody keep any longer; the sealing process does so daily. It must be running."""
    erased = asyncio.run(_erased(installed(), rehearsal=rehearsal))
    if as_json:
        told = {"people": {purpose or "": count for purpose, count in erased.people.items()}}
        out.print_json(json.dumps({**told, "segments": erased.segments, "keys": erased.keys, "odd": erased.odd}))
        return
    for purpose, count in erased.people.items():
        out.print(f"{count:,} persons read for {purpose or 'no purpose'}", highlight=False, markup=False)
    if erased.people or erased.segments or erased.keys:
        would = "Would erase these" if rehearsal else "Erased these"
        out.print(f"{would}, with {erased.segments:,} segments and {len(erased.keys)} keys.", highlight=False)
    else:
        out.print("Nothing is due.", highlight=False)
    if erased.odd:
        out.print(f"Left, as they are not what was sealed: the answers at leaves {erased.odd}.", highlight=False)


async def erase_daily(settings: Settings, ledger: "Ledger") -> None:
    """What the sealing process does each day."""
    from ledger.audit.daily import erase, require_steady_clock
    from ledger.segments.keyring import KeyRing

    keys, now = KeyRing(KeyFolder(settings.home)), datetime.now(UTC)
    dsn, retention = database_url(settings, "ledger"), await _retention(settings)
    await require_steady_clock(dsn, now)
    await erase(dsn, retention, keys, ledger.record_event, now)


def knows_retention(settings: Settings) -> bool:
    """Whether the list of purposes is reached from here; a ministry's subgraph has it only where it is told."""
    return "auth" in databases_of(settings) or settings.auth_database_url is not None


async def _verified(settings: Settings, tell: "Tell") -> "Report":
    from ledger.audit.verify import verify
    from ledger.tree.shelf import Shelf, ShelfUnusable

    acts = acts_of(settings)
    history = Shelf(settings.checkpoint_shelf).history
    await (await connect(database_url(settings, "ledger"))).close()  # says in one line why it cannot be reached
    try:
        return await verify(database_url(settings, "ledger"), log_key_of(settings), history, acts, tell)
    except ShelfUnusable as unusable:
        raise Refusal(f"The checkpoints kept outside cannot be read: {unusable}.") from None
    finally:
        if acts is not None:
            await acts.close()


async def _erased(settings: Settings, *, rehearsal: bool) -> "Erased":
    from ledger.audit.daily import NotSealed, erase, rehearse
    from ledger.audit.erasure import AnotherErases
    from ledger.recording.ledger import Ledger
    from ledger.segments.keyring import KeyRing

    dsn, retention, now = database_url(settings, "ledger"), await _retention(settings), datetime.now(UTC)
    if rehearsal:
        return await rehearse(dsn, retention, now)
    keys = KeyRing(KeyFolder(settings.home))
    ledger = Ledger(dsn, keys, role="erasing")
    await ledger.open()
    try:
        return await erase(dsn, retention, keys, ledger.record_event, now)
    except NotSealed as refused:
        raise Refusal(f"Nothing is erased: {refused}") from None
    except AnotherErases:
        raise Refusal("Another process is erasing at this moment.") from None
    finally:
        await ledger.close()


async def _retention(settings: Settings) -> "Retention":
    from ledger.audit.retention import Retention

    if not knows_retention(settings):
        raise Refusal(
            "For how long a purpose lets readings be kept, the authority says: erase where its database is reached,"
            " with LIENTHONG_AUTH_DATABASE_URL set."
        )
    connection = await connect(database_url(settings, "auth"))
    try:
        return Retention({row["purpose"]: row["retention_months"] for row in await connection.fetch(_PURPOSES)})
    finally:
        await connection.close()


def _as_json(report: "Report", seconds: float) -> dict[str, object]:
    faults = [
        {"what": fault.what, "table": fault.table, "row": dict(fault.row), "reason": fault.reason}
        for fault in report.faults
    ]
    return {
        "holds": report.holds,
        "leaves": report.size,
        "root": report.root.hex(),
        "faults": faults,
        "compared": report.compared,
        "unavailable": report.unavailable,
        "seconds": round(seconds, 3),
    }


def _lines(report: "Report", seconds: float) -> Iterator[str]:
    for fault in report.faults:
        yield f"NOT AS IT WAS WRITTEN. {fault}."
    for what, count in report.compared.items():
        yield f"Compared with {count:,} {what}."
    for what in report.unavailable:
        yield f"Not compared with {what}."
    if report.holds:
        yield f"{report.size:,} leaves hold together in {seconds:.1f} s; root {report.root.hex()}"


@contextmanager
def _bar(*, shown: bool) -> Iterator["Tell"]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not (shown and err.is_terminal)) as progress:
        tasks = {part: progress.add_task(part, total=None) for part in ("leaves", "segments")}
        yield lambda part, done, total: progress.update(tasks[part], completed=done, total=total)
