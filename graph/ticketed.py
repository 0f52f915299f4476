"""The two doors of the federated shape: where a gateway asks for a ticket, and where it shows one.

Between them nothing is taken on trust. What the gateway carries is what the client sent and what the authority signed.
"""

import msgspec

from auth.access.living import credentials
from auth.access.possession import GRAPH
from auth.access.subgraph import SubgraphAuthority
from auth.caller import Caller
from graph.admission import ByToken
from graph.answer import Question
from graph.exchange import Exchange
from graph.registered import RegisteredOperations
from graph.request import Headers, Request, Sent, Unacceptable

WANTED = "wanted"


class ForTickets(ByToken):
    """Where tickets are given: a request that wants one stands for the client's request to the graph.

    It is refused as that would be, and its proof is the one that the client made for the graph's own address, used up
    here.
    """

    async def admit(self, request: Request, exchange: Exchange) -> Caller:
        if request.ticket is None:
            return await super().admit(request, exchange)
        if request.ticket != WANTED:
            raise Unacceptable(400, f"Lienthong-Ticket must be: {WANTED}.")
        caller = await super().admit(msgspec.structs.replace(request, path=GRAPH), exchange)
        exchange.token = credentials(request.authorization)[1]
        return caller


class ByTicket:
    """Where tickets are shown: a token, and the authority's word that the whole operation was decided.

    The request has the id that the authority gave the operation, which joins what the registers' ledgers say of it. A
    proof or an officer that stands in other headers is not looked at: the authority has, and its ticket says so.
    """

    def __init__(self, authority: SubgraphAuthority) -> None:
        self._authority = authority

    async def admit(self, request: Request, exchange: Exchange) -> Caller:
        caller, ticket = self._authority.admitted(request.authorization, request.ticket)
        exchange.request_id, exchange.officer = bytes.fromhex(ticket.request), ticket.officer
        return caller

    def again(self, caller: Caller) -> Caller:
        return self._authority.again(caller)

    def confirm(self, caller: Caller) -> None:
        self._authority.confirm(caller)

    def told(self, _: Request) -> Headers:
        return []


class InOtherWords(RegisteredOperations):
    """What a gateway asks is in words of its own: whether the client may ask was decided of the client's words."""

    def __init__(self) -> None:
        """Nothing is registered here."""

    async def question(self, sent: Sent, _: Caller) -> Question:
        if sent.query is None:
            raise Unacceptable(400, "A subgraph is sent the text of a question.")
        return Question(sent.query, sent.operation_name, sent.variables)
