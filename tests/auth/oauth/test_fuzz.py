"""Whatever is sent to whichever address of the authority: it is answered, by the rules of the protocol."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.oauth.exchange import ACCESS_TOKEN
from auth.oauth.registered import TOKEN_EXCHANGE
from tests.auth.holders import TOKEN, holder_at
from tests.auth.logs import Logged
from tests.auth.world import NAME, Installation, confirmed, settled

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
POSTED = ["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"]
GRANTS = ["client_credentials", "authorization_code", "refresh_token", TOKEN_EXCHANGE]
REFUSALS = range(400, 500)


@pytest.fixture(scope="module")
async def http(unchanged: Installation) -> AsyncIterator[httpx2.AsyncClient]:
    await unchanged.add_client("portal", agency="G22", kind="portal", exchanges=True, tokens_per_minute=1_000_000)
    await settled(unchanged)
    transport = httpx2.ASGITransport(app=unchanged.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield client


names = st.sampled_from(
    ["grant_type", "scope", "client_assertion", "client_id", "authorization_details", "token", "token_type_hint",
     "code", "redirect_uri", "code_verifier", "refresh_token", "subject_token", "subject_token_type", "resource",
     "audience", "response_type", "state", "dpop_jkt", "x"]
)  # fmt: skip
values = st.text(max_size=40) | st.sampled_from(
    [*GRANTS, ACCESS_TOKEN, "[" * 4000, "\x00", "\ud800", "%00", "a" * 5000]
)


@settings(max_examples=40)
@given(st.sampled_from(POSTED), st.dictionaries(names, values, max_size=5), st.sampled_from(GRANTS))
async def test_whatever_form_an_authenticated_client_sends_is_answered(
    unchanged: Installation, http: httpx2.AsyncClient, path: str, sent: dict[str, str], grant: str
) -> None:
    await confirmed(unchanged.authority)
    form = {**unchanged.form("portal", NAME), "grant_type": grant, "subject_token_type": ACCESS_TOKEN}
    text = {name: value.encode("utf-8", "surrogatepass") for name, value in {**form, **sent}.items()}
    answer = await http.post(path, content=urlencode(text).encode(), headers=FORM)
    assert answer.status_code in {200, 400}, answer.text
    assert isinstance(answer.json(), dict)
    assert answer.headers["cache-control"] == "no-store"


@settings(max_examples=40)
@given(
    st.sampled_from(POSTED), st.binary(max_size=200), st.sampled_from(["application/x-www-form-urlencoded", "", "x"])
)
async def test_whatever_bytes_are_sent_are_answered(
    unchanged: Installation, http: httpx2.AsyncClient, path: str, body: bytes, kind: str
) -> None:
    await confirmed(unchanged.authority)
    answer = await http.post(path, content=body, headers={"Content-Type": kind})
    assert answer.status_code in REFUSALS
    assert set(answer.json()) == {"error", "error_description"}


header_values = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["DPoP", "Authorization", "Content-Type", "Accept", "Host"]), header_values)),
    st.booleans(),
)
async def test_whatever_headers_are_sent_are_answered(
    unchanged: Installation, http: httpx2.AsyncClient, sent: list[tuple[str, str]], with_proof: Any
) -> None:
    await confirmed(unchanged.authority)
    proof = [("DPoP", holder_at(unchanged).proof(TOKEN))] if with_proof else []
    body = urlencode(unchanged.form("portal", "")).encode()
    answer = await http.post("/oauth/token", content=body, headers=[*FORM.items(), *sent, *proof])
    assert answer.status_code in {200, *REFUSALS}
    assert isinstance(answer.json(), dict)


@settings(max_examples=40)
@given(st.text(max_size=30), st.text(max_size=30))
async def test_whatever_is_looked_up_is_answered(
    unchanged: Installation, http: httpx2.AsyncClient, name: str, query: str
) -> None:
    await confirmed(unchanged.authority)
    for path in (f"/oauth/scope-sets/{_quoted(name)}", f"/oauth/policy?after={_quoted(query)}", "/oauth/jwks"):
        assert (await http.get(path)).status_code in {200, *REFUSALS}


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


async def test_two_proofs_in_two_headers_are_refused(unchanged: Installation, http: httpx2.AsyncClient) -> None:
    proofs = [("DPoP", holder_at(unchanged).proof(TOKEN)) for _ in range(2)]
    body = urlencode(unchanged.form("portal", "")).encode()
    answer = await http.post("/oauth/token", content=body, headers=[*FORM.items(), *proofs])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("path", POSTED)
async def test_a_refusal_holds_and_logs_nothing_of_what_was_sent(
    unchanged: Installation, http: httpx2.AsyncClient, path: str, logged: Logged
) -> None:
    secret = "a-very-telling-secret-0123456789"
    form = {**unchanged.form("desk", NAME), "client_assertion": secret, "token": secret, "subject_token": secret}
    answer = await http.post(path, data=form, headers={"DPoP": secret, "Authorization": f"Bearer {secret}"})
    assert answer.status_code in REFUSALS
    assert secret not in answer.text
    logged.holds_nothing_of(secret)


async def test_a_body_that_does_not_come_is_not_waited_for(
    unchanged: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.oauth.posted.BODY_WITHIN_S", 0.05)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/oauth/token", "headers": [], "query_string": b"",
        "client": ("203.0.113.7", 1), "server": ("x", 1), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    await unchanged.app(scope, receive, send)
    assert sent[0]["status"] == 408
