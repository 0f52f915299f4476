"""An authority in a process of its own, and ministries that run their registers beside it."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.databases import database_url
from installation.settings import PREFIX, Settings, load
from tests.serving import Serving, command, invent, run, serving, told_to

CITIZENS = 300
KEPT_S = 120
AS_OFFICERS = (("--as", "demo-officer-1"), ("--as", "demo-officer-2"))

_tokens: dict[tuple[object, ...], tuple[float, str]] = {}


@pytest.fixture(scope="session")
def authority(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("authority")
    with serving(settings, home, "authority_", shape="authority") as started:
        yield started


@contextlib.contextmanager
def ministry(settings: Settings, authority: Serving, home: Path, name: str, **told: str) -> Iterator[Serving]:
    """A register that its ministry runs, as it begins: a client with a key, two databases, people in them."""
    told = {"issuer": authority.issuer, "subgraph_client": f"{name}-own", **told}
    environment = told_to(settings, home, f"{name}_", **told)
    admit(authority, environment, home / "public.jwk")
    invent(environment, CITIZENS)
    with run(environment) as started:
        yield started


def admit(authority: Serving, environment: dict[str, str], key: Path) -> None:
    """Two officers admit a ministry's client by the key that it shows them."""
    shown = command(environment, "keys", "subgraph")
    assert shown.returncode == 0, shown.stderr
    key.write_text(shown.stdout)
    client, domain = (environment[f"LIENTHONG_{name}"] for name in ("SUBGRAPH_CLIENT", "DOMAIN"))
    told = ("--agency", "G10", "--name", client, "--kind", "subgraph", "--domain", domain, "--key", str(key))
    proposed = authority.command(
        "client", "register", client, *told, "--reason", "Runs its own", *AS_OFFICERS[0], "--json"
    )
    assert proposed.returncode == 0, proposed.stderr
    number = next(each["name"] for each in json.loads(proposed.stdout)["made"] if each["what"] == "proposal")
    approved = authority.command("proposal", "approve", str(number), *AS_OFFICERS[1])
    assert approved.returncode == 0, approved.stderr


def token(authority: Serving, client: str, *more: str) -> str:
    """One that is good for some time still: each costs the start of a process."""
    kept = _tokens.get((authority.port, client, *more))
    if kept is None or kept[0] < time.monotonic():
        done = authority.command("token", client, *more)
        assert done.returncode == 0, done.stderr
        kept = _tokens[authority.port, client, *more] = time.monotonic() + KEPT_S, done.stdout.strip()
    return kept[1]


def url(server: Serving, name: str) -> str:
    """Where one of its databases is."""
    told = {setting.removeprefix(PREFIX).lower(): value for setting, value in server.environment.items()}
    return database_url(load(**told), name)


def asked(
    server: Serving, query: str, authorization: str, path: str = "/graphql", variables: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    """What a server answers to a query, and under which status. Headers are named with underscores."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json", **given}
    if authorization:
        sent["Authorization"] = authorization
    status, body = server.ask(path, json.dumps({"query": query, "variables": variables}), **sent)
    return status, json.loads(body)
