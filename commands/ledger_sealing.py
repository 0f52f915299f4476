"""`lienthong ledger seal`: the sealing process, which a server starts beside itself, or an operator elsewhere."""

import asyncio
import os
import signal
import sys
from functools import partial
from typing import Annotated

import typer

from commands.acts_source import acts_of
from commands.asking import installed, ledger_of, out
from commands.ledger_audit import erase_daily, knows_retention
from installation.databases import database_url
from installation.errors import Refusal
from installation.home import KeyFolder, key_file
from installation.settings import Settings, load
from ledger.segments.keyring import KeyRing
from ledger.tree.notes import KEY_FILE, Signer
from ledger.tree.shelf import Shelf, ShelfUnusable


def seal(
    *,
    once: Annotated[bool, typer.Option("--once", help="Seal what there is, and end.")] = False,
    beside: Annotated[bool, typer.Option("--beside", hidden=True, help="End with standard input.")] = False,
) -> None:
    """Seal what is recorded: books, tree, signed checkpoints. Goes on until it is stopped; a second one stands by."""
    settings = load() if beside else installed()
    if once:
        out.print(f"The tree has {asyncio.run(_once(settings))} leaves.", highlight=False)
    else:
        asyncio.run(_on_and_on(settings, beside=beside))


async def _once(settings: Settings) -> int:
    from ledger.sealing import SealingRefused, seal_now

    acts = acts_of(settings)
    try:
        return await seal_now(database_url(settings, "ledger"), _signer(settings), settings.checkpoint_shelf, acts)
    except (SealingRefused, ShelfUnusable) as refused:
        raise Refusal(f"Nothing is sealed: {refused}.") from None
    finally:
        if acts is not None:
            await acts.close()


async def _on_and_on(settings: Settings, *, beside: bool) -> None:
    from ledger.sealing import Works, keep_sealing

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGINT, signal.SIGTERM):
        # A terminal's Ctrl-C and a supervisor's end go to both; the server, still recording, ends its companion itself.
        loop.add_signal_handler(asked, (lambda: None) if beside else stop.set)
    if beside:
        loop.add_reader(sys.stdin.fileno(), partial(_stop_at_end, stop))
    acts = acts_of(settings)
    works = Works(
        database_url(settings, "ledger"),
        _signer(settings),
        Shelf(settings.checkpoint_shelf),
        KeyRing(KeyFolder(settings.home)),
        acts,
        partial(erase_daily, settings) if knows_retention(settings) else None,
    )
    try:
        await keep_sealing(works, stop)
    finally:
        if acts is not None:
            await acts.close()


def _stop_at_end(stop: asyncio.Event) -> None:
    """The server holds the other end; it is gone, however it went, when there is nothing to read any more."""
    if not os.read(sys.stdin.fileno(), 1):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def _signer(settings: Settings) -> Signer:
    return Signer(ledger_of(settings), key_file(settings.home, KEY_FILE, Signer.new_key))
