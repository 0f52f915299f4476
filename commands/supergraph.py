"""`lienthong supergraph`: the registers behind a router, each served by itself."""

from pathlib import Path
from typing import Annotated

import typer

from commands.schema import Urls
from installation.errors import Refusal
from installation.settings import load

app = typer.Typer(help="The registers behind a router, each served by itself.", no_args_is_help=True)

FILE = Path("supergraph.graphql")


@app.command()
def install() -> None:
    """Install the composer and the gateway, as locked in deploy/gateway, with the Node that is there."""
    from commands.composition import GATEWAY
    from installation import node

    node.install(GATEWAY)
    tell(f"Installed in {GATEWAY}")


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
    tell(f"Composed {', '.join(domain.name for domain in domains)} into {file}")


@app.command()
def up() -> None:
    """Everything at once, for demo mode: the authority, each register by itself, and the gateway, until Ctrl-C."""
    from commands.demo import examples
    from commands.locally import Locally
    from commands.together import together

    settings = load()
    if settings.mode != "demo":
        raise Refusal("`lienthong supergraph up` invents a nation and demo agencies: set LIENTHONG_MODE=demo.")
    here = Locally(settings, tell)
    here.prepare()
    with together(here.folder, tell) as parts:
        here.start(parts)
        tell(f"The registers answer together at {here.url}; what each process says: {here.folder}/*.log")
        for line in examples(settings, here.url):
            tell(line)
        parts.watch()


def tell(line: str) -> None:
    """Say what is going on, beside the output."""
    typer.echo(line, err=True)
