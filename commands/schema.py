"""`lienthong schema`: the graph in SDL, as one process serves it and as its parts go to a router. Needs no database."""

from pathlib import Path
from typing import Annotated

import typer

from installation.errors import Refusal
from installation.settings import load

app = typer.Typer(help="The graph's schema in SDL; needs no database.")

Urls = Annotated[
    list[str] | None, typer.Option("--url", help="NAME=URL: where a subgraph is asked; else on this machine.")
]
RELEASED = Path(__file__).parent.parent / "docs" / "schema" / "released.graphql"


@app.callback(invoke_without_command=True)
def print_schema(context: typer.Context) -> None:
    """Print the graph's schema in SDL. Needs no database."""
    if context.invoked_subcommand is None:
        print_api()


@app.command("api")
def print_api() -> None:
    """Print what clients see, in either shape."""
    import graphql

    from graph.compose import compose
    from graph.registry import installed_domains

    typer.echo(graphql.print_schema(compose(installed_domains()).schema))


@app.command("roots")
def print_roots() -> None:
    """Print every way into the graph, what it demands and what it costs, as a Markdown table."""
    from graph.compose import compose
    from graph.registry import installed_domains
    from graph.roots import table

    typer.echo(table(compose(installed_domains())))


@app.command("subgraph")
def print_subgraph(name: Annotated[str, typer.Argument(help="The domain.")]) -> None:
    """Print one domain's schema as an Apollo Federation subgraph."""
    from graph.registry import installed_domains
    from graph.router import parts

    found = parts(installed_domains())
    if name not in found:
        raise Refusal(f"There is no domain {name!r}; there are {', '.join(found)}.")
    typer.echo(found[name])


@app.command("supergraph")
def print_supergraph(url: Urls = None) -> None:
    """Print all domains' subgraphs composed into one supergraph, as a router reads it. Needs Node."""
    from commands.composition import addresses, composition
    from graph.registry import installed_domains

    domains = installed_domains()
    typer.echo(composition(domains, addresses(domains, url or [], load().port)).sdl)


@app.command("changes")
def print_changes(
    since: Annotated[Path, typer.Option(help="What `lienthong schema api` printed then.")] = RELEASED,
) -> None:
    """Print what agencies must be told: breaking changes, loosened scopes, changed data classes. Fails if there are."""
    import graphql

    from graph.changes import to_be_told
    from graph.compose import compose
    from graph.registry import installed_domains

    try:
        before = since.read_text()
    except (OSError, UnicodeDecodeError):
        raise Refusal(f"{since} cannot be read as text.") from None
    found = to_be_told(before, graphql.print_schema(compose(installed_domains()).schema))
    for change in found:
        typer.echo(f"{change.coordinate}: {change.what}")
    raise typer.Exit(1 if found else 0)


@app.command("office")
def print_office() -> None:
    """Print the schema of /office/graphql: what officers, agencies and citizens see and change."""
    from office.schema import sdl

    typer.echo(sdl())
