"""What `lienthong migrate`, `partition`, `seed`, `serve` and `run` do: each for the databases of its shape."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from functools import partial
from socket import socket
from typing import TYPE_CHECKING
from uuid import uuid4

from installation import databases
from installation.errors import DatabaseAway, Refusal, SettingsInvalid
from installation.home import KeyFolder, key_file
from installation.memory import memory_file
from installation.settings import Settings

if TYPE_CHECKING:
    from migrations.condition import Finding

Tell = Callable[[str], None]


def have_database(settings: Settings, tell: Tell) -> None:
    """The PostgreSQL that is ours, if it is used, runs."""
    if databases.uses_embedded(settings):
        databases.embedded(settings).start(tell)


def migrate(settings: Settings, tell: Tell) -> None:
    """Bring the databases to this version."""
    from migrations.run import migrate as run_migrations

    asyncio.run(run_migrations(settings, tell))


def partition(settings: Settings, register: str, parts: int, tell: Tell) -> None:
    """Move the tables of a register into so many parts."""
    from migrations.partition import partition as move

    asyncio.run(move(settings, register, parts, tell))


def seed(settings: Settings, citizens: int, number: int, tell: Tell, *, force: bool, progress: bool) -> None:
    """Invent a nation, as far as it stands in the registers that are here."""
    from migrations.run import check_current
    from synthetic.seed import CannotSeed, Report, seed

    registers = databases.registers_of(settings)
    if not registers:
        raise Refusal("The authority has no register to fill; `lienthong seed --domain NAME` fills a ministry's.")

    async def invent() -> Report:
        await check_current(settings, registers)
        urls = {name: databases.database_url(settings, name) for name in registers}
        return await seed(urls, citizens, number, force=force, progress=progress)

    try:
        report = asyncio.run(invent())
    except (CannotSeed, ValueError) as refused:
        raise Refusal(str(refused)) from None
    tell(
        f"Invented {report.citizens:,} citizens with {report.total:,} rows"
        f" in {report.seconds:.1f} s, {report.rows_per_second:,} rows/s"
    )


def nobody_there(settings: Settings) -> bool:
    """Whether a nation may be invented: there are registers, and nobody in them."""
    from synthetic.seed import CannotSeed, filled_last, is_empty

    try:
        last = filled_last(databases.registers_of(settings))
    except CannotSeed:
        return False
    return asyncio.run(is_empty(last, databases.database_url(settings, last)))


def check(settings: Settings, tell: Tell) -> None:
    """Refuse to serve what cannot be served well; have the demo agencies registered in demo mode, and only there.

    A register among others where nobody answers is no reason: the others are served, and it once it is back.
    """
    from migrations.run import check_current

    _check_addresses(settings)

    async def checks() -> None:
        away = await _away(settings, tell)
        await check_current(settings, [name for name in databases.databases_of(settings) if name not in away])
        await databases.check_room(settings, away)
        if settings.is_of_one_register:
            from shapes.policy import ask_once

            await ask_once(settings)
        else:
            await check_together(settings)
            await check_keys(settings)
            await _check_agencies(settings)

    asyncio.run(checks())


async def check_keys(settings: Settings) -> None:
    """Refuse to serve with other keys than machines that serve with the same databases."""
    from auth.database import OUTAGES
    from auth.shared_keys import OtherKeys, agree
    from commands.shared_keys import shared_keys

    authority = databases.database_url(settings, "auth")
    try:
        await agree(authority, shared_keys(settings.home), KeyFolder(settings.home).names())
    except OtherKeys as other:
        raise Refusal(str(other)) from None
    except OUTAGES:
        raise Refusal("The authority's database does not say which keys its machines have.") from None


async def check_together(settings: Settings) -> None:
    """Refuse to serve beside a host that remembers proofs elsewhere. A process that serves looks again by itself."""
    from auth.access.seen import SeenProofs
    from auth.access.together import SeenTogether
    from auth.policy import acknowledgements

    place = SeenTogether.place
    if settings.proofs == "host":
        seen = SeenProofs(memory_file(settings.home, "proofs.db"))
        place = seen.place
        await seen.close()
    connection = await databases.connect(databases.database_url(settings, "auth"))
    try:
        await acknowledgements.check_together(connection, uuid4(), place)
    except acknowledgements.ProofsApart as apart:
        raise Refusal(str(apart)) from None
    finally:
        await connection.close()


async def _away(settings: Settings, tell: Tell) -> frozenset[str]:
    """The registers where nobody answers. Raises DatabaseUnreachable where none does, or one does not let us in."""
    away: dict[str, DatabaseAway] = {}
    for name in databases.registers_of(settings):
        try:
            await (await databases.connect(databases.database_url(settings, name))).close()
        except DatabaseAway as silent:
            away[name] = silent
    if away and len(away) == len(databases.registers_of(settings)):
        raise next(iter(away.values()))
    for name, reason in away.items():
        tell(f"The register {name} is served once it is back. {reason}")
    return frozenset(away)


async def findings(settings: Settings) -> AsyncIterator["Finding"]:
    """What of the installation works; of a ministry's subgraph also whether its authority knows it."""
    from migrations.condition import Finding, findings

    async for finding in findings(settings):
        yield finding
    if settings.is_of_one_register:
        from shapes.policy import ask_once

        try:
            _check_addresses(settings)
            await ask_once(settings)
        except Refusal as refusal:
            yield Finding(healthy=False, line=str(refusal))
        else:
            told = f"The authority {settings.issuer} tells {settings.subgraph_client} what is granted"
            yield Finding(healthy=True, line=told)


def serve(settings: Settings, listening: socket, tell: Tell) -> None:
    """Serve until told to end, with the sealing process beside."""
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from asgi import SERVED, believed
    from commands.beside import sealing

    config = uvicorn.Config("asgi:create_app", factory=True, workers=settings.processes, **SERVED | believed(settings))
    server = uvicorn.Server(config)
    tell(f"{_what(settings)} on {settings.host}, port {settings.port} (stop with Ctrl-C)")
    with sealing() if settings.sealing else nullcontext():
        if settings.processes > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            server.run(sockets=[listening])
    if not server.started and settings.processes == 1:
        raise Refusal("The server did not start.")


def _what(settings: Settings) -> str:
    match settings.shape:
        case "whole":
            return f"Liên thông serves {settings.issuer}"
        case "authority":
            return f"Liên thông serves the authority {settings.issuer}, without registers,"
        case _:
            return f"Liên thông serves the register {settings.domain} under the authority {settings.issuer}"


def _check_addresses(settings: Settings) -> None:
    if settings.is_of_one_register:
        told = (settings.issuer, settings.address, settings.subgraph_client)
        if not all(told):
            raise SettingsInvalid(
                "A subgraph needs LIENTHONG_ISSUER (the authority's URL), LIENTHONG_ADDRESS (its own) and"
                " LIENTHONG_SUBGRAPH_CLIENT (the client as which the authority knows it)."
            )
    elif not settings.issuer:
        raise SettingsInvalid("LIENTHONG_ISSUER must name the https URL that callers reach this installation by.")


async def _check_agencies(settings: Settings) -> None:
    from auth.demo.install import DemoClientsPresent, install_demo, refuse_demo

    authority = databases.database_url(settings, "auth")
    try:
        if settings.mode == "demo":
            await install_demo(authority, partial(key_file, settings.home))
        else:
            await refuse_demo(authority)
    except DemoClientsPresent as present:
        raise Refusal(str(present)) from None
