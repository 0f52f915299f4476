"""The authority: who may ask what. OAuth, the office, the pages of officers and citizens, the policy for subgraphs.

It has every domain's declarations and no register's database: it explains operations and answers none. The whole is an
authority that has the registers as well.
"""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial

from starlette.routing import BaseRoute

from auth.access.references import Seals
from auth.acts.desk import Desk, desk_at
from auth.citizens.representation import RepresentedBy
from auth.oauth.endpoints import routes
from auth.oauth.metadata import RESOURCE_METADATA
from auth.oauth.server import AuthorizationServer
from auth.policy.quotas import Quotas
from auth.policy.texts import OperationTexts
from domains.kit.replicas import Register
from domains.kit.units import communes_of
from graph.admission import ByToken
from graph.answer import Graph
from graph.compose import compose
from graph.composed import Composed
from graph.endpoint import Endpoint, Respond
from graph.explain import Explainer
from graph.registered import RegisteredOperations
from graph.registry import installed_domains
from graph.ticketed import ForTickets
from graph.tickets import Tickets
from installation.databases import database_url
from installation.home import key_file
from ledger.archive.archives import Archives
from shapes import pages
from shapes.application import SYNTHETIC, Application
from shapes.archives import archives_of
from shapes.readiness import Readiness
from shapes.rights import authority_of


class AuthorityShape(Application):
    """The authority alone."""

    async def _open(self, stack: AsyncExitStack) -> list[BaseRoute]:
        composed = compose(installed_domains())
        server = await self._server(composed, stack)
        databases = await self._registers(composed, stack)
        ledger = await self._ledger(stack)
        graph = self._graph(composed, databases, ledger, server.authority.confirm, await self._quotas(stack))
        acts = await self._desk(server, stack)
        archives = self._archives(stack)
        self._hot = self._doors(graph, server, stack)
        books = self._books(stack)
        behind = pages.Behind(self._settings, server, graph, acts, archives, self._represented_by(graph))
        return [
            *self._watched(Readiness(server.authority, databases, ledger), books),
            *routes(server),
            *await stack.enter_async_context(pages.opened(behind)),
        ]

    async def _registers(self, _: Composed, __: AsyncExitStack) -> Mapping[str, Register]:
        """None: each ministry has its own."""
        return {}

    def _represented_by(self, _: Graph) -> RepresentedBy | None:
        """Who acts for whom stands in the registers."""
        return None

    def _answers(self, _: Graph) -> Mapping[str, Respond]:
        """Who responds at which address, besides what is explained."""
        return {}

    def _tickets(self, graph: Graph, server: AuthorizationServer) -> Tickets:
        """Responds where operations are explained, or decided for gateways."""
        return Tickets(
            graph,
            Explainer(graph).answer,
            issuer=server.authority.issuer,
            seals=Seals(server.references),
            signing_key=lambda: server.signing_key,
        )

    def _doors(self, graph: Graph, server: AuthorizationServer, stack: AsyncExitStack) -> Mapping[str, Endpoint]:
        texts = OperationTexts(database_url(self._settings, "auth"))
        stack.push_async_callback(texts.close)
        endpoint = partial(
            Endpoint,
            graph,
            operations=RegisteredOperations(texts),
            headers=SYNTHETIC if self._settings.mode == "demo" else [],
            metadata=self._settings.issuer + RESOURCE_METADATA,
        )
        doors = {
            path: endpoint(admission=ByToken(server.authority), respond=respond)
            for path, respond in self._answers(graph).items()
        }
        explain = endpoint(admission=ForTickets(server.authority), respond=self._tickets(graph, server).answer)
        return {**doors, "/graphql/explain": explain}

    async def _server(self, composed: Composed, stack: AsyncExitStack) -> AuthorizationServer:
        """Who asks, and what they may."""
        return await stack.enter_async_context(authority_of(composed, self._settings))

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

    async def _quotas(self, stack: AsyncExitStack) -> Quotas:
        quotas = Quotas(database_url(self._settings, "auth"))
        await quotas.open()
        stack.push_async_callback(quotas.close)
        return quotas

    def _archives(self, stack: AsyncExitStack) -> Archives:
        archives = archives_of(self._settings)
        stack.push_async_callback(archives.close)
        return archives
