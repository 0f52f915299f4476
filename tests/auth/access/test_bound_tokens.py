"""Tokens bound to a key: of use to the holder of the key, once per proof, at the door they were made for."""

import asyncio
import timeit
from collections.abc import Callable
from typing import Any

import pytest

from auth.access.seen import SeenProofs
from auth.errors import GrantsUnconfirmed, Unauthenticated
from tests.auth.conftest import Install
from tests.auth.holders import GRAPH, TOKEN, Holder, bound_token, edwards_at, holder_at
from tests.auth.world import ISSUER, NAME, Installation, settled
from tests.waiting import at_once

METADATA = ISSUER + "/.well-known/oauth-protected-resource"
OFFICE = ISSUER + "/office/graphql"


@pytest.fixture(scope="module")
async def with_vault(unchanged: Installation) -> Installation:
    """The installation with client `vault`, whose tokens are bound."""
    await unchanged.add_client("vault", token_type="DPoP")
    await settled(unchanged)
    return unchanged


def refusal(made: Installation, authorization: str, proof: str | None, **request: Any) -> Unauthenticated:
    with pytest.raises(Unauthenticated) as refused:
        at_once(made.authority.caller(authorization, proof, **request))
    return refused.value


@pytest.mark.parametrize("kind", [holder_at, edwards_at])
async def test_the_holder_of_the_key_is_let_in(
    with_vault: Installation, kind: Callable[[Installation], Holder]
) -> None:
    holder = kind(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    for scheme in ("DPoP", "dpop"):
        caller = at_once(with_vault.authority.caller(f"{scheme} {token}", holder.proof(token=token)))
        assert (caller.client, set(caller.rights.reach)) == ("vault", {NAME})


async def test_a_proof_is_for_one_method_and_one_address(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    authorization = f"DPoP {(token := await bound_token(with_vault, 'vault', NAME, holder))}"
    explain = holder.proof(GRAPH + "/explain", token=token, htm="GET")
    assert "htm" in refusal(with_vault, authorization, explain).description
    caller = at_once(with_vault.authority.caller(authorization, explain, "GET", "/graphql/explain"))
    assert caller.client == "vault"


Stolen = Callable[[Installation, Holder, str], str | None]
THEFTS: dict[str, tuple[Stolen, str]] = {
    "no proof": (lambda *_: None, "invalid_dpop_proof"),
    "proof of the thief's own key": (
        lambda made, _, token: holder_at(made).proof(token=token),
        "invalid_token",
    ),
    "the holder's key, signed by the thief": (
        lambda made, holder, token: holder_at(made).proof(
            token=token, header={"jwk": holder.key.as_dict(private=False)}
        ),
        "invalid_dpop_proof",
    ),
    "proof made for another token": (lambda _, holder, __: holder.proof(token="another"), "invalid_dpop_proof"),
    "proof made for the token endpoint": (lambda _, holder, __: holder.proof(TOKEN), "invalid_dpop_proof"),
    "proof made for the office": (lambda _, holder, token: holder.proof(OFFICE, token=token), "invalid_dpop_proof"),
    "proof without a nonce": (lambda _, holder, token: holder.proof(token=token, nonce=None), "use_dpop_nonce"),
    "proof of yesterday": (lambda _, holder, token: holder.proof(token=token, iat=1_000_000), "invalid_dpop_proof"),
    "the token itself": (lambda _, __, token: token, "invalid_dpop_proof"),
    "an assertion": (lambda made, *_: made.assertion("vault"), "invalid_dpop_proof"),
}


@pytest.mark.parametrize("theft", THEFTS)
async def test_a_stolen_bound_token_is_of_no_use(with_vault: Installation, theft: str) -> None:
    steal, error = THEFTS[theft]
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    refused = refusal(with_vault, f"DPoP {token}", steal(with_vault, holder, token))
    assert (refused.error, refused.scheme) == (error, "DPoP")


async def test_a_bound_token_does_not_pass_as_bearer_nor_the_other_way_round(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    refused = refusal(with_vault, f"Bearer {token}", holder.proof(token=token))
    assert (refused.error, refused.scheme) == ("invalid_token", "DPoP")
    free = await with_vault.token("desk", NAME)
    assert refusal(with_vault, f"DPoP {free}", holder.proof(token=free)).scheme == "Bearer"


async def test_a_bearer_token_is_let_in_whatever_proof_comes_with_it(with_vault: Installation) -> None:
    token = await with_vault.token("desk", NAME)
    assert at_once(with_vault.authority.caller(f"Bearer {token}", "no proof at all")).client == "desk"


async def test_a_client_registered_anew_for_the_other_kind_of_token_loses_those_of_before(here: Installation) -> None:
    token, holder = await here.token("desk", NAME), holder_at(here)
    await here.connection.execute("update clients set token_type = 'DPoP' where client = 'desk'")
    await settled(here)
    assert "other kind" in refusal(here, f"Bearer {token}", None).description
    bound = await bound_token(here, "desk", NAME, holder)
    await here.connection.execute("update clients set token_type = 'Bearer' where client = 'desk'")
    await settled(here)
    assert "other kind" in refusal(here, f"DPoP {bound}", holder.proof(token=bound)).description


async def test_a_proof_passes_once_and_a_refused_one_is_not_used_up(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    proof = holder.proof(token=token)
    assert refusal(with_vault, f"DPoP {token}", proof, method="GET").error == "invalid_dpop_proof"
    assert at_once(with_vault.authority.caller(f"DPoP {token}", proof)).client == "vault"
    assert "used before" in refusal(with_vault, f"DPoP {token}", proof).description


async def test_a_proof_sent_twenty_times_at_once_to_two_processes_passes_once(
    here: Installation, install: Install
) -> None:
    await here.add_client("vault", token_type="DPoP")
    there, holder = await install(here.files), holder_at(here)
    await settled(here)
    await settled(there)
    token = await bound_token(here, "vault", NAME, holder)
    proof = holder.proof(token=token)

    async def send(made: Installation) -> bool:
        await asyncio.sleep(0)
        try:
            return at_once(made.authority.caller(f"DPoP {token}", proof)).client == "vault"
        except Unauthenticated:
            return False

    assert sum(await asyncio.gather(*(send(made) for made in [here, there] * 10))) == 1


async def test_where_proofs_cannot_be_remembered_nobody_with_a_bound_token_is_let_in(here: Installation) -> None:
    await here.add_client("vault", token_type="DPoP")
    await settled(here)
    holder = holder_at(here)
    token = await bound_token(here, "vault", NAME, holder)
    seen = here.authority._possession._seen
    assert isinstance(seen, SeenProofs)
    seen._file.execute("drop table seen")
    with pytest.raises(GrantsUnconfirmed):
        at_once(here.authority.caller(f"DPoP {token}", holder.proof(token=token)))
    assert at_once(here.authority.caller(f"Bearer {await here.token('desk', NAME)}")).client == "desk"


async def test_a_challenge_says_what_to_do_next(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    refused = refusal(with_vault, f"DPoP {token}", holder.proof(token=token, nonce=None))
    assert refused.headers(METADATA) == [
        (
            b"www-authenticate",
            b'DPoP error="use_dpop_nonce", error_description="The proof needs the nonce that this answer carries in '
            b'DPoP-Nonce.", algs="ES256 EdDSA", resource_metadata="' + METADATA.encode() + b'"',
        ),
        (b"dpop-nonce", with_vault.authority.nonces.current().encode()),
    ]


async def test_who_sends_nothing_is_told_both_ways(unchanged: Installation) -> None:
    told = [value.split()[0] for _, value in refusal(unchanged, "", None).headers(METADATA)]
    assert told == [b"DPoP", b"Bearer"]


async def test_a_token_for_the_office_does_not_open_the_graph_nor_the_other_way_round(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    graph = await bound_token(with_vault, "vault", NAME, holder)
    office = await bound_token(with_vault, "vault", "", holder, purpose=None, resource=OFFICE)
    caller = at_once(with_vault.authority.office_caller(f"DPoP {office}", holder.proof(OFFICE, token=office)))
    assert (caller.agency, caller.client, caller.purpose, dict(caller.rights.reach)) == ("G01", "vault", None, {})
    assert refusal(with_vault, f"DPoP {office}", holder.proof(token=office)).error == "invalid_token"
    with pytest.raises(Unauthenticated):
        at_once(with_vault.authority.office_caller(f"DPoP {graph}", holder.proof(OFFICE, token=graph)))


@pytest.mark.parametrize("theft", ["no proof", "proof of the thief's own key", "proof without a nonce"])
async def test_a_stolen_token_does_not_open_the_office(with_vault: Installation, theft: str) -> None:
    steal, error = THEFTS[theft]
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", "", holder, purpose=None, resource=OFFICE)
    proof = steal(with_vault, holder, token)
    with pytest.raises(Unauthenticated) as refused:
        at_once(with_vault.authority.office_caller(f"DPoP {token}", proof))
    assert refused.value.error in {error, "invalid_dpop_proof"}


async def test_a_proof_costs_less_than_the_answer_to_a_small_question(with_vault: Installation) -> None:
    holder = holder_at(with_vault)
    token = await bound_token(with_vault, "vault", NAME, holder)
    proofs = iter([holder.proof(token=token) for _ in range(500)])
    authorization, caller = f"DPoP {token}", with_vault.authority.caller
    best = min(timeit.repeat(lambda: at_once(caller(authorization, next(proofs))), number=50, repeat=10)) / 50
    assert best < 1.6e-3  # about 0.15 ms on a developer's machine; ten times that is a lost cache, not a slow machine
