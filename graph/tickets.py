"""Gives tickets: the decision about a whole operation, for a gateway that has its parts run where the registers are.

A refusal is that of `/graphql`, on record here. A granted operation is on record nowhere yet: whoever discloses,
records. What a ticket says is in `auth.access.tickets`, and why there are any in docs/decisions/0026.
"""

import hashlib
from collections.abc import Callable

import orjson
from joserfc.jwk import ECKey

from auth import clock
from auth.access.references import Seals
from auth.access.tickets import LIFETIME_S, SUBJECT, Ticket, sign, subgraphs_audience
from auth.access.tokens import digest
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed
from auth.keys import SigningKeyMissing
from graph.answer import Graph, Question
from graph.document import Shape
from graph.endpoint import Respond
from graph.exchange import Exchange


class Tickets:
    """Responds to questions with tickets. `signing_key` is asked for each: keys change under running processes.

    What wants no ticket is explained.
    """

    def __init__(
        self, graph: Graph, explain: Respond, *, issuer: str, seals: Seals, signing_key: Callable[[], ECKey]
    ) -> None:
        self._graph, self._explain = graph, explain
        self._issuer, self._seals, self._signing_key = issuer, seals, signing_key

    async def answer(self, question: Question, caller: Caller, exchange: Exchange) -> bytes:
        """The body of `POST /graphql/explain`."""
        if exchange.token is None:
            return await self._explain(question, caller, exchange)
        return await self._given(question, caller, exchange, exchange.token)

    async def _given(self, question: Question, caller: Caller, exchange: Exchange, token: str) -> bytes:
        plan, asked = await self._graph.charged(question, caller, exchange)
        operation = self._graph.document(question.text).operation(question.operation_name)
        decided = plan.fingerprint, operation.shape(asked.values)
        ticket = self._ticket(decided, caller, exchange, token)
        try:
            signed = sign(ticket, self._signing_key())
        except SigningKeyMissing as error:
            raise GrantsUnconfirmed from error
        grant = {"ticket": signed, "requestId": ticket.request}
        return orjson.dumps(grant | {"query": question.text} if question.by_name else grant)

    def _ticket(self, decided: tuple[bytes, Shape], caller: Caller, exchange: Exchange, token: str) -> Ticket:
        (document, shape), now = decided, int(clock.wall())
        return Ticket(
            iss=self._issuer,
            aud=subgraphs_audience(self._issuer),
            iat=now,
            exp=now + LIFETIME_S,
            token=digest(token),
            document=document.hex(),
            shape=hashlib.sha256(repr(shape).encode()).digest()[:16].hex(),
            request=exchange.request_id.hex(),
            revision=caller.rights.revision,
            officer=exchange.officer,
            subject=self._sealed(caller.subject),
            representative=self._sealed(caller.representative),
        )

    def _sealed(self, person: str | None) -> str | None:
        return None if person is None else self._seals.seal(SUBJECT, person)
