"""Rates: an address and a client may ask so often and no oftener, and nobody uses up another's share."""

import asyncio

import httpx2
import pytest

from auth import clock
from auth.oauth.rates import ADDRESS_PER_MINUTE, BUCKETS_KEPT, CLIENT_PER_MINUTE, Rates, network_of
from tests.auth.conftest import Install
from tests.auth.holders import holder_at
from tests.auth.world import NAME, Installation, settled

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that stands still; the one item is what it shows."""
    shown = [1000.0]
    monkeypatch.setattr(clock, "lease", lambda: shown[0])
    return shown


def test_a_minutes_share_may_be_used_at_once_and_comes_back_evenly(stopped: list[float]) -> None:
    rates = Rates()
    assert [rates.wait_s("a", 6) for _ in range(7)] == [0] * 6 + [10]
    stopped[0] += 9.9
    assert rates.wait_s("a", 6) == 1
    stopped[0] += 0.2
    assert [rates.wait_s("a", 6) for _ in range(2)] == [0, 10]
    stopped[0] += 3600
    assert [rates.wait_s("a", 6) for _ in range(7)] == [0] * 6 + [10]


def test_one_does_not_use_up_the_share_of_another(stopped: list[float]) -> None:
    rates = Rates()
    assert [rates.wait_s("a", 1), rates.wait_s("a", 1), rates.wait_s("b", 1)] == [0, 60, 0]


def test_no_more_than_so_many_are_counted(stopped: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auth.oauth.rates.BUCKETS_KEPT", 3)
    rates = Rates()
    for name in "abcda":
        rates.wait_s(name, 10)
    assert sorted(map(str, rates._buckets)) == ["a", "c", "d"]
    assert BUCKETS_KEPT > 3


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_what_one_customer_may_choose_among_is_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


async def test_a_client_that_asks_too_often_is_told_when_to_come_back(here: Installation) -> None:
    await here.add_client("eager", tokens_per_minute=2)
    await settled(here)
    answers = [await here.ask("eager", NAME) for _ in range(3)]
    assert [answer.status for answer in answers[:2]] == [200, 200]
    refused = answers[2]
    assert (refused.status, refused.body["error"]) == (429, "temporarily_unavailable")
    assert 1 <= int(refused.headers["Retry-After"]) <= 30
    assert (await here.ask("desk", NAME)).status == 200


async def test_an_assertion_refused_for_haste_is_not_used_up(here: Installation) -> None:
    await here.add_client("eager", tokens_per_minute=1)
    await here.token("eager")
    assertion = here.assertion("eager")
    assert (await here.ask("eager", "", purpose=None, assertion=assertion)).status == 429
    await here.connection.execute("update shares set at = at - interval '1 minute'")
    assert (await here.ask("eager", "", purpose=None, assertion=assertion)).status == 200


async def test_a_stranger_who_writes_a_clients_name_does_not_use_up_its_share(here: Installation) -> None:
    await here.add_client("quiet", tokens_per_minute=1)
    await settled(here)
    stranger = holder_at(here).key
    for _ in range(5):
        assert (await here.ask("quiet", NAME, assertion=here.assertion("quiet", key=stranger))).status == 400
    assert (await here.ask("quiet", NAME)).status == 200


def _client_at(made: Installation, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=made.app, client=(address, 1234))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000")


async def test_an_address_that_asks_too_often_is_refused_before_anything_is_read(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auth.oauth.posted.ADDRESS_PER_MINUTE", 2)
    app = here.app
    monkeypatch.setattr(type(here), "app", app)
    async with _client_at(here, "203.0.113.7") as busy, _client_at(here, "203.0.113.8") as other:
        headers = {**FORM, "X-Forwarded-For": "198.51.100.1", "Forwarded": "for=198.51.100.1"}
        paths = ["/oauth/token", "/oauth/introspect", "/oauth/revoke"]
        answers = [await busy.post(path, content=b"x=1", headers=headers) for path in paths]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert int(answers[2].headers["retry-after"]) == 30
        assert answers[2].json()["error"] == "temporarily_unavailable"
        spoofed = await busy.post("/oauth/token", content=b"", headers={**FORM, "X-Forwarded-For": "203.0.113.99"})
        assert spoofed.status_code == 429
        assert (await other.post("/oauth/token", content=b"x=1", headers=FORM)).status_code == 400


def test_the_limits_leave_room_for_what_is_usual() -> None:
    assert ADDRESS_PER_MINUTE >= 10 * CLIENT_PER_MINUTE


async def test_a_clients_requests_are_counted_over_all_processes(here: Installation, install: Install) -> None:
    others = [await install(here.files) for _ in range(3)]
    await here.add_client("eager", tokens_per_minute=6)
    await settled(here)
    forms = [here.form("eager", NAME) for _ in range(12)]
    servers = [each.server for each in (here, *others)] * 3
    answers = await asyncio.gather(*(server.token(form) for server, form in zip(servers, forms, strict=True)))
    assert sorted(answer.status for answer in answers) == [200] * 6 + [429] * 6


async def test_a_clients_share_comes_back_evenly(here: Installation) -> None:
    await here.add_client("eager", tokens_per_minute=6)
    await settled(here)
    await here.connection.execute("insert into shares values ('eager', 0, now() - interval '15 seconds')")
    answers = [await here.ask("eager", NAME) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert 1 <= int(answers[1].headers["Retry-After"]) <= 5
    await here.connection.execute("update shares set at = now() - interval '1 day'")
    assert [(await here.ask("eager", NAME)).status for _ in range(7)] == [200] * 6 + [429]
