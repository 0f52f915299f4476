"""Token exchange: what comes of it may do what all of the chain may do; for whom and what for it speaks stays."""

from functools import partial
from typing import Any

import msgspec
import pytest

from auth import clock
from auth.access.tokens import LIFETIME_S, sign
from auth.caller import Caller
from auth.errors import Unauthenticated
from auth.oauth.bridge import Answer
from auth.oauth.exchange import ACCESS_TOKEN
from auth.oauth.metadata import REVOKE
from auth.oauth.questions import revoke
from auth.oauth.registered import TOKEN_EXCHANGE
from auth.reach import SELF, in_communes
from tests.auth.conftest import Install
from tests.auth.holders import TOKEN, holder_at
from tests.auth.oauth.said import said_by
from tests.auth.world import BASIC, BORN, FIND, ISSUER, NAME, PIN, Installation, settled, until
from tests.waiting import at_once

PERSON = "000000000042"  # a personal number of nobody: no province has code 000


@pytest.fixture
async def chain(here: Installation) -> Installation:
    """A portal of G22 for citizens, a one-stop system of H26 and one of H27 that exchange, and client desk of G01."""
    await here.add_client("portal", agency="G22", kind="portal")
    for client, agency in (("one-stop", "H26"), ("second", "H27"), ("third", "H28"), ("fourth", "H29")):
        await here.add_client(client, agency=agency, exchanges=True)
    for agency in ("G22", "H26", "H27", "H28", "H29"):
        await here.grant(NAME, BORN, agency=agency, reach="self")
        await here.grant(NAME, agency=agency)
    await settled(here)
    return here


async def exchange(made: Installation, client: str, token: str, *, proof: str | None = None, **changed: Any) -> Answer:
    form = {
        **made.form(client, purpose=None),
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": token,
        "subject_token_type": ACCESS_TOKEN,
        **changed,
    }
    return await made.server.token({name: value for name, value in form.items() if value}, proof=proof)


async def exchanged(made: Installation, client: str, token: str, **changed: Any) -> str:
    answer = await exchange(made, client, token, **changed)
    assert answer.status == 200, answer.body
    return str(answer.body["access_token"])


def bearer(made: Installation, token: str) -> Caller:
    return at_once(made.authority.caller(f"Bearer {token}"))


async def test_the_system_that_was_called_gets_a_token_of_its_own_for_the_same_citizen(chain: Installation) -> None:
    portal = await chain.token("portal", f"{NAME} {BORN}", citizen=PERSON)
    answer = await exchange(chain, "one-stop", portal)
    assert (answer.status, answer.body["issued_token_type"]) == (200, ACCESS_TOKEN)
    claims, before = said_by(answer.body["access_token"]), said_by(portal)
    assert claims["act"] == {"sub": "one-stop", "act": {"sub": "portal"}}
    assert claims["authorization_details"] == before["authorization_details"]
    assert claims["exp"] <= before["exp"]
    assert claims["sub"] != before["sub"]  # another agency knows the citizen by another name
    caller = bearer(chain, answer.body["access_token"])
    assert (caller.agency, caller.client, caller.through, caller.subject) == ("H26", "one-stop", ("portal",), PERSON)
    assert caller.rights.reach == {NAME: SELF, BORN: SELF}


async def test_what_comes_of_it_may_do_what_both_may_do(chain: Installation) -> None:
    await chain.grant(PIN, agency="G22", reach="self")
    await chain.grant(FIND, agency="H26", reach="self")
    await settled(chain)
    portal = await chain.token("portal", f"{NAME} {PIN}", citizen=PERSON)
    answer = await exchange(chain, "one-stop", portal)
    assert answer.body["scope"] == NAME
    assert set(bearer(chain, answer.body["access_token"]).rights.reach) == {NAME}


async def test_reach_is_intersected_along_the_chain(here: Installation) -> None:
    await here.add_client("first", agency="H01")
    await here.add_client("one-stop", agency="H26", exchanges=True)
    await here.grant(NAME, agency="H01", reach="jurisdiction", units=["01"], units_scheme="Y2025")
    await here.grant(NAME, agency="H26")
    await settled(here)
    token = await exchanged(here, "one-stop", await here.token("first", NAME))
    assert bearer(here, token).rights.reach == {NAME: in_communes(["00070", "00082"])}


async def test_less_may_be_asked_for_and_nothing_more(chain: Installation) -> None:
    portal = await chain.token("portal", BASIC, citizen=PERSON)
    assert said_by(await exchanged(chain, "one-stop", portal, scope=NAME))["scope"] == NAME
    assert said_by(await exchanged(chain, "one-stop", portal, scope=BASIC))["scope"] == BASIC
    narrow = await chain.token("portal", NAME, citizen=PERSON)
    for scope in (BORN, BASIC, f"{NAME} {BORN}"):
        refused = await exchange(chain, "one-stop", narrow, scope=scope)
        assert (refused.status, refused.body["error"]) == (400, "invalid_scope")
        assert "Not in the subject_token" in refused.body["error_description"]


async def test_a_scope_asked_by_name_and_not_granted_to_all_is_refused(chain: Installation) -> None:
    await chain.grant(PIN, agency="G22", reach="self")
    await settled(chain)
    portal = await chain.token("portal", f"{NAME} {PIN}", citizen=PERSON)
    refused = await exchange(chain, "one-stop", portal, scope=PIN)
    assert (refused.status, refused.body["error"]) == (400, "invalid_scope")
    only = await exchange(chain, "one-stop", await chain.token("portal", PIN, citizen=PERSON))
    assert (only.status, only.body["error"]) == (400, "invalid_scope")


async def test_a_grant_taken_from_a_client_before_takes_it_from_what_came_of_its_token(chain: Installation) -> None:
    token = await exchanged(chain, "one-stop", await chain.token("portal", f"{NAME} {BORN}", citizen=PERSON))
    assert set(bearer(chain, token).rights.reach) == {NAME, BORN}
    await chain.connection.execute("update grants set state = 'revoked', revoked_by = 'x' where agency = 'G22'")
    assert await until(lambda: not bearer(chain, token).rights.reach) < 1


async def test_a_token_taken_back_takes_what_came_of_it_along(chain: Installation) -> None:
    portal = await chain.token("portal", NAME, citizen=PERSON)
    first = await exchanged(chain, "one-stop", portal)
    second = await exchanged(chain, "second", first)
    assert bearer(chain, second).through == ("one-stop", "portal")
    form = {**chain.form("portal"), "token": portal}
    assert (await chain.server.respond(REVOKE, form, partial(revoke, chain.server))).status == 200

    def refused(token: str) -> bool:
        try:
            bearer(chain, token)
        except Unauthenticated:
            return True
        return False

    assert await until(lambda: all(refused(token) for token in (portal, first, second))) < 1


async def test_the_client_before_suspended_ends_what_came_of_its_token(chain: Installation) -> None:
    token = await exchanged(chain, "one-stop", await chain.token("portal", NAME, citizen=PERSON))
    await chain.connection.execute("update clients set state = 'suspended' where client = 'portal'")
    await settled(chain)
    with pytest.raises(Unauthenticated):
        bearer(chain, token)


async def test_who_is_held_to_registered_operations_escapes_by_no_exchange(chain: Installation) -> None:
    token = await exchanged(chain, "one-stop", await chain.token("portal", NAME, citizen=PERSON))
    assert not bearer(chain, token).registered_only
    await chain.connection.execute("update clients set registered_only = true where client = 'portal'")
    await settled(chain)
    assert bearer(chain, token).registered_only


async def test_a_chain_has_an_end(chain: Installation) -> None:
    token = await chain.token("portal", NAME, citizen=PERSON)
    for client in ("one-stop", "second", "third"):
        token = await exchanged(chain, client, token)
    refused = await exchange(chain, "fourth", token)
    assert (refused.status, refused.body["error"]) == (400, "invalid_request")
    assert "3 clients" in refused.body["error_description"]


async def test_nobody_exchanges_a_token_of_its_own_again(chain: Installation) -> None:
    token = await exchanged(chain, "one-stop", await chain.token("portal", NAME, citizen=PERSON))
    further = await exchanged(chain, "second", token)
    for mine in (token, further):
        refused = await exchange(chain, "one-stop", mine)
        assert (refused.status, refused.body["error"]) == (400, "invalid_request")


async def test_only_a_registered_client_exchanges(chain: Installation) -> None:
    portal = await chain.token("portal", NAME, citizen=PERSON)
    refused = await exchange(chain, "desk", portal)
    assert (refused.status, refused.body["error"]) == (400, "unauthorized_client")


async def test_a_token_that_does_not_stand_is_not_exchanged(chain: Installation) -> None:
    portal = await chain.token("portal", NAME, citizen=PERSON)
    office = await chain.token("desk", "", purpose=None, resource=ISSUER + "/office/graphql")
    head, payload, signature = portal.split(".")
    for text in ("x", office, chain.assertion("portal"), f"{head}.{payload}.{signature[::-1]}", portal + "x"):
        refused = await exchange(chain, "one-stop", text)
        assert (refused.status, refused.body["error"]) == (400, "invalid_request"), text
        assert text not in str(refused.body) or text == "x"


async def test_an_expired_token_is_not_exchanged(chain: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = await chain.token("portal", NAME, citizen=PERSON)
    later = clock.wall() + LIFETIME_S + 1
    monkeypatch.setattr(clock, "wall", lambda: later)
    assert (await exchange(chain, "one-stop", portal)).body["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": ""}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"actor_token": "x", "actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"authorization_details": "[]"}, "invalid_request"),
        ({"audience": "https://other.example"}, "invalid_target"),
        ({"resource": ISSUER + "/office/graphql"}, "invalid_target"),
    ],
)
async def test_what_is_not_exchanged_here_is_refused(chain: Installation, changed: dict[str, str], error: str) -> None:
    portal = await chain.token("portal", NAME, citizen=PERSON)
    refused = await exchange(chain, "one-stop", portal, **changed)
    assert (refused.status, refused.body["error"]) == (400, error)


async def test_an_exchanged_token_is_bound_to_the_key_of_who_exchanged(chain: Installation) -> None:
    await chain.add_client("bound", agency="H30", exchanges=True, token_type="DPoP")
    await chain.grant(NAME, agency="H30", reach="self")
    await settled(chain)
    portal = await chain.token("portal", NAME, citizen=PERSON)
    assert (await exchange(chain, "bound", portal)).body["error"] == "invalid_dpop_proof"
    holder = holder_at(chain)
    token = await exchanged(chain, "bound", portal, proof=holder.proof(TOKEN))
    assert said_by(token)["cnf"] == {"jkt": holder.jkt}
    caller = at_once(chain.authority.caller(f"DPoP {token}", holder.proof(token=token)))
    assert (caller.client, caller.subject) == ("bound", PERSON)


async def test_a_bound_token_is_not_exchanged_for_one_that_is_not(chain: Installation) -> None:
    await chain.add_client("vault", agency="G22", kind="portal", token_type="DPoP")
    await settled(chain)
    holder = holder_at(chain)
    form = chain.form("vault", NAME)
    bound = await chain.server.token(form, proof=holder.proof(TOKEN), citizen=PERSON)
    refused = await exchange(chain, "one-stop", bound.body["access_token"])
    assert (refused.status, refused.body["error"]) == (400, "invalid_dpop_proof")


async def test_consent_and_code_go_along(chain: Installation) -> None:
    portal = chain.authority.standing(await chain.token("portal", NAME, citizen=PERSON), ISSUER + "/graphql")[1]
    consented = msgspec.structs.replace(portal, consent=7, code="ab")
    claims = said_by(await exchanged(chain, "one-stop", sign(consented, chain.server.signing_key)))
    assert (claims["consent"], claims["code"], claims["exchanged"]) == (7, "ab", [portal.jti])


async def test_a_token_of_one_process_is_exchanged_at_another(chain: Installation, install: Install) -> None:
    there = await install(chain.files)
    there.keys = chain.keys
    token = await exchanged(there, "one-stop", await chain.token("portal", NAME, citizen=PERSON))
    assert bearer(chain, token).through == ("portal",)


async def test_a_chain_that_does_not_begin_with_the_bearer_is_no_token(chain: Installation) -> None:
    """Only we sign tokens; one whose parts contradict each other must not be understood by anybody."""
    portal = await chain.token("portal", NAME, citizen=PERSON)
    claims = chain.authority.standing(await exchanged(chain, "one-stop", portal), ISSUER + "/graphql")[1]
    odd = msgspec.structs.replace(claims, client_id="second", sealed_subject=None)
    with pytest.raises(Unauthenticated):
        bearer(chain, sign(odd, chain.server.signing_key))
