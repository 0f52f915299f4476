"""What people meet in a browser, and the second schema: put together over one authority and one graph.

The graph is asked here what an operation would take; whether it can also read a register is for the shape to say.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from starlette.routing import BaseRoute

from auth.acts.desk import Desk
from auth.citizens.provider import ProviderTerms
from auth.citizens.representation import RepresentedBy
from auth.demo.provider import Persona
from auth.oauth.metadata import RESOURCE_METADATA
from auth.oauth.server import AuthorizationServer
from auth.officers.door import Officers
from console.citizens.ledgers import Ledgers
from console.citizens.opening import SignIn
from console.citizens.opening import opened as citizens
from console.officers import routes as officers_pages
from console.officers.desk import OfficersDesk
from console.pages import static_files
from console.statistics import OpenStatistics
from graph.answer import Graph
from graph.catalogue import descriptions, field_names
from graph.preview import Previews
from installation.databases import database_url
from installation.home import key_file
from installation.settings import Settings
from ledger.archive.archives import Archives
from ledger.insight.books import BooksReader
from office.context import Office
from office.door import Door
from office.endpoint import Endpoint
from shapes.application import SYNTHETIC_DATA
from synthetic.personas import SIGNING_IN


@dataclass(frozen=True, slots=True)
class Behind:
    """What the pages work with. `represented_by` is None where no register can be asked who acts for whom."""

    settings: Settings
    server: AuthorizationServer
    graph: Graph
    acts: Desk
    archives: Archives
    represented_by: RepresentedBy | None


@asynccontextmanager
async def opened(behind: Behind) -> AsyncIterator[list[BaseRoute]]:
    """The addresses of citizens, officers and agencies, while this process serves them."""
    officers = Officers(behind.acts.engine, behind.settings.issuer)
    office = _office(behind, officers)
    async with _citizens(behind) as pages:
        yield [
            *pages,
            *officers_pages(OfficersDesk(officers, behind.acts), office),
            _office_door(behind, office).route(),
            OpenStatistics(BooksReader(database_url(behind.settings, "ledger")), behind.acts.engine).route(),
            static_files(),
        ]


def _office(behind: Behind, officers: Officers) -> Office:
    """The parts behind the second schema, and behind officers' pages that ask it."""
    previews, books = Previews(behind.graph), BooksReader(database_url(behind.settings, "ledger"))
    parts = previews.works, previews.recorded_as, behind.archives, books
    return Office(behind.acts, behind.server.authority.snapshot, officers, *parts)


def _office_door(behind: Behind, office: Office) -> Endpoint:
    """The second schema, for officers, agencies and citizens."""
    door = Door(behind.server.authority, office.officers, behind.settings.issuer + RESOURCE_METADATA)
    return Endpoint(office, door, headers=SYNTHETIC_DATA if behind.settings.mode == "demo" else {})


@asynccontextmanager
async def _citizens(behind: Behind) -> AsyncIterator[list[BaseRoute]]:
    """The pages on which citizens sign in and consent; in demo mode also the provider at which they do."""
    settings, graph = behind.settings, behind.graph
    terms = ProviderTerms(
        settings.citizen_provider,
        settings.citizen_provider_client,
        frozenset(settings.citizen_provider_levels.split()),
        settings.citizen_provider_claim,
    )
    files = partial(key_file, settings.home)
    personas = [Persona(each.pin, each.full_name, each.story) for each in SIGNING_IN]
    sign_in = SignIn(settings.mode, terms if settings.citizen_provider else None, files, personas)
    said = descriptions(graph.composed)
    ledgers = Ledgers(behind.archives, field_names(graph.composed))
    dsn = database_url(settings, "auth")
    async with citizens(
        dsn, behind.server, behind.acts, behind.represented_by, lambda name: said.get(name, ""), ledgers, sign_in
    ) as pages:
        yield [*pages]
