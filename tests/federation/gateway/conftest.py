"""A gateway with the product's configuration, between an authority and two registers that are told what to say."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from bench.ports import free_port
from commands.composition import GATEWAY, composition
from commands.together import Part, together
from domains.kit.domain import subgraph
from graph.router import terms
from installation import node
from tests.federation.conflicting import nothing
from tests.federation.gateway.fakes import NAME, SET, Authority, Register, listening

DEADLINE_MS = 1500
PEOPLE = [{"__typename": "Person", "ref": f"sealed-{n}", "name": f"Person {n}"} for n in (1, 2)]
ALIASES = {"sealed-1": "One", "sealed-2": "Two"}


@dataclass(frozen=True)
class Answered:
    """What a client got."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class World:
    """The gateway and those around it."""

    port: int
    authority: Authority
    people: Register
    gossip: Register

    def ask(
        self, query: str | None, *, token: str | None = None, path: str = "/graphql", body: bytes | None = None,
        method: str = "POST", **headers: str,
    ) -> Answered:  # fmt: skip
        """Ask as a client does: with a token of all scopes, unless another is given."""
        sent = body if query is None else json.dumps({"query": query}).encode()
        told = {"content-type": "application/json", "authorization": f"Bearer {token or self.token()}"}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", sent, told, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return _answered(response.status, response)
        except urllib.error.HTTPError as error:
            with error:
                return _answered(error.code, error)

    def token(self, scope: str = f"{SET} gossip:person.alias:read") -> str:
        return self.authority.token(scope)


def _answered(status: int, response: Any) -> Answered:
    text = response.read().decode()
    is_json = "json" in response.headers.get("content-type", "")
    return Answered(status, {k.lower(): v for k, v in response.headers.items()}, json.loads(text) if is_json else text)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    node.install(GATEWAY)
    folder = tmp_path_factory.mktemp("gateway")
    domains = nothing()
    authority = Authority()
    people = Register(
        domains[0].name, subgraph(domains[0]).as_str(),
        {"person": lambda _, by: [each for each in PEOPLE if by in (each["name"], "all")], "_entities": _entities(
            {each["ref"]: each for each in PEOPLE}
        )},
    )  # fmt: skip
    gossip = Register(
        domains[1].name,
        subgraph(domains[1]).as_str(),
        {
            "rumor": lambda _, by: [{"__typename": "Person", "ref": ref} for ref in ALIASES if by],
            "_entities": _entities({ref: {"__typename": "Person", "alias": alias} for ref, alias in ALIASES.items()}),
        },
    )
    with ExitStack() as stack:
        authority.port = stack.enter_context(listening(authority.app()))
        urls = {
            domain.name: f"http://127.0.0.1:{stack.enter_context(listening(fake.app()))}/graphql"
            for domain, fake in zip(domains, (people, gossip), strict=True)
        }
        composition(domains, urls).write(folder / "supergraph.graphql", terms({SET: [NAME]}))
        port = free_port()
        parts = stack.enter_context(together(folder, print))
        parts.start(
            Part(
                "gateway",
                [node.node(), str(GATEWAY / "node_modules/@graphql-hive/gateway/dist/bin.js"), "supergraph",
                 "-c", str(GATEWAY / "gateway.config.mjs")],
                {**os.environ, "LIENTHONG_SUPERGRAPH": str(folder / "supergraph.graphql"),
                 "LIENTHONG_ISSUER": authority.issuer, "LIENTHONG_GATEWAY_PORT": str(port),
                 "LIENTHONG_REQUEST_DEADLINE_MS": str(DEADLINE_MS)},
                f"http://127.0.0.1:{port}/readyz",
            )
        )  # fmt: skip
        yield World(port, authority, people, gossip)


@pytest.fixture
def world(started: World) -> World:
    """Everybody has forgotten what was said before."""
    for fake in (started.authority, started.people, started.gossip):
        fake.forget()
    return started


def _entities(known: Mapping[str, Any]) -> Any:
    return lambda _, representations: [known.get(each["ref"]) for each in representations]
