"""Pushed authorization requests: what a portal may ask, and how everything else is refused before a citizen sees it."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from authlib.oauth2.rfc6749 import InvalidRequestError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.oauth.authorization import answer_with, arrive, under_way
from auth.oauth.bridge import FORM, read_form
from auth.oauth.metadata import PAR
from auth.oauth.par import BEGUN_WITHIN_S, REQUEST_URI
from tests.auth.holders import holder_at
from tests.auth.portals import CALLBACK, PURPOSE, Portal, add_portal, portal_at
from tests.auth.world import FIND, ISSUER, NAME, Installation, settled


def details(**changed: Any) -> str:
    detail = {"type": "urn:lienthong:purpose", "purpose": PURPOSE, "case_reference": "G22-260115-0001", **changed}
    return json.dumps([detail])


KEPT = "select count(*) from pushed_requests"
SUSPEND = {
    "client": "update clients set state = 'suspended' where client = 'portal'",
    "agency": "update agencies set state = 'suspended' where agency = 'G22'",
}


async def test_a_portal_gets_a_name_for_its_request(same_portal: Portal) -> None:
    answer = await same_portal.push()
    assert answer.status == 201
    assert answer.body["request_uri"].startswith(REQUEST_URI)
    assert answer.body["expires_in"] == BEGUN_WITHIN_S


async def test_the_name_of_a_request_is_kept_as_a_digest_only(portal: Portal) -> None:
    secret = (await portal.pushed()).removeprefix(REQUEST_URI)
    rows = await portal.made.connection.fetch("select * from pushed_requests")
    assert len(rows) == 1
    assert secret not in str(rows)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no response type": ({"response_type": None}, "invalid_request"),
    "implicit": ({"response_type": "token"}, "invalid_request"),
    "hybrid": ({"response_type": "code id_token"}, "invalid_request"),
    "fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "form_post": ({"response_mode": "form_post"}, "invalid_request"),
    "no redirect_uri": ({"redirect_uri": None}, "invalid_request"),
    "another host": ({"redirect_uri": "https://evil.example/back?tab=1"}, "invalid_request"),
    "another path": ({"redirect_uri": "https://portal.example/back/../evil"}, "invalid_request"),
    "one more parameter": ({"redirect_uri": CALLBACK + "&x=1"}, "invalid_request"),
    "a fragment": ({"redirect_uri": CALLBACK + "#x"}, "invalid_request"),
    "user information": ({"redirect_uri": "https://portal.example@evil.example/"}, "invalid_request"),
    "upper case host": ({"redirect_uri": CALLBACK.replace("portal", "Portal")}, "invalid_request"),
    "no PKCE": ({"code_challenge": None}, "invalid_request"),
    "plain PKCE": ({"code_challenge_method": "plain"}, "invalid_request"),
    "PKCE without a method": ({"code_challenge_method": None}, "invalid_request"),
    "a short challenge": ({"code_challenge": "short"}, "invalid_request"),
    "a request object": ({"request": "eyJ9"}, "invalid_request"),
    "a request_uri": ({"request_uri": REQUEST_URI + "x"}, "invalid_request"),
    "a long state": ({"state": "x" * 513}, "invalid_request"),
    "silent sign-in": ({"prompt": "none"}, "invalid_request"),
    "no purpose": ({"authorization_details": None}, "invalid_authorization_details"),
    "two purposes": (
        {"authorization_details": json.dumps(json.loads(details()) * 2)},
        "invalid_authorization_details",
    ),
    "another purpose": ({"authorization_details": details(purpose="unheard.of")}, "invalid_authorization_details"),
    "for another agency": ({"authorization_details": details(on_behalf_of="G01")}, "invalid_authorization_details"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "an unknown scope": ({"scope": "identity:citizen.shoe_size:read"}, "invalid_scope"),
    "a wildcard": ({"scope": "identity:citizen.*:read"}, "invalid_scope"),
    "a scope that is not granted": ({"scope": f"{NAME} {FIND}"}, "invalid_scope"),
    "a scope granted for another purpose": ({"authorization_details": details(purpose="security")}, "invalid_scope"),
    "a thumbprint that is none": ({"dpop_jkt": "x"}, "invalid_request"),
    "a key though tokens are Bearer": ({"dpop_jkt": "A" * 43}, "invalid_dpop_proof"),
    "another resource": ({"resource": ISSUER + "/office/graphql"}, "invalid_target"),
    "a resource of somebody else": ({"resource": "https://elsewhere.example/"}, "invalid_target"),
    "another client's id": ({"client_id": "desk"}, "invalid_client"),
    "a secret": ({"client_secret": "x"}, "invalid_request"),
    "no assertion": ({"client_assertion": None}, "invalid_client"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_portal_that_asks_wrongly_is_told_at_once_and_nothing_is_kept(same_portal: Portal, case: str) -> None:
    changed, error = REFUSED[case]
    before = await same_portal.made.connection.fetchval(KEPT)
    answer = await same_portal.push(**changed)
    assert (answer.status, answer.body["error"]) == (400, error)
    assert "Location" not in answer.headers
    assert await same_portal.made.connection.fetchval(KEPT) == before


async def test_a_system_that_is_no_portal_may_not_ask_citizens(same_portal: Portal) -> None:
    answer = await same_portal.push(client_assertion=same_portal.made.assertion("desk"))
    assert (answer.status, answer.body["error"]) == (400, "unauthorized_client")


async def test_an_assertion_used_for_one_request_does_not_push_another(same_portal: Portal) -> None:
    assertion = same_portal.made.assertion("portal")
    first = await same_portal.push(client_assertion=assertion)
    second = await same_portal.push(client_assertion=assertion)
    assert (first.status, second.status) == (201, 400)


async def test_a_request_is_for_the_client_that_pushed_it_only(same_portal: Portal) -> None:
    name = await same_portal.pushed()
    async with same_portal.desk.engine.begin() as connection:
        for other in ("desk", "", "portal\0", "portal\ufffd", "portal "):
            assert await arrive(connection, other, name) is None
        assert await arrive(connection, "portal", name) is not None


@pytest.mark.parametrize("name", ["", "urn:x", REQUEST_URI, REQUEST_URI + "A" * 43, REQUEST_URI + "é", "x" * 5000])
async def test_a_name_that_was_never_given_brings_nothing(same_portal: Portal, name: str) -> None:
    async with same_portal.desk.engine.begin() as connection:
        assert await arrive(connection, "portal", name) is None


async def test_a_browser_that_arrives_too_late_finds_nothing(portal: Portal) -> None:
    name = await portal.pushed()
    await portal.made.connection.execute("update pushed_requests set expires_at = now()")
    assert await portal.arrived(name) is None


async def test_a_citizen_has_time_once_the_browser_arrived_but_loading_again_buys_none(portal: Portal) -> None:
    name = await portal.pushed()
    assert await portal.arrived(name) is not None
    until = await portal.made.connection.fetchval("select expires_at from pushed_requests")
    left = await portal.made.connection.fetchval("select extract(epoch from expires_at - now()) from pushed_requests")
    assert 600 < left <= 900
    await asyncio.sleep(0.01)
    assert await portal.arrived(name) is not None
    assert await portal.made.connection.fetchval("select expires_at from pushed_requests") == until


@pytest.mark.parametrize("whose", ["client", "agency"])
async def test_a_request_of_somebody_suspended_meanwhile_leads_nowhere(portal: Portal, whose: str) -> None:
    arrived = await portal.arrived()
    assert arrived is not None
    await portal.made.connection.execute(SUSPEND[whose])
    async with portal.desk.engine.begin() as connection:
        assert await under_way(connection, arrived.secret) is None


async def test_a_request_to_an_address_taken_off_the_register_leads_nowhere(portal: Portal) -> None:
    arrived = await portal.arrived()
    assert arrived is not None
    await portal.made.connection.execute(
        "update clients set redirect_uris = '{https://portal.example/other}' where client = 'portal'"
    )
    async with portal.desk.engine.begin() as connection:
        assert await under_way(connection, arrived.secret) is None


async def test_every_answer_keeps_the_state_and_names_the_issuer_and_leaves_the_address_as_it_was(
    same_portal: Portal,
) -> None:
    arrived = await same_portal.arrived(state="a&b=c")
    assert arrived is not None
    address = answer_with(ISSUER, arrived, error="access_denied")
    assert address == f"{CALLBACK}&error=access_denied&state=a%26b%3Dc&iss=http%3A%2F%2Flocalhost%3A8000"


async def test_a_request_without_a_state_is_answered_without_one(same_portal: Portal) -> None:
    arrived = await same_portal.arrived(state=None)
    assert arrived is not None
    assert "state" not in answer_with(ISSUER, arrived, code="x")


async def test_a_proof_at_the_push_binds_the_code_to_its_key(here: Installation) -> None:
    await add_portal(here, token_type="DPoP")
    async with portal_at(here) as bound:
        holder, other = holder_at(here), holder_at(here)
        address = ISSUER + PAR
        named = await bound.push(dpop_jkt=holder.jkt)
        shown = await bound.push(holder.proof(address))
        both = await bound.push(holder.proof(address), dpop_jkt=holder.jkt)
        unlike = await bound.push(holder.proof(address), dpop_jkt=other.jkt)
        keys = await here.connection.fetch("select jkt from pushed_requests")
    assert [answer.status for answer in (named, shown, both, unlike)] == [201, 201, 201, 400]
    assert unlike.body["error"] == "invalid_dpop_proof"
    assert [row["jkt"] for row in keys] == [holder.jkt] * 3


async def test_more_than_a_token_can_carry_is_refused_before_a_citizen_is_asked(portal: Portal) -> None:
    many = sorted(scope for scope in portal.desk.authority.catalogue.scopes if scope.startswith("land:"))
    await portal.made.connection.execute("update grants set scopes = $1 where agency = 'G22'", many)
    await settled(portal.made)
    answer = await portal.push(scope=" ".join(many))
    assert (answer.status, answer.body["error"]) == (400, "invalid_scope")
    assert "4096 bytes" in answer.body["error_description"]
    assert (await portal.push(scope=" ".join(many[:40]))).status == 201


_PARAMETERS = (
    "response_type", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
    "authorization_details", "prompt", "dpop_jkt", "response_mode", "request", "resource",
)  # fmt: skip


_PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(_PARAMETERS), _PRINTABLE | st.text(max_size=60) | st.none(), max_size=4))
async def test_whatever_a_portal_posts_is_refused_at_the_door_or_answered_and_never_with_a_5xx(
    same_portal: Portal, changed: dict[str, str | None]
) -> None:
    try:
        form = read_form(FORM, urlencode(same_portal.request(**changed)).encode())
    except InvalidRequestError:
        return
    answer = await same_portal.send(form)
    assert answer.status in {201, 400, 429}
