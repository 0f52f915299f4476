"""The demo identity provider: like others, but that it asks for no password and exists in demo mode only."""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from auth import clock
from auth.demo.provider import (
    CLIENT,
    LEVEL,
    PLACE,
    DemoOnly,
    DemoProvider,
    Persona,
    ProviderRefused,
    first_use_at,
)
from auth.oauth.assertion import ASSERTION_TYPE
from tests.auth.portals import ANH, VERIFIER, Portal, challenge
from tests.auth.world import ISSUER

BACK = ISSUER + "/my/signed-in"
OURS = ECKey.generate_key("P-256")
PERSONAS = (Persona(ANH, "Nguyễn Văn Anh", "invented"),)


async def never_used(_digest: bytes, _until: float) -> bool:
    return True


def provider(mode: str = "demo", first_use: Any = never_used) -> DemoProvider:
    return DemoProvider(
        mode,
        ISSUER,
        key=ECKey.generate_key("P-256"),
        client_key=OURS,
        returns_to=BACK,
        personas=PERSONAS,
        first_use=first_use,
    )


def request(**changed: Any) -> dict[str, str]:
    good = {
        "client_id": CLIENT, "response_type": "code", "redirect_uri": BACK, "scope": "openid", "state": "s",
        "nonce": "n", "code_challenge": challenge(), "code_challenge_method": "S256", "ui_locales": "vi",
    }  # fmt: skip
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def form(code: str, **changed: Any) -> dict[str, str]:
    now = int(clock.wall())
    claims = {
        "iss": CLIENT, "sub": CLIENT, "aud": ISSUER + PLACE, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60,
        **changed.pop("claims", {}),
    }  # fmt: skip
    key = changed.pop("key", OURS)
    good = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode({"alg": "ES256", "kid": OURS.thumbprint()}, claims, key),
    }
    return {**good, **changed}


def code_of(at: DemoProvider) -> str:
    address = at.signed_in(at.asked(request()), ANH)
    answer = parse_qs(urlsplit(address).query)
    assert (answer["state"], answer["iss"]) == (["s"], [ISSUER + PLACE])
    return answer["code"][0]


@pytest.mark.parametrize("mode", ["production", "", "Demo"])
def test_it_refuses_to_exist_outside_demo_mode(mode: str) -> None:
    with pytest.raises(DemoOnly):
        provider(mode)


async def test_a_persona_who_was_clicked_is_named_in_a_signed_id_token() -> None:
    at = provider()
    answer = await at.token(form(code_of(at)))
    (published,) = at.keys()["keys"]
    claims = jwt.decode(answer["id_token"], ECKey.import_key(published), algorithms=["ES256"]).claims
    assert claims["personal_number"] == ANH
    assert (claims["aud"], claims["nonce"], claims["acr"]) == (CLIENT, "n", LEVEL)
    assert "d" not in published


def test_somebody_who_does_not_sign_in_goes_back_with_a_refusal() -> None:
    at = provider()
    assert at.declined(at.asked(request())).startswith(BACK + "?error=access_denied&state=s&iss=")


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://localhost:8000/elsewhere"},
        {"redirect_uri": None},
        {"client_id": "other"},
        {"response_type": "token"},
        {"scope": "profile"},
        {"code_challenge_method": "plain"},
        {"code_challenge": None},
        {"nonce": None},
        {"nonce": ""},
        {"state": None},
    ],
    ids=str,
)
def test_a_request_that_is_not_ours_is_refused_and_nobody_is_sent_anywhere(changed: dict[str, Any]) -> None:
    with pytest.raises(ProviderRefused):
        provider().asked(request(**changed))


def test_nobody_is_signed_in_who_is_no_persona() -> None:
    at = provider()
    with pytest.raises(ProviderRefused):
        at.signed_in(at.asked(request()), "000000000099")


WRONG: dict[str, dict[str, Any]] = {
    "another verifier": {"code_verifier": VERIFIER + "x"},
    "another code": {"code": "x.y.z"},
    "no code": {"code": ""},
    "another grant": {"grant_type": "password"},
    "another address": {"redirect_uri": "http://localhost:8000/"},
    "no assertion": {"client_assertion": ""},
    "no type": {"client_assertion_type": "x"},
    "another key": {"key": ECKey.generate_key("P-256")},
    "another client": {"claims": {"sub": "other", "iss": "other"}},
    "an assertion for the installation": {"claims": {"aud": ISSUER}},
    "an old assertion": {"claims": {"exp": 1}},
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_token_request_that_does_not_do_brings_no_id_token(case: str) -> None:
    at = provider()
    with pytest.raises(ProviderRefused):
        await at.token(form(**{"code": code_of(at), **WRONG[case]}))


async def test_a_token_of_the_provider_is_no_code() -> None:
    at = provider()
    answer = await at.token(form(code_of(at)))
    with pytest.raises(ProviderRefused):
        await at.token(form(answer["id_token"]))


async def test_a_code_and_an_assertion_are_used_once_in_all_processes(portal: Portal) -> None:
    one, other = provider(first_use=first_use_at(portal.desk.engine)), provider()
    code = code_of(one)
    used = form(code)
    assert "id_token" in await one.token(used)
    with pytest.raises(ProviderRefused, match="assertion was used"):
        await one.token(used)
    with pytest.raises(ProviderRefused, match="code was used"):
        await one.token(form(code))
    with pytest.raises(ProviderRefused):
        await other.token(form(code))  # another provider's key did not sign it
