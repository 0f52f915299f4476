"""What citizens see when the database goes away, and strangers who begin too many sign-ins: one sentence."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from auth import clock
from auth.citizens import sessions
from auth.citizens.id_tokens import Identity
from auth.oauth.rates import ADDRESS_PER_MINUTE
from console.citizens.desk import Counter
from console.citizens.own import OwnConsents
from console.citizens.signing_in import OWN, SigningIn
from tests.auth.portals import ANH, Portal
from tests.auth.world import ISSUER


@pytest.fixture
def counter(portal: Portal) -> Counter:
    return Counter(portal.desk, lambda _: "")


@pytest.fixture
async def http(counter: Counter) -> AsyncIterator[httpx2.AsyncClient]:
    signing_in = SigningIn(counter)
    app = Starlette(routes=[*signing_in.routes(), *OwnConsents(counter, signing_in).routes()])
    own = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ISSUER, headers=own) as client:
        yield client


async def test_strangers_who_begin_too_many_sign_ins_are_refused_before_anything_is_kept(
    counter: Counter, http: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped, statuses = clock.lease(), []
    monkeypatch.setattr(clock, "lease", lambda: stopped)
    for asked in (1, ADDRESS_PER_MINUTE):
        for _ in range(asked):
            counter.rates.wait_s("127.0.0.1", ADDRESS_PER_MINUTE)
        statuses.append((await http.get(OWN)).status_code)
    assert statuses == [503, 429]  # there is no provider here


async def withdrawal(portal: Portal, counter: Counter, http: httpx2.AsyncClient) -> dict[str, str]:
    """The form by which a citizen who is signed in takes the one consent back."""
    await portal.code()
    async with portal.desk.engine.begin() as connection:
        secret = await sessions.begin(connection, portal.desk.authority.subjects, Identity(ANH, "high"))
        session = await sessions.current(connection, portal.desk.authority.subjects, secret)
    assert session is not None
    http.cookies.set(counter.session_cookie.name, secret)
    number = await portal.made.connection.fetchval("select max(consent) from consents")
    return {"do": "withdraw", "consent": str(number), "form_token": session.office_token}


async def test_a_withdrawal_of_which_nobody_can_say_whether_it_was_made_says_to_try_again(
    portal: Portal, counter: Counter, http: httpx2.AsyncClient
) -> None:
    form = await withdrawal(portal, counter, http)
    await portal.made.connection.execute("alter table acts rename to elsewhere")
    answer = await http.post(OWN, data=form)
    await portal.made.connection.execute("alter table elsewhere rename to acts")
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text
    assert (await http.post(OWN, data=form)).status_code == 303


async def test_a_withdrawal_that_was_made_is_told_as_made_though_nobody_knows_yet_where_it_is_in_force(
    portal: Portal, counter: Counter, http: httpx2.AsyncClient
) -> None:
    form = await withdrawal(portal, counter, http)
    await portal.made.connection.execute("alter table processes rename to elsewhere")
    answer = await http.post(OWN, data=form)
    await portal.made.connection.execute("alter table elsewhere rename to processes")
    assert answer.status_code == 303
    assert await portal.made.connection.fetchval("select count(*) from consents where withdrawn_at is null") == 0
