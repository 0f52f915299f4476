"""A ministry's part of the graph behind a router: asked with token and ticket, for its own fields and by reference."""

from contextlib import AsyncExitStack

from auth.access.references import Seals
from auth.access.subgraph import SubgraphAuthority
from auth.policy.counting import CountedBefore
from auth.policy.remote import RemotePolicy
from domains.kit.domain import Domain
from graph.compose import compose_subgraph
from graph.ticketed import ByTicket, InOtherWords
from shapes.register import Door, OneRegister


class Subgraph(OneRegister):
    """Decides its part again, whatever the authority said, and records it under the operation's one id."""

    def _door(self, domain: Domain, policy: RemotePolicy, _: AsyncExitStack) -> Door:
        seals = Seals(policy.seals)
        rights = SubgraphAuthority(policy, issuer=self._settings.issuer, seals=seals)
        return Door(compose_subgraph(domain, seals), rights, ByTicket(rights), InOtherWords(), CountedBefore())
