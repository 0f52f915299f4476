"""The pages of citizens in production, with a provider and without one."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx2
import pytest
from starlette.applications import Starlette

from auth.citizens.provider import ProviderTerms
from auth.demo.provider import PLACE
from console.citizens.ledgers import Ledgers
from console.citizens.opening import SignIn, opened
from tests.auth.portals import Portal
from tests.auth.world import ISSUER

NOBODY_LISTENS = ProviderTerms("https://localhost:1", "us", frozenset({"high"}), "personal_number")


async def pages(portal: Portal, mode: str, terms: ProviderTerms | None) -> AsyncIterator[httpx2.AsyncClient]:
    sign_in = SignIn(mode, terms, portal.made.files)
    no_ledgers = cast(Ledgers, None)  # nobody gets as far as to see what was read of them
    given = portal.made.dsn, portal.made.server, portal.desk.acts, None, lambda _: "", no_ledgers, sign_in
    async with opened(*given) as routes:
        transport = httpx2.ASGITransport(Starlette(routes=routes))
        async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
            yield client


@pytest.fixture
async def without_provider(portal: Portal) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in pages(portal, "production", None):
        yield client


@pytest.fixture
async def with_dead_provider(portal: Portal) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in pages(portal, "production", NOBODY_LISTENS):
        yield client


@pytest.fixture
async def in_demo_mode(portal: Portal) -> AsyncIterator[httpx2.AsyncClient]:
    async for client in pages(portal, "demo", None):
        yield client


async def arriving(portal: Portal) -> dict[str, Any]:
    return {"client_id": "portal", "request_uri": await portal.pushed()}


async def test_a_portals_citizen_where_no_provider_is_set_up_is_told_so_in_one_line(
    portal: Portal, without_provider: httpx2.AsyncClient
) -> None:
    answer = await without_provider.get("/oauth/authorize?lang=en", params=await arriving(portal))
    assert answer.status_code == 503
    answer = await without_provider.get("/my/consents?lang=en")
    assert answer.status_code == 503
    assert "No identity provider is set up here, so nobody can sign in." in answer.text
    assert (await without_provider.get("/my/signed-in?state=a&code=b&iss=c")).status_code == 503


async def test_a_citizen_whose_provider_does_not_answer_is_asked_to_try_again(
    portal: Portal, with_dead_provider: httpx2.AsyncClient
) -> None:
    answer = await with_dead_provider.get("/oauth/authorize", params=await arriving(portal))
    assert answer.status_code == 503
    assert "location" not in answer.headers


@pytest.mark.parametrize("path", ["/authorize", "/token", "/jwks", "/.well-known/openid-configuration"])
async def test_the_demo_provider_is_not_there_in_production(without_provider: httpx2.AsyncClient, path: str) -> None:
    assert (await without_provider.get(PLACE + path)).status_code == 404


async def test_the_demo_provider_is_there_in_demo_mode(in_demo_mode: httpx2.AsyncClient) -> None:
    answer = await in_demo_mode.get(PLACE + "/.well-known/openid-configuration")
    assert answer.json()["issuer"] == ISSUER + PLACE


async def test_a_page_says_an_outage_of_the_database_in_one_sentence(
    portal: Portal, without_provider: httpx2.AsyncClient
) -> None:
    await portal.made.connection.execute("alter table citizen_sessions rename to gone")
    without_provider.cookies.set("lienthong-citizen", "A" * 43)
    answer = await without_provider.get("/my/consents?lang=en")
    assert answer.status_code == 503
    assert "This cannot be done at the moment." in answer.text
    assert "citizen_sessions" not in answer.text
