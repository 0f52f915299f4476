"""Links by which officers enroll: once, for a day, for one officer; and the two passkeys that follow."""

import asyncio

import pytest

from auth.officers import enrolment, passkeys, second, step_up
from auth.officers.changes import RemovePasskey, fingerprint
from auth.officers.refusals import (
    ChallengeGone,
    EnoughPasskeys,
    LastPasskey,
    LinkRefused,
    Malformed,
    NotSignedIn,
    PasskeyRefused,
)
from auth.opaque import digest
from tests.auth.officers.authenticator import Authenticator
from tests.auth.officers.conftest import BROWSER, ORIGIN, Room


async def held(room: Room, officer: str) -> list[bytes]:
    async with room.here.engine.connect() as connection:
        return [passkey.credential for passkey in await passkeys.of(connection, officer)]


async def test_an_officer_enrolls_by_a_link_and_is_signed_in_with_one_passkey(room: Room) -> None:
    await room.admit("an")
    session = await room.session(await room.enroll("an"))
    assert (session.officer, session.passkeys, session.complete) == ("an", 1, False)
    assert await held(room, "an") == [room.passkeys["an"][0].credential]


async def test_an_officer_with_one_passkey_enrolls_the_second_and_is_complete(room: Room) -> None:
    await room.admit("an")
    secret = await room.add_second("an", await room.enroll("an"))
    assert (await room.session(secret)).complete
    assert await held(room, "an") == [passkey.credential for passkey in room.passkeys["an"]]
    recorded = await room.run("select actor, act, evidence = 'null'::jsonb from acts order by act_id")
    assert recorded == [("an", "passkey.enroll", True), ("an", "passkey.enroll", False)]


async def test_the_database_holds_no_secret_of_a_link_or_a_session(room: Room) -> None:
    await room.admit("an")
    link = await room.link("an")
    assert await room.run("select digest from enrolments") == [(digest(link),)]
    secret = await room.enroll("an")
    assert await room.run("select digest from officer_sessions") == [(digest(secret),)]


async def test_a_used_link_enrolls_nobody_again(room: Room) -> None:
    await room.admit("an")
    link, passkey, thief = await room.link("an"), Authenticator(ORIGIN), Authenticator(ORIGIN)
    begun, late = await enrolment.begin(room.here, link), await enrolment.begin(room.here, link)
    await enrolment.finish(room.here, link, passkey.create(begun), "First", BROWSER)
    with pytest.raises(LinkRefused):
        await enrolment.begin(room.here, link)
    with pytest.raises(LinkRefused):
        await enrolment.finish(room.here, link, thief.create(late), "Thief", BROWSER)
    assert await held(room, "an") == [passkey.credential]


async def test_of_many_who_use_a_link_at_once_one_enrolls(room: Room) -> None:
    await room.admit("an")
    link = await room.link("an")
    begun = [await enrolment.begin(room.here, link) for _ in range(10)]
    tries = [
        enrolment.finish(room.here, link, Authenticator(ORIGIN).create(options), "Mine", BROWSER) for options in begun
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, enrolment.Enrolled) for answer in answers) == 1
    assert sum(isinstance(answer, LinkRefused) for answer in answers) == 9
    assert len(await held(room, "an")) == 1


async def test_a_later_link_makes_the_earlier_one_useless(room: Room) -> None:
    await room.admit("an")
    earlier, later = await room.link("an"), await room.link("an")
    with pytest.raises(LinkRefused):
        await enrolment.begin(room.here, earlier)
    assert await enrolment.begin(room.here, later)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 5000, "é", "\x00"])
async def test_a_link_that_nobody_gave_is_refused(room: Room, secret: str) -> None:
    await room.admit("an")
    await room.link("an")
    with pytest.raises(LinkRefused):
        await enrolment.begin(room.here, secret)


@pytest.mark.parametrize(
    "change",
    [
        "update enrolments set expires_at = now()",
        "update officers set state = 'removed'",
    ],
)
async def test_a_link_that_came_too_late_is_refused_before_and_after_the_passkey_was_made(
    room: Room, change: str
) -> None:
    await room.admit("an")
    link = await room.link("an")
    options = await enrolment.begin(room.here, link)
    await room.run(change)
    with pytest.raises(LinkRefused):
        await enrolment.begin(room.here, link)
    with pytest.raises(LinkRefused):
        await enrolment.finish(room.here, link, Authenticator(ORIGIN).create(options), "Late", BROWSER)


async def test_a_failed_attempt_leaves_the_link_good(room: Room) -> None:
    await room.admit("an")
    link = await room.link("an")
    options = await enrolment.begin(room.here, link)
    with pytest.raises(PasskeyRefused):
        await enrolment.finish(room.here, link, Authenticator("https://evil.example").create(options), "x", BROWSER)
    await enrolment.finish(
        room.here, link, Authenticator(ORIGIN).create(await enrolment.begin(room.here, link)), "x", BROWSER
    )
    assert len(await held(room, "an")) == 1


async def test_a_challenge_answers_once_and_for_its_own_officer(room: Room) -> None:
    await room.admit("an")
    await room.admit("binh")
    an, binh = await room.link("an"), await room.link("binh")
    for_an = await enrolment.begin(room.here, an)
    with pytest.raises(ChallengeGone):
        await enrolment.finish(room.here, binh, Authenticator(ORIGIN).create(for_an), "x", BROWSER)
    with pytest.raises(ChallengeGone):  # it was used up by the wrong answer
        await enrolment.finish(room.here, an, Authenticator(ORIGIN).create(for_an), "x", BROWSER)


async def test_a_challenge_older_than_five_minutes_is_gone(room: Room) -> None:
    await room.admit("an")
    link = await room.link("an")
    options = await enrolment.begin(room.here, link)
    await room.run("update challenges set expires_at = expires_at - interval '5 minutes'")
    with pytest.raises(ChallengeGone):
        await enrolment.finish(room.here, link, Authenticator(ORIGIN).create(options), "x", BROWSER)


async def test_a_passkey_of_another_officer_cannot_be_enrolled_again(room: Room) -> None:
    await room.officer("an")
    await room.admit("binh")
    link = await room.link("binh")
    stolen = Authenticator(ORIGIN, credential=room.passkeys["an"][0].credential)
    options = await enrolment.begin(room.here, link)
    with pytest.raises(PasskeyRefused):
        await enrolment.finish(room.here, link, stolen.create(options), "x", BROWSER)
    assert await held(room, "binh") == []


async def test_whoever_comes_by_a_link_again_starts_over(room: Room) -> None:
    secret = await room.officer("an")
    lost = await held(room, "an")
    await room.enroll("an")
    assert await held(room, "an") == [room.passkeys["an"][0].credential]
    assert not set(lost) & set(await held(room, "an"))
    assert await room.look(secret) is None


async def test_an_officer_with_two_passkeys_cannot_begin_a_third(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    with pytest.raises(EnoughPasskeys):
        await second.begin(room.here, session, "Third")


async def test_of_two_that_are_enrolled_at_once_beside_a_first_one_is_the_third(room: Room) -> None:
    await room.admit("an")
    secret = await room.enroll("an")
    allowed = []
    for _ in range(2):
        asked = await second.begin(room.here, await room.session(secret), "Second")
        first = room.passkeys["an"][0]
        options, secret = await second.allow(room.here, await room.session(secret), first.get(asked))
        allowed.append(options)
    session = await room.session(secret)
    answers = await asyncio.gather(
        *(second.finish(room.here, session, Authenticator(ORIGIN).create(options)) for options in allowed),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if answer is not None] == [EnoughPasskeys]
    assert len(await held(room, "an")) == 2


async def test_an_officer_who_is_removed_meanwhile_enrolls_nothing(room: Room) -> None:
    await room.admit("an")
    secret = await room.enroll("an")
    asked = await second.begin(room.here, await room.session(secret), "Second")
    first = room.passkeys["an"][0]
    options, secret = await second.allow(room.here, await room.session(secret), first.get(asked))
    session = await room.session(secret)
    await room.run("update officers set state = 'removed'")
    with pytest.raises(NotSignedIn):
        await second.finish(room.here, session, Authenticator(ORIGIN).create(options))
    assert len(await held(room, "an")) == 1


async def test_a_stolen_session_enrolls_nothing_without_the_first_passkey(room: Room) -> None:
    await room.admit("an")
    secret, thief = await room.enroll("an"), Authenticator(ORIGIN)
    asked = await second.begin(room.here, await room.session(secret), "Mine")
    with pytest.raises(PasskeyRefused):
        await second.allow(room.here, await room.session(secret), thief.get(asked))
    link_challenge = await enrolment.begin(room.here, await room.link("an"))
    with pytest.raises(ChallengeGone):
        await second.finish(room.here, await room.session(secret), thief.create(link_challenge))
    assert len(await held(room, "an")) == 1


async def test_a_challenge_serves_only_what_it_was_issued_for(room: Room) -> None:
    await room.admit("an")
    secret = await room.enroll("an")
    first = room.passkeys["an"][0]
    asked = await second.begin(room.here, await room.session(secret), "Second")
    to_enroll, secret = await second.allow(room.here, await room.session(secret), first.get(asked))
    with pytest.raises(ChallengeGone):
        await step_up.finish(room.here, await room.session(secret), first.get(to_enroll))
    to_sign = await step_up.begin(room.here, await room.session(secret), {"act": "grant.revoke"})
    with pytest.raises(ChallengeGone):
        await second.finish(room.here, await room.session(secret), Authenticator(ORIGIN).create(to_sign))
    assert len(await held(room, "an")) == 1


async def removing(room: Room, secret: str, officer: str, passkey: Authenticator, signer: Authenticator) -> str:
    """Ask for a removal and sign it; the session's secret afterwards."""
    change = RemovePasskey(officer=officer, passkey=fingerprint(passkey.credential))
    session = await room.session(secret)
    signed = await step_up.finish(room.here, session, signer.get(await step_up.begin(room.here, session, change)))
    await second.finish_removal(room.here, session, signed)
    return signed.secret


async def test_a_signature_under_something_else_allows_no_passkey_and_removes_none(room: Room) -> None:
    secret = await room.officer("an")
    first, other = room.passkeys["an"]
    change = {"act": "grant.revoke", "officer": "an"}
    asked = await step_up.begin(room.here, await room.session(secret), change)
    with pytest.raises(Malformed):
        await second.allow(room.here, await room.session(secret), first.get(asked))
    session = await room.session(await room.sign_in("an"))
    signed = await step_up.finish(room.here, session, first.get(await step_up.begin(room.here, session, change)))
    with pytest.raises(Malformed):
        await second.finish_removal(room.here, session, signed)
    assert await held(room, "an") == [first.credential, other.credential]


async def test_an_officer_removes_the_other_passkey_and_its_sessions_end(room: Room) -> None:
    await room.officer("an")
    first, other = room.passkeys["an"]
    here, elsewhere = await room.sign_in("an", 0), await room.sign_in("an", 1)
    here = await removing(room, here, "an", other, first)
    assert await held(room, "an") == [first.credential]
    assert await room.look(elsewhere) is None
    assert not (await room.session(here)).complete
    with pytest.raises(PasskeyRefused):
        await room.sign_in("an", 1)


async def test_of_two_passkeys_that_remove_each_other_at_once_one_stays(room: Room) -> None:
    await room.officer("an")
    one, other = room.passkeys["an"]
    here, there = await room.sign_in("an", 0), await room.sign_in("an", 1)
    outcomes = await asyncio.gather(
        removing(room, here, "an", other, one), removing(room, there, "an", one, other), return_exceptions=True
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert len(await held(room, "an")) == 1


async def test_an_officer_cannot_remove_the_passkey_they_signed_in_with_nor_anothers(room: Room) -> None:
    await room.officer("an")
    await room.officer("binh")
    mine, theirs = room.passkeys["an"], room.passkeys["binh"]
    secret = await room.sign_in("an", 0)
    with pytest.raises(LastPasskey):
        await removing(room, secret, "an", mine[0], mine[1])
    for officer in ("an", "binh"):
        secret = await room.sign_in("an", 0)
        with pytest.raises(Malformed):
            await removing(room, secret, officer, theirs[0], mine[0])
    assert len(await held(room, "an")) == len(await held(room, "binh")) == 2


@pytest.mark.parametrize("label", ["", "   ", "x" * 61, "a\nb", "a\x00b", "a\u202eb", "\ud800"])
async def test_a_label_that_cannot_be_read_is_refused(room: Room, label: str) -> None:
    await room.admit("an")
    secret = await room.enroll("an")
    with pytest.raises(Malformed):
        await second.begin(room.here, await room.session(secret), label)
