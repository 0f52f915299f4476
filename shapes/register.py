"""What the two shapes of one ministry have in common: one register, its own ledger, and the authority's word.

Who asks, and by which words, differs between a subgraph behind a router and a register that clients ask themselves.
"""

from abc import abstractmethod
from contextlib import AsyncExitStack
from dataclasses import dataclass

from starlette.routing import BaseRoute

from auth.access.living import LivingRights
from auth.oauth.metadata import RESOURCE_METADATA
from auth.policy.counting import Counting
from auth.policy.remote import RemotePolicy
from domains.kit.domain import Domain
from graph.admission import Admission
from graph.composed import Composed
from graph.endpoint import Endpoint
from graph.registered import RegisteredOperations
from graph.registry import installed_domains
from shapes.application import SYNTHETIC, Application
from shapes.policy import policy_of
from shapes.readiness import Readiness


@dataclass(frozen=True, slots=True)
class Door:
    """How a ministry's register is asked: in which schema, by whom, in which words, and who counts daily limits."""

    composed: Composed
    rights: LivingRights
    admission: Admission
    operations: RegisteredOperations
    counting: Counting


class OneRegister(Application):
    """One domain, as its ministry serves it on its own machines."""

    async def _open(self, stack: AsyncExitStack) -> list[BaseRoute]:
        settings = self._settings
        door = self._door(_domain(settings.domain), policy_of(settings), stack)
        await door.rights.open()
        stack.push_async_callback(door.rights.close)
        databases = {settings.domain: await self._register(settings.domain, stack)}
        ledger = await self._ledger(stack)
        graph = self._graph(door.composed, databases, ledger, door.rights.confirm, door.counting)
        endpoint = Endpoint(
            graph,
            door.admission,
            door.operations,
            graph.answer,
            headers=SYNTHETIC if settings.mode == "demo" else [],
            metadata=settings.issuer + RESOURCE_METADATA,
        )
        self._hot = {"/graphql": endpoint}
        return self._watched(Readiness(door.rights, databases, ledger), self._books(stack))

    @abstractmethod
    def _door(self, domain: Domain, policy: RemotePolicy, stack: AsyncExitStack) -> Door:
        """What is not opened yet, but for what `stack` closes."""


def _domain(name: str) -> Domain:
    return next(domain for domain in installed_domains() if domain.name == name)
