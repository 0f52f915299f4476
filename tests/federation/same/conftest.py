"""One nation, served by one process and by an authority, four registers and a gateway at the same time."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import psutil
import pytest

from bench.ports import free_ports
from commands.composition import GATEWAY
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains
from installation import node
from installation.databases import database_urls
from installation.settings import Settings
from synthetic.personas import SIGNING_IN
from tests.federation.same.both import Both, Shape, Tokens
from tests.properties.nation import CITIZENS, Nation, loaded
from tests.serving import command, started, told_to

PROCESSES = 7


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
    for arguments in (["migrate"], ["seed", "--citizens", str(CITIZENS)]):
        done = command(environment, *arguments)
        assert done.returncode == 0, done.stderr
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
