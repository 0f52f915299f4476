"""One decision for the operation: what the authority says is what happens, and what it says reaches everybody whole."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.federation.gateway.conftest import World
from tests.federation.gateway.fakes import REQUEST_ID, hangs, refuses, says

BOTH = '{ person(by: "all") { name alias } }'
NEW = "application/graphql-response+json"


def test_a_granted_operation_is_answered_from_all_registers(world: World) -> None:
    answer = world.ask(BOTH)
    assert answer.status == 200
    assert answer.body["data"] == {
        "person": [{"name": "Person 1", "alias": "One"}, {"name": "Person 2", "alias": "Two"}]
    }
    assert "errors" not in answer.body


def test_the_authority_sees_what_the_client_sent_and_nothing_is_added(world: World) -> None:
    body = b'{ "query":"{ person(by: \\"all\\") { name } }",  "variables": {} }'
    world.ask(None, body=body, dpop="proof", agency_officer="officer.1", cookie="a=b", x_forwarded_for="192.0.2.1")
    (asked,) = world.authority.asked
    assert asked.body == body
    assert {name: asked.headers[name] for name in ("dpop", "agency-officer", "lienthong-ticket")} == {
        "dpop": "proof",
        "agency-officer": "officer.1",
        "lienthong-ticket": "wanted",
    }
    assert not {"cookie", "x-forwarded-for"} & asked.headers.keys()


def test_every_register_gets_token_ticket_and_request_id(world: World) -> None:
    token = world.token()
    world.ask(BOTH, token=token, dpop="proof")
    for register in (world.people, world.gossip):
        (asked,) = register.asked
        assert asked.headers["authorization"] == f"Bearer {token}"
        assert asked.headers["lienthong-ticket"] == "granted"
        assert asked.headers["x-request-id"] == REQUEST_ID
        assert "dpop" not in asked.headers


def test_a_client_brings_a_ticket_of_its_own_and_no_register_sees_it(world: World) -> None:
    world.ask(BOTH, lienthong_ticket="forged")
    (explained,), (asked,) = world.authority.asked, world.people.asked
    assert explained.headers["lienthong-ticket"] == "wanted"
    assert asked.headers["lienthong-ticket"] == "granted"


def test_an_answer_carries_what_the_grant_says_of_it(world: World) -> None:
    headers = world.ask(BOTH).headers
    assert headers["x-request-id"] == REQUEST_ID
    assert headers["dpop-nonce"] == "nonce"
    assert headers["x-synthetic-data"] == "1"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 503])
def test_a_refusal_of_the_authority_is_the_answer_whole_and_no_register_is_asked(world: World, status: int) -> None:
    refusal = {"errors": [{"message": "No.", "extensions": {"code": "ANY"}}]}
    headers = {"www_authenticate": 'DPoP error="use_dpop_nonce"', "dpop_nonce": "fresh", "retry_after": "7"}
    world.authority.instead = says(status, refusal, **headers)
    answer = world.ask(BOTH)
    assert (answer.status, answer.body) == (status, refusal)
    assert {name: answer.headers[name.replace("_", "-")] for name in headers} == headers
    assert world.people.asked == world.gossip.asked == []


def test_a_refusal_with_status_200_is_the_answer_too(world: World) -> None:
    """Clients of the older media type get 200 for a want of rights."""
    world.authority.instead = refuses("SCOPE_REQUIRED", 200)
    answer = world.ask(BOTH)
    assert (answer.status, answer.body["errors"][0]["extensions"]["code"]) == (200, "SCOPE_REQUIRED")
    assert world.people.asked == []


def test_an_authority_that_does_not_answer_grants_nothing(world: World) -> None:
    world.authority.instead = hangs
    answer = world.ask(BOTH, accept=NEW)
    assert (answer.status, answer.body["errors"][0]["extensions"]["code"]) == (503, "GRANTS_UNCONFIRMED")
    assert answer.headers["content-type"].startswith(NEW)
    assert world.people.asked == []


def test_an_authority_that_says_something_else_grants_nothing(world: World) -> None:
    world.authority.instead = says(200, {"verdict": "granted"})
    assert "data" not in world.ask(BOTH).body
    assert world.people.asked == []


@pytest.mark.parametrize(("code", "status"), [("UNAUTHENTICATED", 401), ("SCOPE_REQUIRED", 403), ("RATE_LIMITED", 429)])
def test_one_register_refuses_what_was_granted_and_that_refusal_alone_is_the_answer(
    world: World, code: str, status: int
) -> None:
    """Revoked in between: what other registers answered is not passed on."""
    world.gossip.instead = refuses(code, status, www_authenticate="Bearer", retry_after="1")
    answer = world.ask(BOTH, accept=NEW)
    assert answer.status == status
    assert answer.body == {"errors": [{"message": "No.", "extensions": {"code": code}}]}
    assert (answer.headers["www-authenticate"], answer.headers["x-request-id"]) == ("Bearer", REQUEST_ID)


def test_a_refusal_of_a_register_with_status_200_is_no_partial_answer(world: World) -> None:
    world.gossip.instead = refuses("SCOPE_REQUIRED", 200)
    answer = world.ask(BOTH)
    assert answer.body == {"errors": [{"message": "No.", "extensions": {"code": "SCOPE_REQUIRED"}}]}


def test_a_registered_document_is_run_in_place_of_its_name(world: World) -> None:
    world.authority.grant = {"query": BOTH}
    answer = world.ask(None, body=json.dumps({"documentId": "people/1", "variables": {}}).encode())
    assert [each["alias"] for each in answer.body["data"]["person"]] == ["One", "Two"]


def test_two_clients_ask_the_same_at_once_and_each_is_answered_by_rights_of_its_own(world: World) -> None:
    """The router would merge equal requests to a register, as they look before token and ticket are added to them."""
    tokens = [world.token(), world.token()]
    world.people.pause = 0.5
    with ThreadPoolExecutor() as clients:
        answers = list(clients.map(lambda token: world.ask(BOTH, token=token), tokens))
    assert [answer.status for answer in answers] == [200, 200]
    assert {asked.headers["authorization"] for asked in world.people.asked} == {f"Bearer {token}" for token in tokens}


def test_a_register_sends_the_gateway_elsewhere_and_it_does_not_go_there(world: World) -> None:
    """Another address would get the client's token and ticket."""
    world.gossip.instead = says(307, {}, location=f"{world.authority.issuer}/graphql/explain")
    answer = world.ask(BOTH)
    assert [each["extensions"]["code"] for each in answer.body["errors"]] == ["SOURCE_UNAVAILABLE"] * 2
    assert len(world.authority.asked) == 1
