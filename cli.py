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
from pathlib import Path
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
    running,
    schema,
    supergraph,
    trial,
)
from commands.shape import Authority, Domain, Public, shaped
from installation import databases
from installation.errors import Refusal
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
app.add_typer(schema.app, name="schema")
app.add_typer(supergraph.app, name="supergraph")
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
def migrate(domain: Domain = None, *, authority: Authority = False) -> None:
    """Create missing databases and bring all to this version. Safe to repeat, and from two processes at once."""
    settings = shaped(domain, authority=authority)
    running.have_database(settings, tell)
    running.migrate(settings, tell)
    tell("All databases are of this version")


@app.command()
def partition(
    register: Annotated[str, typer.Argument(help=f"One of {', '.join(databases.DOMAINS)}.")],
    parts: Annotated[int, typer.Option(min=1, max=256, help="By the hash of their key; 1 is one piece.")],
    domain: Domain = None,
) -> None:
    """Move a register's tables into parts, for a nation of tens of millions. Nobody reads a table while it moves."""
    settings = shaped(domain)
    if register not in databases.registers_of(settings):
        raise Refusal(
            f"There is no register {register!r} here; there are {', '.join(databases.registers_of(settings))}."
        )
    running.have_database(settings, tell)
    running.partition(settings, register, parts, tell)


@app.command()
def serve(domain: Domain = None, *, public: Public = False, authority: Authority = False) -> None:
    """Serve the graph, or a part of it, on LIENTHONG_HOST and LIENTHONG_PORT, from databases that are migrated."""
    settings = shaped(domain, public=public, authority=authority)
    listening = listen(settings.host, settings.port)
    running.have_database(settings, tell)
    running.check(settings, tell)
    running.serve(settings, listening, tell)


@app.command()
def run(domain: Domain = None, *, public: Public = False, authority: Authority = False) -> None:
    """Everything at once, for demo mode: migrate, invent a nation if there is none, and serve."""
    settings = shaped(domain, public=public, authority=authority)
    if settings.mode != "demo":
        raise Refusal("`lienthong run` invents a nation and demo agencies: set LIENTHONG_MODE=demo, or use `serve`.")
    listening = listen(settings.host, settings.port)
    running.have_database(settings, tell)
    running.migrate(settings, tell)
    if running.nobody_there(settings):
        running.seed(settings, CITIZENS, SEED, tell, force=False, progress=err.is_terminal)
    running.check(settings, tell)
    for line in _to_begin_with(settings):
        tell(line)
    running.serve(settings, listening, tell)


@app.command()
def seed(
    citizens: Annotated[int, typer.Option(help="How many people to invent.")] = CITIZENS,
    seed: Annotated[int, typer.Option(help="The same number and seed give the same nation, in every register.")] = SEED,
    domain: Domain = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the people who are there.")] = False,
) -> None:
    """Invent a nation: people, homes, land and enterprises, every record marked as invented."""
    settings = shaped(domain)
    running.have_database(settings, tell)
    running.seed(settings, citizens, seed, tell, force=force, progress=err.is_terminal)


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
    running.have_database(settings, tell)
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
    running.have_database(settings, tell)
    question = Question(_text_of(query), None, _json_object(variables))
    typer.echo(asyncio.run(explanation(settings, question, client, purpose)))


@app.command()
def doctor(domain: Domain = None, *, authority: Authority = False) -> None:
    """Print the settings, without secrets, and what of the installation works."""
    settings = shaped(domain, authority=authority)
    table = Table("Setting", "Value", box=None)
    for name, value in describe(settings).items():
        table.add_row(name, value)
    out.print(table, "")
    found = asyncio.run(_listed(running.findings(settings)))
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


def _to_begin_with(settings: Settings) -> list[str]:
    """What a newcomer can paste, and where demo officers enroll: where the authority is."""
    if settings.is_of_one_register:
        return []
    from commands.demo import examples, officers_links

    links = asyncio.run(officers_links(settings))
    return links if settings.shape == "authority" else [*examples(settings), *links]


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


async def _listed(stream: AsyncIterator[T]) -> list[T]:
    return [each async for each in stream]


if __name__ == "__main__":
    main()
