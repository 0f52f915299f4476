"""Sessions of citizens and sign-ins under way: what a cookie opens, for how long, and for whom not."""

import asyncio
from datetime import timedelta

import pytest

from auth import opaque
from auth.citizens import sessions, sign_ins
from auth.citizens.id_tokens import Identity
from auth.citizens.sessions import CitizenSession
from auth.citizens.sign_ins import SignIn
from tests.auth.portals import ANH, Portal

SIGN_IN = SignIn("nonce", "verifier", 1, "/my/consents")


async def signed_in(portal: Portal, citizen: str = ANH) -> str:
    async with portal.desk.engine.begin() as connection:
        return await sessions.begin(connection, portal.desk.authority.subjects, Identity(citizen, "high"))


async def found(portal: Portal, secret: str | None) -> CitizenSession | None:
    async with portal.desk.engine.begin() as connection:
        return await sessions.current(connection, portal.desk.authority.subjects, secret)


async def begun(portal: Portal, browser: str = "browser") -> str:
    async with portal.desk.engine.begin() as connection:
        return await sign_ins.begin(connection, browser, SIGN_IN)


async def answered(portal: Portal, browser: str | None, state: str) -> SignIn | None:
    async with portal.desk.engine.begin() as connection:
        return await sign_ins.answered(connection, browser, state)


async def test_a_citizen_who_signed_in_is_known_by_the_cookie(portal: Portal) -> None:
    session = await found(portal, await signed_in(portal))
    assert session is not None
    assert session.citizen == ANH
    assert ANH not in repr(session)


async def test_a_session_is_kept_without_the_cookie_and_without_the_number(portal: Portal) -> None:
    secret = await signed_in(portal)
    kept = str(await portal.made.connection.fetch("select * from citizen_sessions"))
    assert secret not in kept
    assert ANH not in kept


@pytest.mark.parametrize("secret", [None, "", "x", "A" * 43])
async def test_a_cookie_that_was_never_given_opens_nothing(portal: Portal, secret: str | None) -> None:
    await signed_in(portal)
    assert await found(portal, secret) is None


@pytest.mark.parametrize(
    ("since_used", "since_begun", "opens"),
    [
        (timedelta(minutes=14), timedelta(hours=7), True),
        (timedelta(minutes=15), timedelta(hours=1), False),
        (timedelta(minutes=1), timedelta(hours=8), False),
    ],
)
async def test_a_session_ends_unused_after_a_quarter_of_an_hour_and_used_after_eight_hours(
    portal: Portal, since_used: timedelta, since_begun: timedelta, *, opens: bool
) -> None:
    secret = await signed_in(portal)
    await portal.made.connection.execute(
        "update citizen_sessions set seen_at = now() - $1::interval, ends_at = ends_at - $2::interval",
        since_used,
        since_begun,
    )
    assert (await found(portal, secret) is not None) == opens


async def test_using_a_session_keeps_it_and_signing_out_ends_it(portal: Portal) -> None:
    secret, other = await signed_in(portal), await signed_in(portal)
    await portal.made.connection.execute("update citizen_sessions set seen_at = now() - interval '14 minutes'")
    assert await found(portal, secret) is not None
    idle = "select min(extract(epoch from now() - seen_at)) from citizen_sessions"
    assert await portal.made.connection.fetchval(idle) < 60
    async with portal.desk.engine.begin() as connection:
        await sessions.end(connection, secret)
    assert await found(portal, secret) is None
    assert await found(portal, other) is not None


async def test_sessions_that_are_over_do_not_pile_up(portal: Portal) -> None:
    await signed_in(portal)
    await portal.made.connection.execute("update citizen_sessions set ends_at = now() - interval '1 second'")
    await signed_in(portal)
    assert await portal.made.connection.fetchval("select count(*) from citizen_sessions") == 1


async def test_the_browser_that_began_a_sign_in_may_answer_it_once(portal: Portal) -> None:
    state = await begun(portal)
    assert await answered(portal, "browser", state) == SIGN_IN
    assert await answered(portal, "browser", state) is None


@pytest.mark.parametrize("browser", [None, "", "another"])
async def test_another_browser_cannot_answer_a_sign_in_and_does_not_use_it_up(
    portal: Portal, browser: str | None
) -> None:
    """Somebody who sends a citizen the link of their own sign-in does not sign the citizen in as themselves."""
    state = await begun(portal)
    assert await answered(portal, browser, state) is None
    assert await answered(portal, "browser", state) == SIGN_IN


@pytest.mark.parametrize("state", ["", "x", "A" * 43, "A" * 5000])
async def test_a_state_that_was_never_given_is_no_sign_in(portal: Portal, state: str) -> None:
    await begun(portal)
    assert await answered(portal, "browser", state) is None


async def test_a_sign_in_that_took_too_long_is_over(portal: Portal) -> None:
    state = await begun(portal)
    await portal.made.connection.execute("update sign_ins set expires_at = now()")
    assert await answered(portal, "browser", state) is None


async def test_of_ten_answers_at_once_one_signs_in(portal: Portal) -> None:
    state = await begun(portal)
    answers = await asyncio.gather(*(answered(portal, "browser", state) for _ in range(10)))
    assert [answer for answer in answers if answer] == [SIGN_IN]


async def test_state_and_browser_are_kept_as_digests(portal: Portal) -> None:
    state = await begun(portal, "browser-secret")
    kept = str(await portal.made.connection.fetch("select * from sign_ins"))
    assert state not in kept
    assert "browser-secret" not in kept


def test_a_form_of_one_use_or_session_is_none_of_another() -> None:
    token = opaque.bound_to("secret", "consent one")
    assert opaque.is_bound_to(token, "secret", "consent one")
    assert not opaque.is_bound_to(token, "secret", "consent two")
    assert not opaque.is_bound_to(token, "other", "consent one")
    assert not opaque.is_bound_to("", "secret", "consent one")
    assert not opaque.is_bound_to("é", "secret", "consent one")


async def test_a_page_of_a_session_is_known_by_its_token_and_by_no_other_sessions(portal: Portal) -> None:
    one, other = await found(portal, await signed_in(portal)), await found(portal, await signed_in(portal))
    assert one is not None
    assert other is not None
    assert one.sent_by_our_page(one.office_token)
    assert not one.sent_by_our_page(other.office_token)
    assert not one.sent_by_our_page("")
