"""Our client of the identity provider, against providers that really serve: good ones, careless ones, hostile ones."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth import clock
from auth.citizens.id_tokens import SignInRefused
from auth.citizens.provider import Provider, ProviderTerms, ProviderUnreachable
from auth.citizens.sign_ins import SignIn
from auth.oauth.assertion import ASSERTION_TYPE
from bench.ports import free_port
from tests.auth.world import until

PERSON = "000000000042"
SIGN_IN = SignIn("nonce-1", "v" * 43, 0, "/my/consents")
TOKENS = {"access_token": "x", "token_type": "Bearer"}
BACK = "http://localhost:1/my/signed-in"


@dataclass
class Served:
    """A provider on this machine. A test that wants it to misbehave changes what it says."""

    issuer: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    answer: Callable[[str], Response] = field(default=lambda token: JSONResponse({**TOKENS, "id_token": token}))
    header: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    keys_asked: int = 0

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/jwks", self._keys),
            Route("/token", self._token, methods=["POST"]),
        ]

    async def _metadata(self, _: Request) -> Response:
        good = {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
            "jwks_uri": self.issuer + "/jwks",
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256"],
        }
        return JSONResponse({**good, **self.metadata})

    async def _keys(self, _: Request) -> Response:
        self.keys_asked += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        self.asked.append(dict(parse_qsl((await request.body()).decode())))
        return self.answer(self.id_token())

    def id_token(self) -> str:
        now = int(clock.wall())
        good = {
            "iss": self.issuer, "aud": "lienthong", "sub": "s", "exp": now + 60, "iat": now, "auth_time": now,
            "nonce": SIGN_IN.nonce, "acr": "high", "personal_number": PERSON,
        }  # fmt: skip
        header = {"alg": "ES256", "kid": self.key.kid, **self.header}
        return jwt.encode(header, {**good, **self.claims}, self.key)


@contextlib.asynccontextmanager
async def serving(app: Starlette, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve([listening]))
    await until(lambda: server.started)
    yield
    server.should_exit = True
    await task


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Served(f"http://localhost:{listening.getsockname()[1]}")
        async with serving(Starlette(routes=made.routes()), listening):
            yield made


@pytest.fixture
def key() -> ECKey:
    return ECKey.generate_key("P-256")


@pytest.fixture
def provider(served: Served, key: ECKey) -> Provider:
    return Provider(ProviderTerms(served.issuer, "lienthong", frozenset({"high"}), "personal_number"), key, BACK)


async def test_a_browser_is_sent_with_pkce_nonce_level_and_state(provider: Provider, served: Served) -> None:
    address = await provider.address(SIGN_IN, "state-1", "vi")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(served.issuer + "/authorize?")
    assert sent.pop("code_challenge") not in {SIGN_IN.verifier, ""}
    assert sent == {
        "response_type": "code", "client_id": "lienthong", "redirect_uri": BACK, "scope": "openid", "state": "state-1",
        "nonce": "nonce-1", "code_challenge_method": "S256", "acr_values": "high", "max_age": "900", "ui_locales": "vi",
    }  # fmt: skip


async def test_a_code_brings_the_citizen_and_we_show_who_we_are_by_an_assertion_of_a_minute(
    provider: Provider, served: Served, key: ECKey
) -> None:
    identity = await provider.identity("code-1", SIGN_IN)
    assert (identity.citizen, identity.acr) == (PERSON, "high")
    (form,) = served.asked
    assert (form["code"], form["code_verifier"], form["redirect_uri"]) == ("code-1", SIGN_IN.verifier, BACK)
    assert form["client_assertion_type"] == ASSERTION_TYPE
    assert "client_secret" not in form
    claims = jwt.decode(form["client_assertion"], key, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("lienthong", "lienthong", served.issuer)
    assert claims["exp"] - claims["iat"] <= 60


async def test_every_assertion_is_another_one(provider: Provider, served: Served, key: ECKey) -> None:
    await provider.identity("code-1", SIGN_IN)
    await provider.identity("code-2", SIGN_IN)
    used = {jwt.decode(form["client_assertion"], key, algorithms=["ES256"]).claims["jti"] for form in served.asked}
    assert len(used) == 2


async def test_a_provider_that_lists_none_is_not_believed_without_a_signature(
    provider: Provider, served: Served
) -> None:
    unsigned = served.id_token().rsplit(".", 1)[0] + "."
    served.answer = lambda _: JSONResponse({**TOKENS, "id_token": unsigned})
    with pytest.raises(SignInRefused):
        await provider.identity("code", SIGN_IN)


ANSWERS: dict[str, tuple[Callable[[str], Response], type[Exception]]] = {
    "no ID token": (lambda _: JSONResponse(TOKENS), SignInRefused),
    "an ID token that is none": (lambda _: JSONResponse({**TOKENS, "id_token": 42}), SignInRefused),
    "an error": (lambda _: JSONResponse({"error": "invalid_grant"}, 400), SignInRefused),
    "no JSON": (lambda _: Response("<html>"), ProviderUnreachable),
    "a list": (lambda _: JSONResponse([]), ProviderUnreachable),
    "a failure": (lambda _: Response("out", 502), ProviderUnreachable),
    "a redirect": (lambda _: Response("", 307, {"Location": "http://localhost:1/"}), ProviderUnreachable),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_a_token_endpoint_that_answers_otherwise_signs_nobody_in(
    provider: Provider, served: Served, case: str
) -> None:
    served.answer, expected = ANSWERS[case]
    with pytest.raises(expected):
        await provider.identity("code", SIGN_IN)


@pytest.mark.parametrize(
    "claims", [{"nonce": "other"}, {"aud": "other"}, {"acr": "low"}, {"iss": "https://evil.example"}, {"auth_time": 1}]
)
async def test_a_good_signature_under_other_claims_signs_nobody_in(
    provider: Provider, served: Served, claims: dict[str, Any]
) -> None:
    served.claims = claims
    with pytest.raises(SignInRefused):
        await provider.identity("code", SIGN_IN)


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"token_endpoint": "ftp://localhost/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": 42},
    ],
)
async def test_metadata_of_another_provider_or_with_unsafe_addresses_is_not_used(
    provider: Provider, served: Served, metadata: dict[str, Any]
) -> None:
    served.metadata = metadata
    with pytest.raises(ProviderUnreachable):
        await provider.address(SIGN_IN, "state", "vi")


async def test_a_provider_that_is_not_there_is_unreachable(key: ECKey) -> None:
    terms = ProviderTerms(f"http://localhost:{free_port()}", "lienthong", frozenset({"high"}), "personal_number")
    with pytest.raises(ProviderUnreachable):
        await Provider(terms, key, BACK).address(SIGN_IN, "state", "vi")


async def test_a_provider_that_changed_its_key_is_asked_for_it_but_not_over_and_over(
    provider: Provider, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await provider.identity("code", SIGN_IN)
    served.key = ECKey.generate_key("P-256", auto_kid=True)
    with pytest.raises(SignInRefused):
        await provider.identity("code", SIGN_IN)
    assert served.keys_asked == 1
    now = clock.lease()
    monkeypatch.setattr(clock, "lease", lambda: now + 10)
    assert (await provider.identity("code", SIGN_IN)).citizen == PERSON
    assert served.keys_asked == 2


def test_a_response_of_the_provider_says_state_and_code(provider: Provider, served: Served) -> None:
    assert provider.read({"state": "s", "code": "c", "iss": served.issuer}) == ("s", "c")
    assert provider.read({"state": "s", "error": "access_denied", "iss": served.issuer}) == ("s", None)


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"state": "s", "code": "c"},
        {"state": "s", "code": "c", "iss": "https://evil.example"},
        {"code": "c", "iss": "{issuer}"},
        {"state": "s", "iss": "{issuer}"},
        {"state": "s", "code": "", "iss": "{issuer}"},
        {"state": "s", "error": "invalid_request", "iss": "{issuer}"},
        {"state": "s" * 65, "code": "c", "iss": "{issuer}"},
        {"state": "s", "code": "c" * 4097, "iss": "{issuer}"},
        {"state": "s", "code": "c", "iss": "{issuer}/"},
    ],
)
def test_a_response_that_is_not_the_providers_is_refused(
    provider: Provider, served: Served, response: dict[str, str]
) -> None:
    with pytest.raises(SignInRefused):
        provider.read({name: value.replace("{issuer}", served.issuer) for name, value in response.items()})
