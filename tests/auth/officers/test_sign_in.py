"""Signing in with a passkey: who may, and what a forged or repeated answer brings."""

import asyncio

import pytest

from auth.officers import sign_in, step_up
from auth.officers.refusals import ChallengeGone, PasskeyRefused
from tests.auth.officers.authenticator import PRESENT, Authenticator
from tests.auth.officers.conftest import BROWSER, ORIGIN, Room


async def test_an_officer_signs_in_with_either_passkey_and_it_is_recorded(room: Room) -> None:
    await room.officer("an", "proposer", "auditor")
    for which in (0, 1):
        session = await room.session(await room.sign_in("an", which))
        assert (session.officer, sorted(session.roles), session.complete) == ("an", ["auditor", "proposer"], True)
    recorded = await room.run("select actor_kind, actor from acts where act = 'session.begin'")
    assert recorded == [("officer", "an")] * 2


async def test_every_sign_in_has_a_session_of_its_own_and_ends_the_one_of_that_browser(room: Room) -> None:
    await room.officer("an")
    await room.officer("binh")
    old = await room.sign_in("binh")
    options = await sign_in.begin(room.here)
    new = await sign_in.finish(room.here, room.passkeys["an"][0].get(options), BROWSER, replacing=old)
    assert new != old
    assert await room.look(old) is None
    assert (await room.session(new)).officer == "an"


async def test_a_secret_planted_in_the_browser_beforehand_leads_nowhere(room: Room) -> None:
    await room.officer("an")
    planted = "p" * 43
    options = await sign_in.begin(room.here)
    secret = await sign_in.finish(room.here, room.passkeys["an"][0].get(options), BROWSER, replacing=planted)
    assert secret != planted
    assert await room.look(planted) is None


async def test_an_unknown_passkey_and_a_forged_signature_are_refused_in_the_same_words(room: Room) -> None:
    await room.officer("an")
    known = room.passkeys["an"][0]
    refusals = []
    for passkey in (Authenticator(ORIGIN), Authenticator(ORIGIN, credential=known.credential)):
        with pytest.raises(PasskeyRefused) as refused:
            await sign_in.finish(room.here, passkey.get(await sign_in.begin(room.here)), BROWSER)
        refusals.append((refused.value.code, str(refused.value)))
    assert refusals[0] == refusals[1]


async def test_a_passkey_whose_holder_was_not_verified_signs_nobody_in(room: Room) -> None:
    await room.officer("an")
    room.passkeys["an"][0].flags = PRESENT
    with pytest.raises(PasskeyRefused):
        await room.sign_in("an")


async def test_an_answer_sent_again_is_refused(room: Room) -> None:
    await room.officer("an")
    answer = room.passkeys["an"][0].get(await sign_in.begin(room.here))
    await sign_in.finish(room.here, answer, BROWSER)
    with pytest.raises(ChallengeGone):
        await sign_in.finish(room.here, answer, BROWSER)


async def test_of_many_who_send_one_answer_at_once_one_is_signed_in(room: Room) -> None:
    await room.officer("an")
    answer = room.passkeys["an"][0].get(await sign_in.begin(room.here))
    answers = await asyncio.gather(
        *(sign_in.finish(room.here, answer, BROWSER) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(each, str) for each in answers) == 1
    assert sum(isinstance(each, ChallengeGone) for each in answers) == 19


async def test_a_wrong_answer_uses_the_challenge_up(room: Room) -> None:
    await room.officer("an")
    options = await sign_in.begin(room.here)
    with pytest.raises(PasskeyRefused):
        await sign_in.finish(room.here, Authenticator(ORIGIN).get(options), BROWSER)
    with pytest.raises(ChallengeGone):
        await sign_in.finish(room.here, room.passkeys["an"][0].get(options), BROWSER)


async def test_a_challenge_for_something_else_signs_nobody_in(room: Room) -> None:
    secret = await room.officer("an")
    options = await step_up.begin(room.here, await room.session(secret), {"act": "grant.revoke"})
    with pytest.raises(ChallengeGone):
        await sign_in.finish(room.here, room.passkeys["an"][0].get(options), BROWSER)


async def test_a_copied_authenticator_is_noticed_by_its_count(room: Room) -> None:
    await room.officer("an")
    original = room.passkeys["an"][0]
    copy = Authenticator(ORIGIN, key=original.key, credential=original.credential, count=original.count)
    await room.sign_in("an")
    with pytest.raises(PasskeyRefused):
        await sign_in.finish(room.here, copy.get(await sign_in.begin(room.here)), BROWSER)


async def test_of_an_original_and_its_copies_that_sign_at_once_one_is_believed(room: Room) -> None:
    await room.officer("an")
    original = room.passkeys["an"][0]
    copies = [Authenticator(ORIGIN, key=original.key, credential=original.credential, count=9) for _ in range(8)]
    answers = [copy.get(await sign_in.begin(room.here)) for copy in copies]
    await asyncio.gather(*(room.run("select pg_sleep(0.2)") for _ in copies))  # as many connections are open now
    outcomes = await asyncio.gather(
        *(sign_in.finish(room.here, answer, BROWSER) for answer in answers), return_exceptions=True
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, PasskeyRefused) for outcome in outcomes) == 7


async def test_an_officer_who_was_removed_cannot_sign_in(room: Room) -> None:
    await room.officer("an")
    await room.run("update officers set state = 'removed'")
    with pytest.raises(PasskeyRefused):
        await room.sign_in("an")


async def test_challenges_that_nobody_answered_do_not_pile_up(room: Room) -> None:
    for _ in range(3):
        await sign_in.begin(room.here)
        await room.run("update challenges set expires_at = now()")
    await sign_in.begin(room.here)
    assert await room.run("select count(*) from challenges") == [(1,)]
