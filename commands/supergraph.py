"""`lienthong supergraph`: the registers behind a router, each served by itself."""

from pathlib import Path
from typing import Annotated

import typer

from commands.schema import Urls
from installation.settings import load

app = typer.Typer(help="The registers behind a router, each served by itself.", no_args_is_help=True)

FILE = Path("supergraph.graphql")


@app.command()
def install() -> None:
    """Install the composer and the gateway, as locked in deploy/gateway, with the Node that is there."""
    from commands.composition import GATEWAY
    from installation import node

    node.install(GATEWAY)
    typer.echo(f"Installed in {GATEWAY}", err=True)


@app.command()
def compose(
    out: Annotated[Path | None, typer.Option(help="The supergraph's file; the gateway's terms go beside it.")] = None,
    url: Urls = None,
) -> None:
    """Compose the registers' subgraphs, and write the supergraph and what a gateway must know besides. Needs Node."""
    from commands.composition import addresses, composition
    from graph.compose import compose as composed
    from graph.registry import installed_domains
    from graph.router import terms
    from shapes.rights import catalogue_of

    settings = load()
    domains = installed_domains()
    found = composition(domains, addresses(domains, url or [], settings.port))
    file = out or settings.home / FILE
    found.write(file, terms(catalogue_of(composed(domains), settings).sets))
    typer.echo(f"Composed {', '.join(domain.name for domain in domains)} into {file}", err=True)
