"""The HTTP face: malformed requests are refused without an internal error, and metadata says what is true."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auth.keys import public_jwk
from auth.oauth.bridge import LONGEST_BODY, read_form
from auth.oauth.metadata import check_issuer
from tests.auth.world import BASIC, BORN, ISSUER, NAME, Installation
from tests.waiting import at_once

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
async def http(unchanged: Installation) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=unchanged.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://other-host.example") as client:
        yield client


async def test_a_client_gets_its_token_over_http(unchanged: Installation, http: httpx2.AsyncClient) -> None:
    answer = await http.post("/oauth/token", data=unchanged.form("desk", NAME))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert at_once(unchanged.authority.caller(f"Bearer {answer.json()['access_token']}")).client == "desk"


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", FORM),
        (b"&&&&", FORM),
        (b"grant_type=client_credentials", {}),
        (b"grant_type=client_credentials", {"Content-Type": "multipart/form-data; boundary=x"}),
        (b'{"grant_type":"client_credentials"}', {"Content-Type": "application/json"}),
        (b"grant_type=client_credentials&grant_type=client_credentials", FORM),
        (b"grant_type=%22%0d%0a", FORM),
        (b"grant_type=%ff%fe", FORM),
        (b"grant_type=\xff", FORM),
        (b"grant_type=" + "người".encode(), FORM),
        (b"grant_type=" + b"x" * 5000, FORM),
        (b"grant_type=client_credentials&client_assertion_type=x&client_assertion=%00", FORM),
        (b"grant_type=client_credentials&scope=%5c", FORM),
        (b"grant_type=client_credentials&scope=%c4%91", FORM),
        (b"&".join(b"p%d=1" % n for n in range(60)), FORM),
        (b"grant_type=client_credentials&client_assertion=" + b"." * 5000, FORM),
        (b"client_id=desk&client_secret=x", {**FORM, "Authorization": "Basic ZGVzazp4"}),
        (b"=", FORM),
        (b"%", FORM),
    ],
)
async def test_a_malformed_request_is_refused_and_nothing_breaks(
    http: httpx2.AsyncClient, content: bytes, headers: dict[str, str]
) -> None:
    answer = await http.post("/oauth/token", content=content, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_request", "unsupported_grant_type", "invalid_client"}
    assert "www-authenticate" not in answer.headers


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.sampled_from(["grant_type", "scope", "client_assertion", "client_id", "authorization_details", "x"]),
        st.text(max_size=40) | st.just("client_credentials"),
    )
)
async def test_whatever_is_sent_is_answered_in_order(
    http: httpx2.AsyncClient, unchanged: Installation, sent: dict[str, str]
) -> None:
    form = {
        **unchanged.form("desk", NAME),
        **{k: v.encode("utf-8", "surrogatepass").decode("latin1") for k, v in sent.items()},
    }
    answer = await http.post("/oauth/token", content=urlencode(form).encode(), headers=FORM)
    assert answer.status_code in {200, 400}


async def test_a_body_over_64_kilobytes_is_refused_unread(http: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LONGEST_BODY // 1024 + 2):
            yield b"x" * 1024

    answer = await http.post("/oauth/token", content=endless(), headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


async def test_a_good_request_with_one_parameter_twice_is_refused(
    unchanged: Installation, http: httpx2.AsyncClient
) -> None:
    body = urlencode({**unchanged.form("desk"), "scope": NAME}) + "&" + urlencode({"scope": BORN})
    answer = await http.post("/oauth/token", content=body.encode(), headers=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_token_is_only_posted_for(http: httpx2.AsyncClient, method: str) -> None:
    assert (await http.request(method, "/oauth/token")).status_code == 405


async def test_parameters_in_the_address_are_not_read(unchanged: Installation, http: httpx2.AsyncClient) -> None:
    answer = await http.post("/oauth/token", params=unchanged.form("desk", NAME), content=b"", headers=FORM)
    assert answer.status_code == 400


async def test_addresses_come_from_the_issuer_not_from_the_request(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/.well-known/oauth-authorization-server")).json()
    assert document["issuer"] == ISSUER
    assert document["token_endpoint"] == ISSUER + "/oauth/token"
    assert "other-host" not in str(document)
    assert document["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert set(document["grant_types_supported"]) == {
        "client_credentials",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    }
    assert {BASIC, NAME} <= set(document["scopes_supported"])


@pytest.mark.parametrize("path", ["", "/graphql"])
async def test_the_resource_names_its_authorization_server(http: httpx2.AsyncClient, path: str) -> None:
    document = (await http.get(f"/.well-known/oauth-protected-resource{path}")).json()
    assert (document["resource"], document["authorization_servers"]) == (ISSUER + "/graphql", [ISSUER])


async def test_published_keys_are_public_and_may_be_kept(unchanged: Installation, http: httpx2.AsyncClient) -> None:
    answer = await http.get("/oauth/jwks")
    published = answer.json()["keys"]
    assert len(published) == 2  # the one that signs, and the next
    assert public_jwk(unchanged.server.signing_key) in published
    assert all("d" not in key for key in published)
    assert answer.headers["cache-control"] == "public, max-age=300"


async def test_a_scope_set_is_published_and_an_unknown_one_is_not_found(http: httpx2.AsyncClient) -> None:
    answer = await http.get(f"/oauth/scope-sets/{BASIC}")
    assert answer.json() == {"name": BASIC, "scopes": sorted([NAME, BORN])}
    assert (await http.get("/oauth/scope-sets/set:identity.basic.v9")).status_code == 404


@pytest.mark.parametrize(
    "issuer",
    ["https://x.example/", "https://x.example/path", "x.example", "https://", "https://x?y", "ftp://x.example"],
)
def test_an_issuer_that_is_no_origin_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="issuer"):
        check_issuer(issuer)


def test_empty_parameters_count_as_left_out() -> None:
    assert read_form(FORM["Content-Type"] + "; charset=UTF-8", b"scope=&grant_type=x") == {"grant_type": "x"}


def test_every_route_belongs_to_the_authority(unchanged: Installation) -> None:
    paths: list[Any] = [route.path for route in unchanged.app.routes]  # type: ignore[attr-defined]
    assert all(path.startswith(("/oauth/", "/.well-known/")) for path in paths)
