"""Sessions end by themselves, by hand, and with the officer or the passkey they stand on."""

import pytest

from auth.officers import sessions
from auth.officers.refusals import NotSignedIn
from tests.auth.officers.conftest import Room


async def test_a_session_ends_after_fifteen_idle_minutes_and_not_before(room: Room) -> None:
    secret = await room.officer("an")
    await room.run("update officer_sessions set seen_at = now() - interval '14 minutes 50 seconds'")
    assert await room.look(secret) is not None
    await room.run("update officer_sessions set seen_at = now() - interval '15 minutes'")
    assert await room.look(secret) is None


async def test_being_used_keeps_a_session_alive_for_eight_hours_at_most(room: Room) -> None:
    secret = await room.officer("an")
    ends = await room.run("select extract(epoch from ends_at - recorded_at) from officer_sessions")
    assert [float(str(row[0])) for row in ends] == [8 * 3600]
    await room.run("update officer_sessions set ends_at = now()")
    assert await room.look(secret) is None


@pytest.mark.parametrize(
    "change",
    [
        "update officers set state = 'removed'",
        "update passkeys set removed_at = now()",
        "update officer_sessions set ended_at = now()",
    ],
)
async def test_a_session_is_dead_at_once_when_what_it_stands_on_goes(room: Room, change: str) -> None:
    secret = await room.officer("an")
    assert await room.look(secret) is not None
    await room.run(change)
    assert await room.look(secret) is None


async def test_roles_are_those_of_now(room: Room) -> None:
    secret = await room.officer("an", "proposer")
    await room.run("update officers set roles = '{auditor}', opens_emergencies = true")
    session = await room.session(secret)
    assert (list(session.roles), session.opens_emergencies) == (["auditor"], True)


async def test_an_officer_lists_and_ends_their_own_sessions_only(room: Room) -> None:
    await room.officer("an")
    await room.officer("binh")
    first, other, theirs = await room.sign_in("an"), await room.sign_in("an"), await room.sign_in("binh")
    session = await room.session(first)
    async with room.here.engine.begin() as connection:
        listed = await sessions.listed(connection, session)
        assert [each.this_one for each in listed].count(True) == 1
        their_number = (await sessions.listed(connection, await room.session(theirs)))[0].number
        assert await sessions.end(connection, "an", their_number) == 0
        number = next(each.number for each in listed if each.browser == "Tests/1" and not each.this_one)
        assert await sessions.end(connection, "an", number) == 1
    assert await room.look(theirs) is not None
    async with room.here.engine.begin() as connection:
        await sessions.end(connection, "an")
    assert [await room.look(secret) for secret in (first, other)] == [None, None]
    assert await room.look(theirs) is not None


async def test_a_renewed_session_is_the_same_one_under_another_secret(room: Room) -> None:
    secret = await room.officer("an")
    session = await room.session(secret)
    async with room.here.engine.begin() as connection:
        renewed = await sessions.renew(connection, session)
    assert renewed != secret
    assert await room.look(secret) is None
    assert (await room.session(renewed)).officer == "an"
    with pytest.raises(NotSignedIn):
        async with room.here.engine.begin() as connection:
            await sessions.renew(connection, session)


@pytest.mark.parametrize("secret", ["", "x" * 43, "é" * 43])
async def test_a_secret_that_nobody_was_given_is_nobodys(room: Room, secret: str) -> None:
    await room.officer("an")
    assert await room.look(secret) is None


async def test_a_token_of_a_form_belongs_to_one_session(room: Room) -> None:
    await room.officer("an")
    one, other = await room.session(await room.sign_in("an")), await room.session(await room.sign_in("an"))
    assert one.sent_by_our_page(one.form_token)
    for token in (other.form_token, "", "x", one.form_token[:-1], one.form_token.upper(), "é"):
        assert not one.sent_by_our_page(token)


async def test_a_session_does_not_print_its_secret(room: Room) -> None:
    secret = await room.officer("an")
    assert secret not in repr(await room.session(secret))


async def test_sessions_that_ended_long_ago_are_forgotten_at_the_next_sign_in(room: Room) -> None:
    await room.officer("an")
    await room.run("update officer_sessions set ends_at = now() - interval '8 days'")
    await room.sign_in("an")
    assert await room.run("select count(*) from officer_sessions") == [(1,)]
