"""The token endpoint and keys: who must show one, what comes of it, and that no proof is used twice."""

import asyncio
from collections.abc import Callable

import pytest

from auth import clock
from tests.auth.conftest import Install
from tests.auth.holders import GRAPH, TOKEN, Holder, holder_at
from tests.auth.oauth.said import said_by
from tests.auth.world import ISSUER, NAME, Installation, settled

OFFICE = ISSUER + "/office/graphql"


@pytest.fixture(scope="module")
async def with_vault(unchanged: Installation) -> Installation:
    """The installation with client `vault`, whose tokens are bound."""
    await unchanged.add_client("vault", token_type="DPoP")
    await settled(unchanged)
    return unchanged


async def test_a_token_is_bound_to_the_key_that_was_shown(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    answer = await with_vault.server.token(with_vault.form("vault", NAME), proof=holder.proof(TOKEN))
    assert (answer.status, answer.body["token_type"], answer.body["scope"]) == (200, "DPoP", NAME)
    assert said_by(answer.body["access_token"])["cnf"] == {"jkt": holder.jkt}


async def test_a_client_whose_tokens_are_bound_gets_none_without_a_proof(with_vault: Installation) -> None:
    answer = await with_vault.ask("vault", NAME)
    assert (answer.status, answer.body["error"]) == (400, "invalid_dpop_proof")


async def test_a_client_registered_for_bearer_gets_no_bound_token(with_vault: Installation) -> None:
    proof = holder_at(with_vault).proof(TOKEN)
    answer = await with_vault.server.token(with_vault.form("desk", NAME), proof=proof)
    assert (answer.status, answer.body["error"]) == (400, "invalid_dpop_proof")
    assert "Bearer" in answer.body["error_description"]


BAD: dict[str, tuple[Callable[[Holder], str], str]] = {
    "no proof at all": (lambda _: "x", "invalid_dpop_proof"),
    "for the graph": (lambda holder: holder.proof(GRAPH), "invalid_dpop_proof"),
    "for the address of another": (lambda holder: holder.proof("https://other/oauth/token"), "invalid_dpop_proof"),
    "for GET": (lambda holder: holder.proof(TOKEN, htm="GET"), "invalid_dpop_proof"),
    "too old": (lambda holder: holder.proof(TOKEN, iat=int(clock.wall()) - 100), "invalid_dpop_proof"),
    "without nonce": (lambda holder: holder.proof(TOKEN, nonce=None), "use_dpop_nonce"),
    "with a nonce of its own": (lambda holder: holder.proof(TOKEN, nonce="mine"), "use_dpop_nonce"),
}


@pytest.mark.parametrize("which", BAD)
async def test_a_bad_proof_gets_no_token_and_does_not_use_up_the_assertion(
    with_vault: Installation, which: str
) -> None:
    make, error = BAD[which]
    form, holder = with_vault.form("vault", NAME), holder_at(with_vault)
    refused = await with_vault.server.token(form, proof=make(holder))
    assert (refused.status, refused.body["error"]) == (400, error)
    again = holder.proof(TOKEN, nonce=refused.headers["DPoP-Nonce"])
    assert (await with_vault.server.token(form, proof=again)).status == 200


async def test_a_proof_gets_one_token(with_vault: Installation) -> None:
    proof = holder_at(with_vault).proof(TOKEN)
    assert (await with_vault.server.token(with_vault.form("vault", NAME), proof=proof)).status == 200
    again = await with_vault.server.token(with_vault.form("vault", NAME), proof=proof)
    assert (again.status, again.body["error"]) == (400, "invalid_dpop_proof")
    assert "used before" in again.body["error_description"]


async def test_a_stranger_cannot_use_up_a_proof_nor_fill_the_memory_of_proofs(here: Installation) -> None:
    await here.add_client("vault", token_type="DPoP")
    await settled(here)
    holder = holder_at(here)
    proof = holder.proof(TOKEN)
    forged = here.assertion("vault", key=holder_at(here).key)
    assert (await here.server.token(here.form("vault", NAME, assertion=forged), proof=proof)).status == 400
    assert await here.connection.fetchval("select count(*) from used_once") == 0
    assert (await here.server.token(here.form("vault", NAME), proof=proof)).status == 200


async def test_a_proof_sent_twenty_times_at_once_to_two_processes_gets_one_token(
    here: Installation, install: Install
) -> None:
    await here.add_client("vault", token_type="DPoP")
    there = await install(here.files)
    await settled(here)
    await settled(there)
    proof = holder_at(here).proof(TOKEN)
    requests = [(made, made_form) for made in [here, there] * 10 for made_form in [here.form("vault", NAME)]]
    answers = await asyncio.gather(*(made.server.token(form, proof=proof) for made, form in requests))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 19
    assert {answer.body.get("error") for answer in answers} == {None, "invalid_dpop_proof"}


async def test_every_answer_carries_the_nonce_of_now(with_vault: Installation) -> None:
    answers = [await with_vault.ask("desk", NAME), await with_vault.ask("desk", "x"), await with_vault.ask("vault", "")]
    assert [answer.headers["DPoP-Nonce"] for answer in answers] == [with_vault.authority.nonces.current()] * 3


async def test_a_token_for_the_office_names_its_door_and_nothing_else(with_vault: Installation) -> None:
    form = with_vault.form("vault", "", purpose=None, resource=OFFICE)
    answer = await with_vault.server.token(form, proof=holder_at(with_vault).proof(TOKEN))
    claims = said_by(answer.body["access_token"])
    assert claims["aud"] == OFFICE
    assert not {"scope", "authorization_details"} & (claims.keys() | answer.body.keys())


@pytest.mark.parametrize(
    ("resource", "scope", "purpose", "error"),
    [
        (OFFICE, NAME, "security", "invalid_scope"),
        (OFFICE, "", "security", "invalid_scope"),
        ("https://other.example/graphql", "", None, "invalid_target"),
        (ISSUER, "", None, "invalid_target"),
        (GRAPH + "/", "", None, "invalid_target"),
    ],
)
async def test_a_resource_that_is_not_ours_or_not_asked_for_so_is_refused(
    unchanged: Installation, resource: str, scope: str, purpose: str | None, error: str
) -> None:
    answer = await unchanged.ask("desk", scope, purpose=purpose, resource=resource)
    assert (answer.status, answer.body["error"]) == (400, error)


async def test_the_graph_may_be_named_as_resource(unchanged: Installation) -> None:
    assert said_by(await unchanged.token("desk", NAME, resource=GRAPH))["aud"] == GRAPH


async def test_a_citizen_is_never_brought_to_the_office(here: Installation) -> None:
    await here.add_client("portal", agency="G22", kind="portal")
    answer = await here.ask("portal", "", purpose=None, resource=OFFICE, citizen="000000000042")
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")
