"""The command `lienthong`: what a person at a keyboard can ask for.

What people decide (grants, clients, officers, …) stands in `commands`, group by group. Each command here reads the
settings, calls plain functions of the other packages, and says what happened in one line; a traceback is shown only
where it was asked for.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from socket import socket
from typing import Annotated, NoReturn, TypeVar

import structlog
import typer
from rich.console import Console
from rich.table import Table

from commands import (
    agency,
    audit,
    client,
    emergency,
    grant,
    keys,
    ledger,
    officer,
    operations,
    proposal,
    purpose,
    trial,
)
from installation import databases
from installation.errors import Refusal, SettingsInvalid
from installation.home import key_file
from installation.listening import listen
from installation.postgres import Postgres
from installation.settings import Settings, describe, load

CITIZENS = 20_000
SEED = 1
HELP = """One graph over national registers: scopes decide who reads which field, and every reading is on record.

Settings are environment variables LIENTHONG_*; `lienthong doctor` prints them."""

app = typer.Typer(
    help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich"
)
database = typer.Typer(help="The PostgreSQL that is started for you where no URL names another.", no_args_is_help=True)
app.add_typer(database, name="database")
schema = typer.Typer(help="The graph's schema in SDL; needs no database.")
app.add_typer(schema, name="schema")
for group in (agency, client, purpose, grant, trial, proposal, emergency, officer, operations, keys, audit):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2], rich_help_panel="What people decide")
app.add_typer(ledger.app, name="ledger", rich_help_panel="What was recorded")

MODE = "LIENTHONG_MODE"

out = Console()
err = Console(stderr=True)
T = TypeVar("T")


def main() -> NoReturn:
    """Run the command; end with one line instead of a traceback."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # output is for what was asked for
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
    from commands.demo import examples, officers_links

    settings = load()
    if settings.mode != "demo":
        raise Refusal("`lienthong run` invents a nation and demo agencies: set LIENTHONG_MODE=demo, or use `serve`.")
    listening = listen(settings.host, settings.port)
    _have_database(settings)
    _migrate(settings)
    if asyncio.run(_nobody_there(settings)):
        _seed(settings, CITIZENS, SEED, force=False)
    _check(settings)
    for line in (*examples(settings), *asyncio.run(officers_links(settings))):
        tell(line)
    _serve(settings, listening)


@app.command()
def seed(
    citizens: Annotated[int, typer.Option(help="How many people to invent.")] = CITIZENS,
    seed: Annotated[int, typer.Option(help="The same number and seed give the same nation.")] = SEED,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the people who are there.")] = False,
) -> None:
    """Invent a nation: people, homes, land and enterprises, every record marked as invented."""
    settings = load()
    _have_database(settings)
    _seed(settings, citizens, seed, force=force)


@app.command()
def token(
    client: Annotated[
        str | None, typer.Argument(help="A demo client; without it, the one with the widest rights.")
    ] = None,
    *,
    citizen: Annotated[str | None, typer.Option(help="For a portal: the PIN of the citizen it speaks for.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the demo clients.")] = False,
) -> None:
    """Print an access token of a demo client, and nothing else. It is good for five minutes."""
    from auth.demo.install import demo_clients

    if listed:
        table = Table("Client", "Agency", "Purpose", "What it is for", box=None)
        for demo in demo_clients():
            table.add_row(demo.client, demo.agency, demo.purpose, demo.name)
        out.print(table)
        return
    from commands.demo import token as obtain

    settings = load(mode="demo")  # a pasted command does not repeat LIENTHONG_MODE
    _have_database(settings)
    typer.echo(asyncio.run(obtain(settings, client or demo_clients()[0].client, citizen=citizen)))


@app.command()
def explain(
    query: Annotated[Path, typer.Argument(help="A file with one GraphQL operation; - reads standard input.")],
    client: Annotated[str, typer.Option(help="The client who would ask, with everything it may ask for.")],
    purpose: Annotated[str | None, typer.Option(help="For what; needed where it has grants for several.")] = None,
    variables: Annotated[str, typer.Option(help="The operation's variables, as JSON.")] = "{}",
) -> None:
    """Say what an operation would read, what it needs, and what the client holds and lacks. Reads no register."""
    from commands.demo import explanation
    from graph.answer import Question

    settings = load() if MODE in os.environ else load(mode="demo")
    _have_database(settings)
    question = Question(_text_of(query), None, _json_object(variables))
    typer.echo(asyncio.run(explanation(settings, question, client, purpose)))


@schema.callback(invoke_without_command=True)
def print_schema(context: typer.Context) -> None:
    """Print the graph's schema in SDL. Needs no database."""
    if context.invoked_subcommand is None:
        import graphql

        from graph.compose import compose
        from graph.registry import installed_domains

        typer.echo(graphql.print_schema(compose(installed_domains()).schema))


@schema.command("roots")
def print_roots() -> None:
    """Print every way into the graph, what it demands and what it costs, as a Markdown table."""
    from graph.compose import compose
    from graph.registry import installed_domains
    from graph.roots import table

    typer.echo(table(compose(installed_domains())))


@schema.command("subgraph")
def print_subgraph(name: Annotated[str, typer.Argument(help="The domain.")]) -> None:
    """Print one domain's schema as an Apollo Federation subgraph."""
    from domains.kit.domain import subgraph
    from graph.registry import installed_domains

    found = {domain.name: domain for domain in installed_domains()}
    if name not in found:
        raise Refusal(f"There is no domain {name!r}; there are {', '.join(found)}.")
    typer.echo(subgraph(found[name]).as_str())


@schema.command("office")
def print_office() -> None:
    """Print the schema of /office/graphql: what officers, agencies and citizens see and change."""
    from office.schema import sdl

    typer.echo(sdl())


@app.command()
def doctor() -> None:
    """Print the settings, without secrets, and what of the installation works."""
    from migrations.condition import findings

    settings = load()
    table = Table("Setting", "Value", box=None)
    for name, value in describe(settings).items():
        table.add_row(name, value)
    out.print(table, "")
    found = asyncio.run(_listed(findings(settings)))
    for finding in found:
        mark = "[yellow]--[/] " if finding.advice else "[green]ok[/] " if finding.healthy else "[red]no[/] "
        out.print(mark, finding.line, sep="", highlight=False, soft_wrap=True)
    raise typer.Exit(0 if all(finding.healthy for finding in found) else 1)


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


def _text_of(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text()
    except (OSError, UnicodeDecodeError):
        raise Refusal(f"{file} cannot be read as text.") from None


def _json_object(text: str) -> dict[str, object]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Refusal("--variables takes one JSON object.")
    return read


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
    """Refuse to serve what cannot be served well; have the demo agencies registered in demo mode, and only there."""
    from auth.demo.install import DemoClientsPresent, install_demo, refuse_demo
    from migrations.run import check_current

    async def checks() -> None:
        await check_current(settings)
        await databases.check_room(settings)
        authority = databases.database_url(settings, "auth")
        if settings.mode == "demo":
            await install_demo(authority, partial(key_file, settings.home))
        else:
            await refuse_demo(authority)

    if not settings.issuer:
        raise SettingsInvalid("LIENTHONG_ISSUER must name the https URL that callers reach this installation by.")
    try:
        asyncio.run(checks())
    except DemoClientsPresent as present:
        raise Refusal(str(present)) from None


def _seed(settings: Settings, citizens: int, number: int, *, force: bool) -> None:
    from migrations.run import check_current
    from synthetic.seed import CannotSeed, Report, seed

    async def invent() -> Report:
        await check_current(settings, databases.DOMAINS)
        urls = databases.database_urls(settings)
        return await seed(urls, citizens, number, force=force, progress=err.is_terminal)

    try:
        report = asyncio.run(invent())
    except (CannotSeed, ValueError) as refused:
        raise Refusal(str(refused)) from None
    tell(
        f"Invented {report.citizens:,} citizens with {report.total:,} rows"
        f" in {report.seconds:.1f} s, {report.rows_per_second:,} rows/s"
    )


async def _nobody_there(settings: Settings) -> bool:
    connection = await databases.connect(databases.database_url(settings, "identity"))
    try:
        return not await connection.fetchval("SELECT EXISTS (SELECT FROM citizens)")
    finally:
        await connection.close()


def _serve(settings: Settings, listening: socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from asgi import SERVED
    from commands.beside import sealing

    config = uvicorn.Config("asgi:create_app", factory=True, workers=settings.processes, **SERVED)
    server = uvicorn.Server(config)
    tell(f"Liên thông serves {settings.issuer} on {settings.host}, port {settings.port} (stop with Ctrl-C)")
    with sealing() if settings.sealing else nullcontext():
        if settings.processes > 1:
            Multiprocess(config, sockets=[listening]).run()
        else:
            server.run(sockets=[listening])
    if not server.started and settings.processes == 1:
        raise Refusal("The server did not start.")


async def _listed(stream: AsyncIterator[T]) -> list[T]:
    return [each async for each in stream]


if __name__ == "__main__":
    main()
