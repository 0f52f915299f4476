"""What officers see while the database is gone, and strangers who ask too often: one sentence, and nothing else."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from auth.acts.desk import Desk
from auth.database import engine_of
from auth.officers.door import Officers
from auth.officers.refusals import TooOften
from console.officers import routes
from console.officers.desk import STRANGERS_PER_MINUTE, OfficersDesk
from console.pages import static_files
from tests.auth.world import CATALOGUE, Files, communes_of
from tests.console.officers.conftest import office_of

ISSUER = "http://localhost:8000"
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": ISSUER}
PAGES = [
    f"/console/{name}"
    for name in (
        "",
        "passkeys",
        "proposals",
        "proposals/1",
        "cases",
        "cases/1",
        "disclosures?look=1",
        "findings?look=1",
    )
]


@pytest.fixture
async def desk() -> AsyncIterator[OfficersDesk]:
    """A desk whose database is nowhere."""
    engine = engine_of("postgresql://nobody@127.0.0.1:1/nowhere", 1)
    yield OfficersDesk(Officers(engine, ISSUER), Desk(engine, CATALOGUE, communes_of, Files()))
    await engine.dispose()


@pytest.fixture
async def http(desk: OfficersDesk) -> AsyncIterator[httpx2.AsyncClient]:
    office = office_of(desk, "postgresql://nobody@127.0.0.1:1/nowhere")
    transport = httpx2.ASGITransport(app=Starlette(routes=[*routes(desk, office), static_files()]))
    async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_without_a_database_says_so_in_one_sentence(http: httpx2.AsyncClient, path: str) -> None:
    http.cookies.set("lienthong-officer", "x" * 43)
    page = await http.get(path, headers={"Accept-Language": "en"})
    assert page.status_code == 503
    assert "Try again in a few minutes" in page.text
    assert not any(word in page.text for word in ("Traceback", "postgres", "127.0.0.1", "Error"))


@pytest.mark.parametrize("path", ["/console/sign-in/options", "/console/enroll/options"])
async def test_our_script_is_told_the_same(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.post(path, data={"secret": "x" * 43}, headers={**OURS, "Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")


async def test_the_page_to_sign_in_needs_no_database(http: httpx2.AsyncClient) -> None:
    assert (await http.get("/console/sign-in")).status_code == 200


async def test_strangers_who_ask_too_often_are_refused_before_the_database_is_asked(
    desk: OfficersDesk, http: httpx2.AsyncClient
) -> None:
    statuses = []
    for asked in (1, STRANGERS_PER_MINUTE):
        for _ in range(asked):
            desk.rates.wait_s("127.0.0.1", STRANGERS_PER_MINUTE)
        statuses.append((await http.post("/console/sign-in/options", data={"x": "1"}, headers=OURS)).status_code)
    assert statuses == [503, TooOften.status]
