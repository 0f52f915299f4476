"""requests-oauth2client, an independent client in Python: what it is given, and what it is refused."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from requests_oauth2client import (
    ApiClient,
    BearerToken,
    InvalidClient,
    InvalidGrant,
    InvalidScope,
    OAuth2Client,
    PrivateKeyJwt,
    UnauthorizedClient,
)
from requests_oauth2client.dpop import DPoPToken

from auth.policy.acknowledgements import LEASE_S
from tests import node
from tests.serving import Serving

DECIDE = Path(__file__).with_name("decide.mjs")
CALLBACK = "http://localhost:9700/callback"
NAME, FIND = "identity:citizen.full_name:read", "identity:citizen.pin:lookup"
RELIGION = "population:citizen.religion:read"
QUERY = '{ citizen(pin: "001085000001") { fullName } }'


def purpose(code: str, case: str) -> str:
    return json.dumps([{"type": "urn:lienthong:purpose", "purpose": code, "case_reference": case}])


FOR_TAXES: dict[str, Any] = {"authorization_details": purpose("tax.assessment", "G12-260115-0003")}
FOR_CITIZENS: dict[str, Any] = {"authorization_details": purpose("citizen.self_service", "G22-260115-0002")}


def key_of(served: Serving, client: str) -> dict[str, Any]:
    key = ECKey.import_key(json.loads((served.home / "keys" / f"demo-{client}.jwk").read_bytes()))
    return {**key.as_dict(private=True), "kid": key.thumbprint()}


def client_of(served: Serving, name: str, **options: Any) -> OAuth2Client:
    key = options.pop("key", None) or key_of(served, name)
    return OAuth2Client.from_discovery_endpoint(
        f"{served.issuer}/.well-known/oauth-authorization-server",
        served.issuer,
        auth=PrivateKeyJwt(name, key, alg="ES256", aud=served.issuer),
        testing=True,
        **options,
    )


def asks(served: Serving, token: BearerToken, query: str = QUERY) -> dict[str, Any]:
    answer = ApiClient(served.issuer, auth=token, raise_for_status=False).post("graphql", json={"query": query})
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="session")
def bound(served: Serving) -> OAuth2Client:
    """A client whose tokens are bound to a key."""
    return client_of(served, "tax-service", dpop_bound_access_tokens=True)


@pytest.fixture(scope="session")
def portal(served: Serving) -> OAuth2Client:
    return client_of(served, "citizen-app", dpop_bound_access_tokens=True, redirect_uri=CALLBACK)


@pytest.fixture(scope="session")
def citizens(served: Serving, portal: OAuth2Client) -> BearerToken:
    """What the portal was given after a citizen consented."""
    return signed_in(served, portal)


def signed_in(served: Serving, portal: OAuth2Client) -> BearerToken:
    node.install()
    request = portal.authorization_request(scope=NAME, **FOR_CITIZENS)
    pushed = portal.pushed_authorization_request(request)
    told = {"ISSUER": served.issuer, "KEYS": str(served.home / "keys")}
    back = node.run(DECIDE, environment=told, given=str(pushed))
    return portal.authorization_code(request.validate_callback(back), dpop=True, dpop_key=request.dpop_key)


def test_a_client_of_bearer_tokens_asks_for_one_and_the_graph_answers_it(served: Serving) -> None:
    token = client_of(served, "tax").client_credentials(scope=f"{NAME} {FIND}", **FOR_TAXES)
    assert (token.token_type, token.expires_in) == ("Bearer", 300)
    assert asks(served, token)["data"]["citizen"]["fullName"]


def test_a_client_of_bound_tokens_asks_for_one_and_takes_up_both_nonces(served: Serving, bound: OAuth2Client) -> None:
    token = bound.client_credentials(scope=f"{NAME} {FIND}", **FOR_TAXES)
    assert isinstance(token, DPoPToken)
    assert asks(served, token)["data"]["citizen"]["fullName"]


def test_a_thief_sends_a_bound_token_as_bearer_and_is_turned_away(served: Serving, bound: OAuth2Client) -> None:
    token = bound.client_credentials(scope=f"{NAME} {FIND}", **FOR_TAXES)
    stolen = asks(served, BearerToken(token.access_token))
    assert [error["extensions"]["code"] for error in stolen["errors"]] == ["UNAUTHENTICATED"]


def test_a_client_asks_for_a_scope_that_is_not_granted_and_is_refused(bound: OAuth2Client) -> None:
    with pytest.raises(InvalidScope, match="Not granted"):
        bound.client_credentials(scope=f"{NAME} {RELIGION}", **FOR_TAXES)


def test_a_client_signs_with_a_key_that_is_not_registered_and_is_refused(served: Serving) -> None:
    key = ECKey.generate_key("P-256")
    strange = {**key.as_dict(private=True), "kid": key_of(served, "tax")["kid"]}
    with pytest.raises(InvalidClient):
        client_of(served, "tax", key=strange).client_credentials(scope=NAME, **FOR_TAXES)


def test_a_client_asks_about_its_token_revokes_it_and_asks_again(served: Serving, bound: OAuth2Client) -> None:
    token = bound.client_credentials(scope=NAME, **FOR_TAXES)
    before = bound.introspect_token(token.access_token)
    assert (before["active"], before["client_id"], before["scope"]) == (True, "tax-service", NAME)
    assert bound.revoke_access_token(token.access_token)
    deadline = time.monotonic() + LEASE_S
    while (after := bound.introspect_token(token.access_token)) != {"active": False}:
        assert time.monotonic() < deadline, after


def test_a_portal_gets_a_token_for_the_citizen_who_consented(served: Serving, citizens: BearerToken) -> None:
    assert isinstance(citizens, DPoPToken)
    assert citizens.refresh_token
    assert asks(served, citizens, "{ me { fullName } }")["data"]["me"]["fullName"]


def test_a_portal_asks_for_more_than_the_citizen_consented_to_and_is_refused_as_a_whole(
    served: Serving, citizens: BearerToken
) -> None:
    answer = asks(served, citizens, "{ me { fullName dateOfBirth } }")
    assert "data" not in answer
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SCOPE_REQUIRED"]


def test_a_portal_refreshes_twice_with_one_refresh_token(
    served: Serving, portal: OAuth2Client, citizens: DPoPToken
) -> None:
    for _ in range(2):
        again = portal.refresh_token(citizens, dpop=True, dpop_key=citizens.dpop_key)
        assert asks(served, again, "{ me { fullName } }")["data"]["me"]["fullName"]


def test_a_portal_revokes_a_refresh_token_and_can_refresh_no_more(served: Serving, portal: OAuth2Client) -> None:
    token = signed_in(served, portal)
    assert isinstance(token, DPoPToken)
    assert portal.revoke_refresh_token(token)
    with pytest.raises(InvalidGrant):
        portal.refresh_token(token, dpop=True, dpop_key=token.dpop_key)


def test_a_system_exchanges_a_portals_token_and_speaks_for_the_same_citizen(
    served: Serving, citizens: BearerToken
) -> None:
    desk = client_of(served, "hanoi-exchange", dpop_bound_access_tokens=True)
    token = desk.token_exchange(subject_token=citizens, dpop=True)
    query = "{ me { fullName } }"
    assert asks(served, token, query)["data"] == asks(served, citizens, query)["data"]


def test_a_system_that_may_not_exchange_is_refused(bound: OAuth2Client, citizens: BearerToken) -> None:
    with pytest.raises(UnauthorizedClient):
        bound.token_exchange(subject_token=citizens, dpop=True)
