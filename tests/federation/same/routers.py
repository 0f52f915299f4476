"""A router that enforces nothing, as a register sees it: it has a client's token and a ticket, and asks what it likes.

Its ticket is for a question that everybody may ask. What it sends besides, a register has to judge by itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from auth.demo.agencies import WIDEST
from ledger import Outcome
from tests.federation.same.both import Answer, Shape, Tokens
from tests.federation.same.ledgers import ledger_of, recorded

HARMLESS = "{ __typename }"
TICKET = "lienthong-ticket"
NOTHING: Mapping[str, str] = {}
HELD = """query ($parcel: ParcelId!) {
    parcel(id: $parcel) { landRights(first: 2) { edges { node { holder { %s } } } } }
}"""
REFERRED = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Citizen { %s } } }"
CLAIMS = {
    "x-scopes": "identity:citizen.pin:read",
    "x-jwt-claims": '{"scope": "set:demo.public-security.v1", "client_id": "public-security"}',
    "x-user-id": "public-security",
    "x-forwarded-user": "public-security",
    "apollo-authenticated": "true",
    "x-hasura-role": "admin",
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket, and the id under which whoever honors it records."""

    text: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Router:
    """Where it asks: the authority, and each register by its name."""

    authority: str
    registers: Mapping[str, str]
    tokens: Tokens

    def ticket(self, caller: str, question: str = HARMLESS) -> Ticket:
        status, body = self.wants_ticket(caller, question)
        assert status == 200, body
        return Ticket(body["ticket"], body["requestId"])

    def wants_ticket(self, caller: str, question: str) -> Answer:
        """What the authority says to a router that this client asked."""
        headers = {"authorization": self.bearer(caller), TICKET: "wanted"}
        return Shape(f"{self.authority}/graphql/explain", self.tokens).send(_body(question), **headers)

    def asks(
        self, register: str, question: str, headers: Mapping[str, str], variables: Mapping[str, Any] | None = None
    ) -> Answer:
        """What a register says to this, sent with these headers."""
        return Shape(self.registers[register], self.tokens).send(_body(question, variables), **headers)

    def shown(self, caller: str, ticket: Ticket) -> Mapping[str, str]:
        """The headers of an honest router."""
        return {"authorization": self.bearer(caller), TICKET: ticket.text}

    def bearer(self, caller: str) -> str:
        return f"Bearer {self.tokens.of(caller)}"


def _body(question: str, variables: Mapping[str, Any] | None = None) -> bytes:
    return json.dumps({"query": question, "variables": variables}).encode()


@dataclass(frozen=True, slots=True)
class World:
    """A router in front of the registers, and what it may refer to."""

    router: Router
    environment: Mapping[str, str]
    variables: Mapping[str, Any]
    """A parcel that a citizen holds, a company with members, and a reference to that citizen."""

    def asks(
        self, register: str, caller: str, question: str, claimed: Mapping[str, str] = NOTHING
    ) -> tuple[Answer, str]:
        """The answer to a client's token with a ticket for something else, and the id under which it is recorded."""
        ticket = self.router.ticket(caller)
        shown = {**self.router.shown(caller, ticket), **claimed}
        needed = {name: value for name, value in self.variables.items() if f"${name}:" in question}
        return self.router.asks(register, question, shown, needed), ticket.request_id

    def refers(self, register: str, caller: str, fields: str, to: Mapping[str, Any]) -> Answer:
        """The same, by reference to somebody."""
        shown = self.router.shown(caller, self.router.ticket(caller))
        return self.router.asks(register, REFERRED % fields, shown, {"of": [to]})

    async def outcomes(self, register: str, request_id: str) -> list[Outcome]:
        """How what was asked under this id is on record; a refusal names nobody."""
        found = await recorded(ledger_of(self.environment, register), request_id=request_id)
        assert not any(persons for each in found if each.outcome is Outcome.REFUSED for _, persons in each.looked_at)
        return [each.outcome for each in found]


async def variables(router: Router, urls: Mapping[str, str], pin: str) -> Mapping[str, Any]:
    """What stands in the registers about this citizen."""
    parcel = await _one(urls["land"], "select parcel_id from land_rights where holder_pin = $1", pin)
    company = await _one(urls["enterprises"], "select enterprise_code from members where member_pin is not null")
    shown = router.shown(WIDEST, router.ticket(WIDEST))
    _, body = router.asks("land", HELD % "... on Citizen { __typename ref }", shown, {"parcel": parcel})
    (first, *_) = (edge["node"]["holder"] for edge in body["data"]["parcel"]["landRights"]["edges"])
    return {"parcel": parcel, "company": company, "of": [first]}


async def _one(url: str, statement: str, *values: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(f"{statement} limit 1", *values))
    finally:
        await connection.close()
