"""The composition root: settings, keys, databases, grants, ledger and routes become one application. No decisions.

`/graphql` is bare ASGI, since everybody waits there; every other route is Starlette's.
"""

import asyncio
import gc
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.access.authority import Authority
from auth.acts.desk import Desk, desk_at
from auth.citizens.provider import ProviderTerms
from auth.demo.agencies import with_demo_sets
from auth.demo.provider import Persona
from auth.errors import GrantsUnconfirmed
from auth.oauth.endpoints import routes
from auth.oauth.metadata import RESOURCE_METADATA
from auth.oauth.server import AuthorizationServer
from auth.officers.door import Officers
from auth.opening import opened
from auth.policy.quotas import Quotas
from auth.policy.texts import OperationTexts
from auth.scopes import Catalogue
from console.citizens.ledgers import Ledgers
from console.citizens.opening import SignIn
from console.citizens.opening import opened as citizens
from console.officers import routes as officers_pages
from console.officers.desk import OfficersDesk
from console.pages import static_files
from console.statistics import OpenStatistics
from console.transparency import TransparencyLog
from domains.kit.database import Database, Limits
from domains.kit.units import communes_of
from graph import metrics
from graph.answer import Graph
from graph.catalogue import descriptions, field_names, scope_sets, scopes
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import KEY_BYTES, Cursors
from graph.decide import Decide, decide
from graph.endpoint import Endpoint
from graph.explain import Explainer
from graph.preview import Previews
from graph.registered import RegisteredOperations
from graph.registry import installed_domains
from graph.request import Receive, Scope, Send
from installation.databases import database_url
from installation.errors import SettingsInvalid
from installation.home import KeyFolder, key_bytes, key_file
from installation.ledgers import further_ledgers
from installation.memory import memory_file
from installation.settings import Settings, load
from installation.workers import end_with_parent
from ledger import KeyRing, Ledger, LedgerUnreachable, NotDurable
from ledger.archive.archives import Archives, Registered
from ledger.archive.database import LedgerDatabase, LedgerSilent
from ledger.archive.sealed import KEY_BYTES as ARCHIVE_KEY_BYTES
from ledger.insight.books import BooksReader
from ledger.sealing.condition import condition
from ledger.tree.notes import log_key
from ledger.tree.shelf import Shelf
from office.context import Office
from office.door import Door
from office.endpoint import Endpoint as OfficeEndpoint
from synthetic.personas import SIGNING_IN

SYNTHETIC = [(b"x-synthetic-data", b"1")]
SYNTHETIC_DATA = {name.decode(): value.decode() for name, value in SYNTHETIC}
READINESS_SECONDS = 1.0  # for which what was found of the ledger is said again

#: How uvicorn serves an `Application`. Nothing here reads whom a request came from, so no proxy's word for it either.
SERVED: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "lifespan": "on",
    "timeout_graceful_shutdown": 10,
    "log_level": "warning",
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,
}


def create_app() -> "Application":
    """The application of one process, from the settings in its environment."""
    end_with_parent()
    return Application(load())


def catalogue_of(composed: Composed, settings: Settings) -> Catalogue:
    """Every right there is; in demo mode also the sets of the demo clients."""
    catalogue = Catalogue(scopes(composed), scope_sets(composed))
    return with_demo_sets(catalogue) if settings.mode == "demo" else catalogue


def archives_of(settings: Settings) -> Archives:
    """Every ledger that citizens' lists are read from: this installation's own first."""
    own = (settings.ledger_origin, database_url(settings, "ledger"), settings.home)
    further = [(ledger.origin, ledger.database_url, Path(ledger.home)) for ledger in further_ledgers(settings)]
    registered = [Registered(origin, dsn, KeyRing(KeyFolder(home)).all) for origin, dsn, home in (own, *further)]
    return Archives(registered, key_bytes(settings.home, "ledger-archive.key", size=ARCHIVE_KEY_BYTES))


class Application:
    """Routes a request; what serves them is opened and closed with the server."""

    def __init__(self, settings: Settings, decide: Decide = decide) -> None:
        """Every setting is in `settings`; none of them is the decision."""
        self._settings = settings
        self._decide = decide
        self._hot: dict[str, Endpoint] = {}
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
            await self._open(app, stack)
            gc.collect()
            gc.freeze()  # what is there now stays: the collector need not look at it again
            gc.set_threshold(50_000, 20, 50)
            yield

    async def _open(self, app: Starlette, stack: AsyncExitStack) -> None:
        settings = self._settings
        composed = compose(installed_domains())
        server = await self._server(composed, stack)
        databases = {domain.name: await self._database(domain.name, stack) for domain in composed.domains}
        ledger = await self._ledger(stack)
        cursors = Cursors([key_bytes(settings.home, "cursors.key", size=KEY_BYTES)])
        graph = Graph(
            composed,
            databases,
            ledger,
            cursors,
            settings.request_deadline_ms / 1000,
            confirm=server.authority.confirm,
            quotas=await self._quotas(stack),
            decide=self._decide,
        )
        acts = await self._desk(server, stack)
        archives = archives_of(settings)
        stack.push_async_callback(archives.close)
        explainer = Explainer(graph)
        texts = OperationTexts(database_url(settings, "auth"))
        stack.push_async_callback(texts.close)
        endpoint = partial(
            Endpoint,
            graph,
            server.authority,
            RegisteredOperations(texts),
            headers=SYNTHETIC if settings.mode == "demo" else [],
            metadata=settings.issuer + RESOURCE_METADATA,
        )
        self._hot = {"/graphql": endpoint(graph.answer), "/graphql/explain": endpoint(explainer.answer)}
        books = self._books(stack)
        readiness = Readiness(server.authority, databases, ledger)
        officers = Officers(acts.engine, settings.issuer)
        office = self._office(server, graph, acts, officers, archives)
        app.router.routes.extend(
            [
                Route("/healthz", _healthy, methods=["GET"]),
                Route("/readyz", readiness.answer, methods=["GET"]),
                Route("/metrics", Metrics(books).answer, methods=["GET"]),
                *routes(server),
                *await self._citizens(server, graph, acts, archives, stack),
                *officers_pages(OfficersDesk(officers, acts), office),
                self._office_door(server, office).route(),
                *self._transparency(books).routes(),
                OpenStatistics(BooksReader(database_url(settings, "ledger")), acts.engine).route(),
                static_files(),
            ]
        )

    async def _server(self, composed: Composed, stack: AsyncExitStack) -> AuthorizationServer:
        """Who asks, and what they may."""
        settings = self._settings
        return await stack.enter_async_context(
            opened(
                database_url(settings, "auth"),
                issuer=settings.issuer,
                catalogue=catalogue_of(composed, settings),
                communes_of=communes_of,
                files=partial(key_file, settings.home),
                proofs=memory_file(settings.home, "proofs.db"),
            )
        )

    async def _desk(self, server: AuthorizationServer, stack: AsyncExitStack) -> Desk:
        """Where this process makes changes."""
        settings = self._settings
        return await stack.enter_async_context(
            desk_at(
                database_url(settings, "auth"),
                catalogue=server.authority.catalogue,
                communes_of=communes_of,
                files=partial(key_file, settings.home),
                demo=settings.mode == "demo",
            )
        )

    def _office(
        self, server: AuthorizationServer, graph: Graph, acts: Desk, officers: Officers, archives: Archives
    ) -> Office:
        """The parts behind the second schema, and behind officers' pages that ask it."""
        previews, books = Previews(graph), BooksReader(database_url(self._settings, "ledger"))
        parts = previews.works, previews.recorded_as, archives, books
        return Office(acts, server.authority.snapshot, officers, *parts)

    def _office_door(self, server: AuthorizationServer, office: Office) -> OfficeEndpoint:
        """The second schema, for officers, agencies and citizens."""
        door = Door(server.authority, office.officers, self._settings.issuer + RESOURCE_METADATA)
        return OfficeEndpoint(office, door, headers=SYNTHETIC_DATA if self._settings.mode == "demo" else {})

    async def _citizens(
        self, server: AuthorizationServer, graph: Graph, acts: Desk, archives: Archives, stack: AsyncExitStack
    ) -> list[Route]:
        """The pages on which citizens sign in and consent; in demo mode also the provider at which they do."""
        settings = self._settings
        dsn, files = database_url(settings, "auth"), partial(key_file, settings.home)
        terms = ProviderTerms(
            settings.citizen_provider,
            settings.citizen_provider_client,
            frozenset(settings.citizen_provider_levels.split()),
            settings.citizen_provider_claim,
        )
        personas = [Persona(each.pin, each.full_name, each.story) for each in SIGNING_IN]
        sign_in = SignIn(settings.mode, terms if settings.citizen_provider else None, files, personas)
        said = descriptions(graph.composed)
        ledgers = Ledgers(archives, field_names(graph.composed))
        pages = citizens(dsn, server, acts, graph, lambda name: said.get(name, ""), ledgers, sign_in)
        return await stack.enter_async_context(pages)

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

    def _transparency(self, database: LedgerDatabase) -> TransparencyLog:
        """The ledger's tree, for everybody."""
        settings = self._settings
        headers = SYNTHETIC_DATA if settings.mode == "demo" else {}
        try:
            key = log_key(settings.ledger_origin, settings.ledger_key, partial(key_file, settings.home))
        except ValueError as error:
            raise SettingsInvalid(f"LIENTHONG_LEDGER_KEY: {error}") from None
        return TransparencyLog(database, key, Shelf(settings.checkpoint_shelf), headers)

    async def _quotas(self, stack: AsyncExitStack) -> Quotas:
        quotas = Quotas(database_url(self._settings, "auth"))
        await quotas.open()
        stack.push_async_callback(quotas.close)
        return quotas

    async def _database(self, name: str, stack: AsyncExitStack) -> Database:
        settings = self._settings
        limits = Limits(settings.connections_per_domain, settings.statement_timeout_ms / 1000)
        database = Database(name, database_url(settings, name), limits)
        await database.open()
        stack.push_async_callback(database.close)
        return database


async def _healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


class Readiness:
    """Each part by name; 503 while one of them cannot do its work.

    Everybody may ask, and the ledger's writer waits while its connection is tried: so it is tried once a second at
    most, whoever asks how often.
    """

    def __init__(self, authority: Authority, databases: Mapping[str, Database], ledger: Ledger) -> None:
        self._authority, self._databases, self._ledger = authority, databases, ledger
        self._trying = asyncio.Lock()
        self._tried_at = -math.inf
        self._records = False

    async def answer(self, _: Request) -> Response:
        """The body of `GET /readyz`."""
        parts = {name: database.is_ready for name, database in self._databases.items()}
        parts["grants"] = self._has_grants()
        parts["ledger"] = await self._has_ledger()
        return JSONResponse(parts, 200 if all(parts.values()) else 503)

    def _has_grants(self) -> bool:
        try:
            self._authority.snapshot()
        except GrantsUnconfirmed:
            return False
        return True

    async def _has_ledger(self) -> bool:
        async with self._trying:
            if time.monotonic() - self._tried_at >= READINESS_SECONDS:
                try:
                    await self._ledger.confirm()
                    self._records = True
                except (LedgerUnreachable, NotDurable):
                    self._records = False
                self._tried_at = time.monotonic()
        return self._records


class Metrics:
    """What this process counts, and how the installation's sealing stands: asked once a second at most."""

    def __init__(self, books: LedgerDatabase) -> None:
        self._books = books
        self._asking = asyncio.Lock()
        self._asked_at = -math.inf

    async def answer(self, _: Request) -> Response:
        """The body of `GET /metrics`."""
        async with self._asking:
            if time.monotonic() - self._asked_at >= READINESS_SECONDS:
                await self._ask()
                self._asked_at = time.monotonic()
        return Response(metrics.exposition(), media_type=metrics.MEDIA_TYPE)

    async def _ask(self) -> None:
        try:
            found = await condition(self._books.fetch)
        except LedgerSilent:
            metrics.tell_sealing(math.nan, math.nan, math.nan)
        else:
            waited = found.unsealed_for(datetime.now(UTC)).total_seconds()
            metrics.tell_sealing(found.leaves, waited, len(found.troubles))
