"""Who asks a subgraph: a client with its token, and with a ticket that says the authority decided the whole operation.

In a ministry's own process this stands where `Authority` stands elsewhere. It verifies both itself, with the keys that
the policy says count, and decides by its own copy of the live grants: a ticket takes nothing from what is checked here,
and nothing that a router claims beside the two is believed. What sealed a citizen in the token stays with the
authority, so of whom the token speaks is read from the ticket. That the sender holds the key of a bound token was
proved to the authority, for the address that clients know; a proof is used up there.

The order of refusals: what is wrong with the token, then with the ticket; a ticket that rests on grants of which this
process has not heard yet, which is worth asking again; revocation, and who the token was made for.
"""

from typing import TypeVar

from auth import clock
from auth.access import tickets
from auth.access.living import LivingRights, credentials, made
from auth.access.presented import Presented, of_people
from auth.access.references import NotSealedHere, Seals
from auth.access.tickets import SUBJECT, SignedTicket, Ticket, signed_ticket
from auth.access.tokens import VerifiedToken, audience, check_time
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, Unauthenticated
from auth.policy.snapshot import Snapshot
from auth.policy.source import PolicySource

KEPT = 4096
"""Tokens, and tickets, that were verified: a router asks several times for one operation."""


class SubgraphAuthority(LivingRights):
    """Who is asking a subgraph, and what they may do now. `seals` opens what the authority sealed."""

    def __init__(self, source: PolicySource, *, issuer: str, seals: Seals) -> None:
        super().__init__(source, issuer)
        self._seals = seals
        self._tokens: dict[str, VerifiedToken] = {}  # by the header as it was sent, oldest first
        self._tickets: dict[str, SignedTicket] = {}

    def admitted(self, authorization: str | None, ticket: str | None) -> tuple[Caller, Ticket]:
        """Who sent these headers, and the ticket that goes with the token. Raises what `Authority.caller` raises."""
        snapshot = self.snapshot()
        text = credentials(authorization)[1]
        token = self._token(str(authorization), snapshot)
        given = self._ticket(ticket, text, snapshot)
        if given.revision > snapshot.revision:
            raise GrantsUnconfirmed
        return made(self._presented(token, given), snapshot), given

    def _token(self, authorization: str, snapshot: Snapshot) -> VerifiedToken:
        token = self._tokens.get(authorization)
        if token is None:  # whether its key still counts is asked with everything else about the token
            token = self._verified(authorization, snapshot, audience(self.issuer))
            _keep(self._tokens, authorization, token)
        check_time(token.claims, clock.wall())
        return token

    def _ticket(self, text: str | None, token: str, snapshot: Snapshot) -> Ticket:
        if text is None:
            raise Unauthenticated("A ticket of the authority is needed: ask through the graph's gateway.")
        known = self._tickets.get(text)
        if known is None or known.kid not in snapshot.policy.keys:
            known = signed_ticket(text, snapshot.keys, self.issuer)
            _keep(self._tickets, text, known)
        tickets.check(known.ticket, token, clock.wall())
        return known.ticket

    def _presented(self, token: VerifiedToken, ticket: Ticket) -> Presented:
        return of_people(token, self._opened(ticket.subject), self._opened(ticket.representative))

    def _opened(self, sealed: str | None) -> str | None:
        if sealed is None:
            return None
        try:
            return self._seals.open(SUBJECT, sealed)
        except NotSealedHere as error:
            raise Unauthenticated("The ticket is not valid, or not for this access token.") from error


Kept = TypeVar("Kept")


def _keep(kept: dict[str, Kept], text: str, value: Kept) -> None:
    kept[text] = value
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
