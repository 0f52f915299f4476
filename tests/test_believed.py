"""Whom strangers are counted as: the peer of the connection, unless a proxy that was named says for whom it asks."""

from typing import Any

import pytest
import uvicorn
from starlette.requests import Request

from asgi import SERVED, believed
from auth.oauth.rates import network_of_peer
from installation.settings import load

PROXY, OTHER, CLIENT, FORGED = "10.0.0.5", "10.0.0.6", "203.0.113.7", "198.51.100.1"


async def counted_as(proxies: str, peer: str, *forwarded: str) -> str:
    """The address under which a request is counted that came with these lines of X-Forwarded-For."""
    seen: list[str] = []

    async def app(scope: Any, _: Any, __: Any) -> None:
        seen.append(network_of_peer(Request(scope)))

    config = uvicorn.Config(app, interface="asgi3", **SERVED | believed(load(trusted_proxies=proxies)))
    config.load()
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    scope = {"type": "http", "client": (peer, 1234), "headers": headers, "scheme": "http"}
    await config.loaded_app(scope, None, None)
    return seen[0]


@pytest.mark.parametrize("header", [(FORGED,), (f"{FORGED}, {CLIENT}",), ()])
async def test_nobody_is_believed_unless_named(header: tuple[str, ...]) -> None:
    assert await counted_as("", CLIENT, *header) == CLIENT
    assert await counted_as(PROXY, CLIENT, *header) == CLIENT
    assert await counted_as(PROXY, OTHER, *header) == OTHER


@pytest.mark.parametrize(
    "header",
    [(CLIENT,), (f"{FORGED}, {CLIENT}",), (FORGED, CLIENT), (f"{CLIENT}:4711",), (f"{FORGED}, {CLIENT}, {PROXY}",)],
)
async def test_a_named_proxy_says_for_whom_it_asks_and_what_the_client_wrote_before_does_not_count(
    header: tuple[str, ...],
) -> None:
    assert await counted_as(PROXY, PROXY, *header) == CLIENT
    assert await counted_as("10.0.0.0/29", PROXY, *header) == CLIENT


async def test_a_customers_network_counts_as_one_behind_a_proxy_too() -> None:
    assert await counted_as(PROXY, PROXY, "2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"


async def test_a_proxy_that_says_nothing_is_counted_itself() -> None:
    assert await counted_as(PROXY, PROXY) == PROXY
