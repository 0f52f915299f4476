"""One nation, served by one process and by an authority, four registers and a gateway at the same time."""

import asyncio
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from bench.ports import free_ports
from commands.composition import GATEWAY
from commands.together import Part, together
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains
from installation import node
from installation.databases import database_urls
from installation.settings import Settings
from synthetic.personas import SIGNING_IN
from tests.federation.same.both import Both, Shape, Tokens
from tests.federation.same.routers import CLAIMS, Router, World, variables
from tests.properties.nation import CITIZENS, Nation, loaded
from tests.serving import command, invent, started, told_to

PROCESSES = 7
LYING = Path(__file__).with_name("lying.config.mjs")
HIVE = ("node_modules", "@graphql-hive", "gateway", "dist", "bin.js")
REQUIRED = re.compile(r"(?<=@requiresScopes\(scopes: )\[\[.*?\]\]")


@pytest.fixture(scope="session")
def composed() -> Composed:
    """The four registers as one graph."""
    return compose(installed_domains())


@pytest.fixture(scope="session")
def installation(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a demo installation with people in it, of which both shapes are made."""
    first = free_ports(PROCESSES)
    environment = told_to(settings, tmp_path_factory.mktemp("same"), "same_", issuer=f"http://localhost:{first}")
    environment |= {"LIENTHONG_PORT": str(first), "LIENTHONG_SEALING": "false", "PATH": os.environ["PATH"]}
    invent(environment, CITIZENS)
    return environment


@pytest.fixture(scope="session")
def urls(installation: dict[str, str], settings: Settings) -> Mapping[str, str]:
    """The databases of both shapes, by name."""
    own = settings.model_copy(update={"database_prefix": installation["LIENTHONG_DATABASE_PREFIX"]})
    return database_urls(own)


@pytest.fixture(scope="session")
def nation(urls: Mapping[str, str], composed: Composed) -> Nation:
    """The nation's rows, as Python sees them."""
    return asyncio.run(loaded(composed, urls))


@pytest.fixture(scope="session")
def both(installation: dict[str, str]) -> Iterator[Both]:
    """Both shapes, ready."""
    node.install(GATEWAY)
    first = int(installation["LIENTHONG_PORT"])
    alone = {**installation, "LIENTHONG_PORT": str(first + PROCESSES - 1)}
    with ExitStack() as stack:
        up = stack.enter_context(started(installation, first + 1, "supergraph", "up"))
        stack.enter_context(started(alone, first + PROCESSES - 1, "serve"))
        tokens = Tokens(lambda caller: _token(installation, caller))
        gateway, process = (f"http://127.0.0.1:{port}/graphql" for port in (first + 1, first + PROCESSES - 1))
        yield Both(Shape(process, tokens), Shape(gateway, tokens), _registers(up.pid))


def _token(environment: dict[str, str], caller: str) -> str:
    client, _, pin = caller.partition(" ")  # of a portal: who signed in there
    citizen = ["--citizen", pin or SIGNING_IN[0].pin] if client == "citizen-portal" else []
    done = command(environment, "token", client, *citizen)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _registers(up: int) -> dict[str, int]:
    told = ((each.environ().get("LIENTHONG_DOMAIN"), each.pid) for each in psutil.Process(up).children())
    return {name: pid for name, pid in told if name}


@pytest.fixture(scope="session")
def router(installation: dict[str, str], both: Both) -> Router:
    """Whoever stands where the gateway stands."""
    first = int(installation["LIENTHONG_PORT"])
    ports = {domain.name: first + place for place, domain in enumerate(installed_domains(), 2)}
    doors = {name: f"http://127.0.0.1:{port}/graphql" for name, port in ports.items()}
    return Router(f"http://127.0.0.1:{first}", doors, both.together.tokens)


@pytest.fixture(scope="session")
def world(router: Router, installation: dict[str, str], urls: Mapping[str, str]) -> World:
    """The same, with what it may refer to."""
    return World(router, installation, asyncio.run(variables(router, urls, SIGNING_IN[0].pin)))


@pytest.fixture(scope="module")
def lying(router: Router, installation: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shape]:
    """A gateway of the same make over the same registers, that checks nothing (lying.config.mjs)."""
    folder, port = tmp_path_factory.mktemp("lying"), free_ports(1)
    found = Path(installation["LIENTHONG_HOME"]) / "supergraph" / "supergraph.graphql"
    supergraph = folder / "supergraph.graphql"
    supergraph.write_text(REQUIRED.sub("[[]]", found.read_text()))
    told = {"ROUTER_SUPERGRAPH": str(supergraph), "ROUTER_PORT": str(port), "ROUTER_AUTHORITY": router.authority}
    command = node.node(), str(GATEWAY.joinpath(*HIVE)), "supergraph", "-c", str(LYING)
    with together(folder, print) as parts:
        environment = {**os.environ, **told, "ROUTER_CLAIMS": json.dumps(CLAIMS)}
        parts.start(Part("lying", command, environment, f"http://127.0.0.1:{port}/readiness"))
        yield Shape(f"http://127.0.0.1:{port}/graphql", router.tokens)
