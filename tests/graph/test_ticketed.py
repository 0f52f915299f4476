"""Where tickets are given: what a proof must name. Where they are shown: what is believed, and what is not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey

from auth import clock
from auth.access.authority import Authority
from auth.access.nonces import KEY_BYTES as NONCE_BYTES
from auth.access.nonces import Nonces
from auth.access.possession import Possession
from auth.access.seen import SeenProofs
from auth.access.subject import KEY_BYTES, SubjectSeal
from auth.access.tickets import LIFETIME_S, Ticket, subgraphs_audience
from auth.access.tokens import digest
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, Unauthenticated
from auth.policy.decided import Client, SigningKey
from auth.policy.snapshot import Policy
from auth.scopes import Catalogue
from graph.endpoint import Endpoint
from graph.exchange import Exchange
from graph.request import NEW, Request
from graph.ticketed import ByTicket, ForTickets, InOtherWords
from ledger import Outcome
from tests.auth.forging import forged
from tests.auth.holders import GRAPH, Holder
from tests.auth.policy.judged import Fixed
from tests.auth.world import ISSUER
from tests.graph.compiling import holding
from tests.graph.invented.rows import pin
from tests.graph.world import EVERYTHING, METADATA, Answer, World, request
from tests.waiting import at_once

KEY, CLIENTS = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
ONE = f'{{person(pin:"{pin(1)}"){{name}}}}'


# --- where tickets are given -----------------------------------------------------------------------------------------

POLICY = Policy(
    revision=1,
    rules_revision=1,
    agencies=frozenset({"G01"}),
    clients={"desk": Client("desk", "G01", frozenset())},
    legal_bases={},
    keys={KEY.thumbprint(): SigningKey(KEY, "current")},
    grants=(),
)
EXPLAIN, ELSEWHERE = ISSUER + "/graphql/explain", "https://graph.example/v1"


class Bound:
    """A client with a bound token, and an authority that gives tickets."""

    def __init__(self, graph_url: str = "") -> None:
        nonces = Nonces(bytes(NONCE_BYTES))
        possession = Possession(ISSUER, nonces, SeenProofs(Path(":memory:")), graph_url)
        self.door = ForTickets(
            Authority(
                Fixed(POLICY),
                issuer=ISSUER,
                catalogue=Catalogue(frozenset(), {}),
                subjects=SubjectSeal(bytes(KEY_BYTES)),
                possession=possession,
            )
        )
        self.holder = Holder(nonces, CLIENTS)
        self.token = forged(KEY, cnf={"jkt": self.holder.jkt})

    def ask(self, proof: str | None, ticket: str | None = "wanted") -> Exchange:
        exchange = Exchange(bytes(16))
        authorization = f"DPoP {self.token}"
        asked = Request("POST", "/graphql/explain", authorization, proof, "", "", False, b"", None, ticket)
        assert at_once(self.door.admit(asked, exchange)).client == "desk"
        return exchange

    def proof(self, url: str) -> str:
        return self.holder.proof(url, token=self.token)


def test_a_gateway_hands_on_the_proof_that_the_client_made_for_the_graph() -> None:
    bound = Bound()
    assert bound.ask(bound.proof(GRAPH)).token == bound.token


@pytest.mark.parametrize("url", [EXPLAIN, ISSUER + "/graphql/", ISSUER, ELSEWHERE, GRAPH + "/subgraphs"])
def test_a_proof_for_another_address_brings_no_ticket(url: str) -> None:
    bound = Bound()
    with pytest.raises(Unauthenticated, match="address"):
        bound.ask(bound.proof(url))


def test_a_proof_brings_one_ticket_and_no_second_one() -> None:
    bound = Bound()
    proof = bound.proof(GRAPH)
    bound.ask(proof)
    with pytest.raises(Unauthenticated, match="used before"):
        bound.ask(proof)


def test_a_proof_that_brought_a_ticket_is_used_up_for_explanations_too_and_the_other_way_round() -> None:
    bound = Bound()
    explained = bound.proof(EXPLAIN)
    bound.ask(explained, ticket=None)
    for ticket in ("wanted", None):
        with pytest.raises(Unauthenticated):
            bound.ask(explained, ticket)


def test_a_bound_token_without_a_proof_brings_no_ticket() -> None:
    with pytest.raises(Unauthenticated, match="send a proof"):
        Bound().ask(None)


def test_a_graph_that_clients_reach_elsewhere_is_what_their_proofs_must_name() -> None:
    bound = Bound(ELSEWHERE)
    bound.ask(bound.proof(ELSEWHERE))
    with pytest.raises(Unauthenticated, match="address"):
        bound.ask(bound.proof(GRAPH))
    bound.ask(bound.proof(EXPLAIN), ticket=None)


def test_an_explanation_keeps_no_token() -> None:
    bound = Bound()
    assert bound.ask(bound.proof(EXPLAIN), ticket=None).token is None


# --- where tickets are shown -----------------------------------------------------------------------------------------


class Believing:
    """Stands where a subgraph's authority stands: which token and ticket make whom."""

    def __init__(self, world: World, caller: Caller) -> None:
        self._world, self._caller = world, caller
        self.shown: list[tuple[str | None, str | None]] = []
        now = int(clock.wall())
        self.ticket = Ticket(
            iss=ISSUER, aud=subgraphs_audience(ISSUER), iat=now, exp=now + LIFETIME_S, token=digest("t"),
            document="00" * 16, shape="00" * 16, request=world.graph.new_request_id().hex(), revision=1,
            officer="front.desk-2",
        )  # fmt: skip
        self.header = world.admit(caller)

    def admitted(self, authorization: str | None, ticket: str | None) -> tuple[Caller, Ticket]:
        self.shown.append((authorization, ticket))
        if ticket is None:
            raise Unauthenticated("A ticket of the authority is needed.")
        if ticket == "ahead":
            raise GrantsUnconfirmed
        return self.again(self._caller), self.ticket

    def again(self, _: Caller) -> Caller:
        return replace(self._world.door.callers[self.header], admission=self.header)

    def confirm(self, caller: Caller) -> None:
        self._world.door.confirm(caller)


async def shown(world: World, door: Believing, text: str = ONE, body: Any = None, **headers: str) -> Answer:
    authority: Any = door
    endpoint = Endpoint(
        world.graph, ByTicket(authority), InOtherWords(), world.graph.answer, headers=(), metadata=METADATA
    )
    given = {"authorization": door.header, "content-type": "application/json", "accept": NEW.decode()}
    given |= {"lienthong-ticket": "a.b.c"} | {name.replace("_", "-"): value for name, value in headers.items()}
    chunks = [orjson.dumps(body or {"query": text})]
    return await request(endpoint, "POST", chunks, {name: text for name, text in given.items() if text})


async def test_a_subgraph_records_under_the_request_and_officer_that_the_ticket_names(world: World) -> None:
    door = Believing(world, holding(EVERYTHING))
    answer = await shown(world, door)
    assert answer.data == {"person": {"name": "Person 1"}}
    assert answer.request_id == door.ticket.request
    (entry,) = await world.recorded(door.ticket.request)
    assert (entry.outcome, entry.officer) == (Outcome.GRANTED, "front.desk-2")


async def test_a_subgraph_that_is_asked_twice_for_one_operation_records_both_under_it(world: World) -> None:
    door = Believing(world, holding(EVERYTHING))
    for _ in range(2):
        await shown(world, door)
    assert len(await world.recorded(door.ticket.request)) == 2


async def test_what_a_router_adds_to_what_the_authority_signed_is_not_believed(world: World) -> None:
    door = Believing(world, holding(EVERYTHING))
    await shown(world, door, agency_officer="somebody.else", dpop="x", x_request_id="00" * 16)
    (entry,) = await world.recorded(door.ticket.request)
    assert entry.officer == "front.desk-2"
    assert door.shown == [(door.header, "a.b.c")]


async def test_a_request_without_a_ticket_is_told_what_it_needs(world: World) -> None:
    answer = await shown(world, Believing(world, holding(EVERYTHING)), lienthong_ticket="")
    assert (answer.status, answer.codes) == (401, ["UNAUTHENTICATED"])
    assert "ticket" in answer.headers["www-authenticate"]


async def test_a_subgraph_that_is_behind_says_so_and_reads_nothing(world: World) -> None:
    world.listen()
    answer = await shown(world, Believing(world, holding(EVERYTHING)), lienthong_ticket="ahead")
    assert (answer.status, answer.codes) == (503, ["GRANTS_UNCONFIRMED"])
    assert world.sent == []


async def test_a_right_taken_back_since_the_ticket_was_given_refuses_and_the_refusal_is_on_record(world: World) -> None:
    door = Believing(world, holding(EVERYTHING))
    world.door.callers[door.header] = holding(["people:citizen.pin:lookup"])
    answer = await shown(world, door)
    assert (answer.status, answer.codes) == (403, ["SCOPE_REQUIRED"])
    (entry,) = await world.recorded(door.ticket.request)
    assert (entry.outcome, entry.missing) == (Outcome.REFUSED, ("people:citizen.name:read",))


async def test_a_client_held_to_registered_operations_is_not_refused_for_the_words_of_the_gateway(world: World) -> None:
    """The authority looked at what the client sent; that is what it registered."""
    answer = await shown(world, Believing(world, replace(holding(EVERYTHING), registered_only=True)))
    assert answer.status == 200


async def test_a_subgraph_is_not_asked_by_the_name_of_an_operation(world: World) -> None:
    answer = await shown(world, Believing(world, holding(EVERYTHING)), body={"documentId": "names"})
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])
