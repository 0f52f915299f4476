"""The command `lienthong`: what a person at a keyboard can ask for.

The only module that knows typer. Each command reads the settings, calls plain functions of the other packages, and says
what happened in one line; a traceback is shown only where it was asked for.
"""

import asyncio
import sys
from pathlib import Path
from socket import socket
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from installation import databases
from installation.errors import Refusal, SettingsInvalid
from installation.listening import listen
from installation.postgres import Postgres
from installation.settings import Settings, describe, load

HELP = """One graph over national registers: scopes decide who reads which field, and every reading is on record.

Settings are environment variables LIENTHONG_*; `lienthong doctor` prints them."""

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
)
database = typer.Typer(help="The PostgreSQL that is started for you where no URL names another.", no_args_is_help=True)
app.add_typer(database, name="database")

out = Console()
err = Console(stderr=True)


def main() -> NoReturn:
    """Run the command; end with one line instead of a traceback."""
    traceback = "--traceback" in sys.argv
    if traceback:
        sys.argv.remove("--traceback")
    try:
        app()
    except Refusal as refusal:
        if traceback:
            raise
        _end(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if traceback:
            raise
        _end(f"Something unexpected happened ({_where(error)}). Add --traceback to see more.")
    sys.exit(0)


@app.command()
def migrate() -> None:
    """Create missing databases and bring all to this version. Safe to repeat, and from two processes at once."""
    settings = load()
    _have_database(settings)
    _migrate(settings)
    tell("All databases are of this version")


@app.command()
def serve() -> None:
    """Serve the graph on LIENTHONG_HOST and LIENTHONG_PORT, from databases that are migrated."""
    settings = load()
    listening = listen(settings.host, settings.port)
    _have_database(settings)
    _check(settings)
    _serve(settings, listening)


@app.command()
def run() -> None:
    """Everything at once, for demo mode: migrate, invent a nation if there is none, and serve."""
    settings = load()
    if settings.mode != "demo":
        raise Refusal("`lienthong run` invents a nation and demo agencies: set LIENTHONG_MODE=demo, or use `serve`.")
    listening = listen(settings.host, settings.port)
    _have_database(settings)
    _migrate(settings)
    _check(settings)
    _serve(settings, listening)


@app.command()
def doctor() -> None:
    """Print the settings, without secrets, and what of the installation works."""
    settings = load()
    table = Table("Setting", "Value", box=None)
    for name, value in describe(settings).items():
        table.add_row(name, value)
    out.print(table, "")
    findings = asyncio.run(_examine(settings))
    for healthy, line in findings:
        out.print("[green]ok[/] " if healthy else "[red]no[/] ", line, sep="", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if all(healthy for healthy, _ in findings) else 1)


@database.command("start")
def start_database() -> None:
    """Start it, if it is not running."""
    server = _embedded(load())
    server.start(tell)
    tell(f"PostgreSQL runs as process {server.pid()} in {server.cluster.directory}")


@database.command("stop")
def stop_database() -> None:
    """Stop it; the data stays."""
    tell("PostgreSQL is stopped" if _embedded(load()).stop() else "PostgreSQL was not running")


@database.command("url")
def url_of_database(
    name: Annotated[str, typer.Argument(help=f"One of {', '.join(databases.DATABASES)}.")] = "identity",
) -> None:
    """Print the URL of one database, for psql and the like."""
    if name not in databases.DATABASES:
        raise Refusal(f"There is no database {name!r}; there are {', '.join(databases.DATABASES)}.")
    out.print(databases.database_url(load(), name), soft_wrap=True, highlight=False)


def tell(line: str) -> None:
    """Say what is going on, beside the output."""
    err.print(line, highlight=False, soft_wrap=True)


def _end(line: str) -> NoReturn:
    tell(line)
    sys.exit(1)


def _where(error: Exception) -> str:
    """The kind of an error and the place in our code; its text may hold values and is not shown."""
    trace, place = error.__traceback__, "?"
    here = Path(__file__).parent
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(here) and "site-packages" not in file.parts:
            place = f"{file.relative_to(here)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def _embedded(settings: Settings) -> Postgres:
    if not databases.uses_embedded(settings):
        raise Refusal("Every database has a URL in the settings; there is no PostgreSQL of ours.")
    return databases.embedded(settings)


def _have_database(settings: Settings) -> None:
    if databases.uses_embedded(settings):
        databases.embedded(settings).start(tell)


def _migrate(settings: Settings) -> None:
    from migrations.run import migrate as run_migrations

    asyncio.run(run_migrations(settings, tell))


def _check(settings: Settings) -> None:
    """Refuse to serve what cannot be served well."""
    from auth.demo import DemoClientsPresent, refuse_demo
    from migrations.run import check_current

    async def checks() -> None:
        await check_current(settings)
        await databases.check_room(settings)
        if settings.mode == "production":
            await refuse_demo(databases.database_url(settings, "auth"))

    if not settings.issuer:
        raise SettingsInvalid("LIENTHONG_ISSUER must name the https URL that callers reach this installation by.")
    try:
        asyncio.run(checks())
    except DemoClientsPresent as present:
        raise Refusal(str(present)) from None


def _serve(settings: Settings, listening: socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        "asgi:create_app", factory=True, workers=settings.processes, loop="uvloop", http="httptools", ws="none",
        lifespan="on", timeout_graceful_shutdown=10, log_level="warning", access_log=False, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    tell(f"Liên thông serves on http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    if settings.processes > 1:
        Multiprocess(config, sockets=[listening]).run()
    else:
        server.run(sockets=[listening])
    if not server.started and settings.processes == 1:
        raise Refusal("The server did not start.")


async def _examine(settings: Settings) -> list[tuple[bool, str]]:
    """What works, one line each."""
    from migrations.run import revision_of
    from migrations.scripts import head

    findings = []
    if databases.uses_embedded(settings):
        server = databases.embedded(settings)
        running = server.pid()
        state = f"runs as process {running}" if running else "is not running: `lienthong database start`"
        findings.append((running is not None, f"PostgreSQL in {server.cluster.directory} {state}"))
    for name in databases.DATABASES:
        try:
            found = await revision_of(settings, name)
        except Refusal as refusal:
            findings.append((False, str(refusal)))
        else:
            current = "current" if found == head(name) else "run `lienthong migrate`"
            findings.append((found == head(name), f"Database {databases.database_name(settings, name)}: {current}"))
    try:
        await databases.check_room(settings)
        findings.append((True, f"Connections per process: {databases.connections_per_process(settings)}"))
    except Refusal as refusal:
        findings.append((False, str(refusal)))
    return findings


if __name__ == "__main__":
    main()
