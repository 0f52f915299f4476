"""What the processes of all shapes have in common: where requests go, and the parts that each of them is made of.

The graph's routes are bare ASGI, since everybody waits there; every other route is Starlette's. A shape says in `_open`
which parts it has, and may exchange the way in which one is made.
"""

import gc
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auth.caller import Caller
from auth.policy.counting import Counting
from console.transparency import TransparencyLog
from domains.kit.database import Database, Limits
from domains.kit.replicas import Register, Replicated
from graph.answer import Graph
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.decide import Decide, decide
from graph.endpoint import Endpoint
from graph.request import Receive, Scope, Send
from installation.databases import database_url, replica_urls
from installation.errors import SettingsInvalid
from installation.home import KeyFolder, key_bytes, key_file
from installation.settings import Settings
from ledger import KeyRing, Ledger
from ledger.archive.database import LedgerDatabase
from ledger.tree.notes import log_key
from ledger.tree.shelf import Shelf
from shapes.metrics import Metrics
from shapes.readiness import Readiness

SYNTHETIC = [(b"x-synthetic-data", b"1")]
SYNTHETIC_DATA = {name.decode(): value.decode() for name, value in SYNTHETIC}


class Application(ABC):
    """Routes a request; what serves them is opened and closed with the server."""

    def __init__(self, settings: Settings, decide: Decide = decide) -> None:
        """Every setting is in `settings`; none of them is the decision."""
        self._settings = settings
        self._decide = decide
        self._hot: Mapping[str, Endpoint] = {}
        self._other = Starlette(lifespan=self._lifespan)
        self._other.router.redirect_slashes = False  # it would make an address from whatever Host a request names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._hot.get(scope["path"]) if scope["type"] == "http" else None
        if endpoint is not None:
            await endpoint(scope, receive, send)
        else:
            await self._other(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.router.routes.extend(await self._open(stack))
            gc.collect()
            gc.freeze()  # what is there now stays: the collector need not look at it again
            gc.set_threshold(50_000, 20, 50)
            yield

    @abstractmethod
    async def _open(self, stack: AsyncExitStack) -> list[BaseRoute]:
        """Have every part, say which routes are hot, and return the others. What is opened is closed by `stack`."""

    def _graph(
        self,
        composed: Composed,
        databases: Mapping[str, Register],
        ledger: Ledger,
        confirm: Callable[[Caller], None],
        quotas: Counting,
    ) -> Graph:
        settings = self._settings
        cursors = Cursors([key_bytes(settings.home, "cursors.key", size=KEY_BYTES)])
        return Graph(
            composed,
            databases,
            ledger,
            cursors,
            settings.request_deadline_ms / 1000,
            confirm=confirm,
            quotas=quotas,
            decide=self._decide,
        )

    async def _register(self, name: str, stack: AsyncExitStack) -> Register:
        register = self._connections(name)
        stack.push_async_callback(register.close)
        await register.begin()
        return register

    def _connections(self, name: str) -> Register:
        settings = self._settings
        limits = Limits(settings.connections_per_domain, settings.statement_timeout_ms / 1000)
        primary = Database(name, database_url(settings, name), limits)
        urls = replica_urls(settings, name)
        if not urls:
            return primary
        once = replace(limits, tries_each=False)  # what a replica does not answer, the register's own server does
        replicas = [Database(f"{name} replica {place}", url, once) for place, url in enumerate(urls, 1)]
        first = os.getpid() % len(replicas)  # each process asks one: neighbors ask different ones
        replicas = replicas[first:] + replicas[:first]
        return Replicated(primary, replicas, settings.replica_staleness_ms / 1000, settings.request_deadline_ms / 1000)

    async def _ledger(self, stack: AsyncExitStack) -> Ledger:
        ledger = Ledger(database_url(self._settings, "ledger"), KeyRing(KeyFolder(self._settings.home)))
        await ledger.open()
        stack.push_async_callback(ledger.close)
        return ledger

    def _books(self, stack: AsyncExitStack) -> LedgerDatabase:
        """Connections for those who read the ledger's tree, which may be anybody."""
        database = LedgerDatabase(self._settings.ledger_origin, database_url(self._settings, "ledger"))
        stack.push_async_callback(database.close)
        return database

    def _watched(self, readiness: Readiness, books: LedgerDatabase) -> list[BaseRoute]:
        """For whoever keeps the process running, and the ledger's tree for everybody."""
        return [
            Route("/healthz", _healthy, methods=["GET"]),
            Route("/readyz", readiness.answer, methods=["GET"]),
            Route("/metrics", Metrics(books).answer, methods=["GET"]),
            *self._transparency(books).routes(),
        ]

    def _transparency(self, books: LedgerDatabase) -> TransparencyLog:
        settings = self._settings
        headers = SYNTHETIC_DATA if settings.mode == "demo" else {}
        try:
            key = log_key(settings.ledger_origin, settings.ledger_key, partial(key_file, settings.home))
        except ValueError as error:
            raise SettingsInvalid(f"LIENTHONG_LEDGER_KEY: {error}") from None
        return TransparencyLog(books, key, Shelf(settings.checkpoint_shelf), headers)


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})
