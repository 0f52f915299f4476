"""The federated shape on one machine, for demo mode: the authority, a process for each register, and the gateway.

The authority is where the one process would be, so that tokens are the same; the gateway answers at the next port, the
registers at those after it, each with a home, a ledger and a key of its own.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from auth.demo.install import install_demo
from auth.demo.subgraphs import client_of, install_subgraphs
from auth.keys import private_key, public_jwk
from commands import running
from commands.beside import LIENTHONG
from commands.composition import GATEWAY, addresses, composition
from commands.together import Part, Tell, Together
from graph.compose import compose
from graph.registry import installed_domains
from graph.router import terms
from installation import databases, node
from installation.home import ensure, key_file
from installation.settings import PREFIX, Settings, load
from shapes.policy import KEY
from shapes.rights import catalogue_of

CITIZENS, SEED = 20_000, 1
_GATEWAY = ("node_modules", "@graphql-hive", "gateway", "dist", "bin.js")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process is, and what its environment says besides that of this command."""

    name: str
    port: int
    told: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **{f"{PREFIX}{name.upper()}": value for name, value in self.told.items()}}

    def serving(self) -> Part:
        """The process of `lienthong serve` there."""
        return Part(self.name, (*LIENTHONG, "serve"), self.environment, f"http://127.0.0.1:{self.port}/readyz")


class Locally:
    """What runs where, and what it takes before it can."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self._settings, self._tell = settings, tell
        self._domains = installed_domains()
        self.folder = ensure(settings.home) / "supergraph"
        self.port = settings.port + 1
        self.url = f"http://localhost:{self.port}/graphql"

    def prepare(self) -> None:
        """Have what is missing: packages, a nation, registers that the authority knows, the supergraph."""
        self._tell("Installing the gateway, where it is not installed yet")
        node.install(GATEWAY)
        settings, tell = self._settings, self._tell
        running.have_database(settings, tell)
        running.migrate(settings, tell)
        if running.nobody_there(settings):
            running.seed(settings, CITIZENS, SEED, tell, force=False, progress=False)
        for place in self._registers():
            running.migrate(load(**place.told), tell)
        asyncio.run(self._admit())
        sets = catalogue_of(compose(self._domains), settings).sets
        composition(self._domains, addresses(self._domains, (), settings.port)).write(self._supergraph, terms(sets))

    def start(self, parts: Together) -> None:
        """The authority first, whom the registers ask; the gateway last, which asks them. Raises Ended."""
        parts.start(self._authority().serving())
        parts.start(*(place.serving() for place in self._registers()))
        parts.start(self._gateway())

    @property
    def _supergraph(self) -> Path:
        return self.folder / "supergraph.graphql"

    def _authority(self) -> Place:
        settings = self._settings
        told = {"shape": "authority", "port": str(settings.port), "issuer": settings.issuer, "graph_url": self.url}
        return Place("authority", settings.port, {**told, **self._server()})

    def _registers(self) -> Iterator[Place]:
        for place, domain in enumerate(self._domains, 2):
            port = self._settings.port + place
            yield Place(
                domain.name,
                port,
                {
                    "mode": "demo",
                    "domain": domain.name,
                    "shape": "subgraph",
                    "port": str(port),
                    "home": str(ensure(self.folder / domain.name)),
                    "issuer": self._settings.issuer,
                    "address": f"http://localhost:{port}",
                    "subgraph_client": client_of(domain.name),
                    **self._server(),
                },
            )

    def _server(self) -> dict[str, str]:
        """The PostgreSQL in which every register and every ledger is, each in a database of its own."""
        url = self._settings.database_url
        return {"database_url": url or databases.embedded(self._settings).url(databases.MAINTENANCE)}

    def _gateway(self) -> Part:
        settings = self._settings
        told = {
            "LIENTHONG_SUPERGRAPH": str(self._supergraph),
            "LIENTHONG_ISSUER": settings.issuer,
            "LIENTHONG_GATEWAY_PORT": str(self.port),
            "LIENTHONG_REQUEST_DEADLINE_MS": str(settings.request_deadline_ms),
        }
        command = (
            node.node(),
            str(GATEWAY.joinpath(*_GATEWAY)),
            "supergraph",
            "-c",
            str(GATEWAY / "gateway.config.mjs"),
        )
        return Part("gateway", command, {**os.environ, **told}, f"http://127.0.0.1:{self.port}/readyz")

    async def _admit(self) -> None:
        """As officers would do it: the authority knows each register by the key in its home."""
        authority = databases.database_url(self._settings, "auth")
        await install_demo(authority, partial(key_file, self._settings.home))
        keys = {
            place.name: public_jwk(private_key(partial(key_file, Path(place.told["home"])), KEY))
            for place in self._registers()
        }
        await install_subgraphs(authority, keys)
