"""A ministry's register that clients ask themselves: every check of the whole graph, and no way in for a router.

Proofs of possession are made for its own address. What only the authority can do is refused plainly: naming the citizen
for whom a token speaks, counting daily limits, knowing the text of a registered operation.
"""

from contextlib import AsyncExitStack
from functools import partial

from auth.access.authority import Authority
from auth.access.nonces import Nonces
from auth.access.possession import Possession
from auth.access.seen import SeenProofs
from auth.access.unopened import Unopened
from auth.keys import nonce_key
from auth.policy.counting import CountedNowhere
from auth.policy.remote import RemotePolicy
from domains.kit.domain import Domain
from graph.admission import ByToken
from graph.compose import compose_alone
from graph.errors import Code, refused
from graph.registered import RegisteredOperations
from installation.home import key_file
from installation.memory import memory_file
from shapes.register import Door, OneRegister
from shapes.rights import catalogue_of


class PublicRegister(OneRegister):
    """Without a router in between."""

    def _door(self, domain: Domain, policy: RemotePolicy, stack: AsyncExitStack) -> Door:
        settings, composed = self._settings, compose_alone(domain)
        seen = SeenProofs(memory_file(settings.home, "proofs.db"))
        stack.push_async_callback(seen.close)
        nonces = Nonces(nonce_key(partial(key_file, settings.home)))
        authority = Authority(
            policy,
            issuer=settings.issuer,
            catalogue=catalogue_of(composed, settings),
            subjects=Unopened(),
            possession=Possession(settings.address, nonces, seen, settings.graph_url),
        )
        return Door(composed, authority, ByToken(authority), RegisteredOperations(NoTexts()), CountedNowhere())


class NoTexts:
    """The texts of registered operations stand in the authority's database; by their texts they can be asked here."""

    async def text(self, _: str, __: str) -> str | None:
        """Refused for every name."""
        message = "This register does not know operations by their documentId: send the registered text as query."
        raise refused(Code.OPERATION_NOT_REGISTERED, message)
