"""Cookies: what a browser is told to keep, and what is read of what it sends."""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from auth.cookies import Kind, session_cookie

HTTPS, DEMO = "https://lienthong.example", "http://localhost:8000"


def _given(kind: Kind, issuer: str) -> str:
    response = Response()
    session_cookie(kind, issuer).give(response, "secret")
    return response.headers["set-cookie"]


def _sent(value: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", value.encode("latin-1"))]})


@pytest.mark.parametrize("kind", ["officer", "citizen"])
def test_a_browser_over_https_gets_a_session_that_no_other_site_or_script_can_use(kind: Kind) -> None:
    name, *flags = _given(kind, HTTPS).split("; ")

    assert name == f"__Host-lienthong-{kind}=secret"
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=strict", "Secure"]


def test_a_browser_in_demo_mode_gets_a_cookie_that_it_accepts_over_http() -> None:
    assert _given("citizen", DEMO) == "lienthong-citizen=secret; HttpOnly; Path=/; SameSite=strict"


def test_the_cookie_of_a_sign_in_comes_along_when_the_provider_sends_back() -> None:
    assert "SameSite=lax" in _given("sign-in", HTTPS)


def test_a_cookie_taken_back_names_the_same_place_and_has_expired() -> None:
    response = Response()

    session_cookie("officer", HTTPS).take_back(response)

    taken = response.headers["set-cookie"]
    assert taken.startswith('__Host-lienthong-officer=""; ')
    assert "Max-Age=0" in taken
    assert "Secure" in taken
    assert "Path=/" in taken


@pytest.mark.parametrize("value", ["", "x" * 65, "\u00e9"])
def test_what_was_never_given_is_not_read(value: str) -> None:
    assert session_cookie("citizen", DEMO).read(_sent(f"lienthong-citizen={value}")) is None


def test_a_cookie_with_the_plain_name_is_no_session_over_https() -> None:
    """A sibling host can set `lienthong-citizen` for the parent domain; never the one with the prefix."""
    assert session_cookie("citizen", HTTPS).read(_sent("lienthong-citizen=planted")) is None
