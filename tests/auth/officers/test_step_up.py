"""A signature under one change is good for that change, that officer, that once; and can be checked ever after."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.acts.canonical import digest
from auth.acts.change import as_json
from auth.officers import sessions, sign_in, step_up
from auth.officers.party import RelyingParty, read_assertion, read_creation
from auth.officers.proof import EvidenceInvalid, challenge_of, evidence_of, verify_evidence
from auth.officers.refusals import ChallengeGone, Malformed, NotSignedIn, PasskeyRefused
from auth.officers.step_up import Signed
from tests.auth.officers.authenticator import Authenticator, encoded
from tests.auth.officers.conftest import ORIGIN, Room

CHANGE = {"act": "grant.revoke", "grant": 7, "reason": "No longer needed – đã xong"}


async def signed(room: Room, secret: str, change: Any = None, which: int = 0) -> Signed:
    session = await room.session(secret)
    options = await step_up.begin(room.here, session, CHANGE if change is None else change)
    return await step_up.finish(room.here, session, room.passkeys[session.officer][which].get(options))


async def public_key(room: Room, passkey: Authenticator) -> bytes:
    rows = await room.run(
        "select public_key from passkeys where credential = :credential", credential=passkey.credential
    )
    key = rows[0][0]
    assert isinstance(key, bytes)
    return key


async def test_an_officer_signs_a_change_and_gets_evidence_for_it(room: Room) -> None:
    answer = await signed(room, await room.officer("an"))
    assert answer.change == CHANGE
    assert answer.evidence.covers("an", digest(CHANGE), datetime.now(UTC))
    assert answer.evidence.credential == encoded(room.passkeys["an"][0].credential)


async def test_evidence_covers_no_other_change_officer_or_time(room: Room) -> None:
    evidence = (await signed(room, await room.officer("an"))).evidence
    now = datetime.now(UTC)
    assert not evidence.covers("binh", digest(CHANGE), now)
    assert not evidence.covers("an", digest({**CHANGE, "grant": 8}), now)
    assert not evidence.covers("an", digest({**CHANGE, "reason": CHANGE["reason"] + " "}), now)  # type: ignore[operator]
    assert not evidence.covers("an", digest(CHANGE), now + timedelta(minutes=6))


async def test_signing_gives_the_session_another_secret(room: Room) -> None:
    secret = await room.officer("an")
    answer = await signed(room, secret)
    assert await room.look(secret) is None
    assert (await room.session(answer.secret)).officer == "an"


async def test_one_signature_makes_evidence_once(room: Room) -> None:
    secret = await room.officer("an")
    session = await room.session(secret)
    options = await step_up.begin(room.here, session, CHANGE)
    answer = room.passkeys["an"][0].get(options)
    outcomes = await asyncio.gather(
        *(step_up.finish(room.here, session, answer) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Signed) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ChallengeGone) for outcome in outcomes) == 9


async def test_of_two_signatures_in_one_session_at_once_one_wins(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    passkeys = room.passkeys["an"]
    answers = [passkey.get(await step_up.begin(room.here, session, CHANGE)) for passkey in passkeys]
    outcomes = await asyncio.gather(
        *(step_up.finish(room.here, session, answer) for answer in answers), return_exceptions=True
    )
    assert sum(isinstance(outcome, Signed) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotSignedIn) for outcome in outcomes) == 1


async def test_another_officers_passkey_signs_nothing_here(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    await room.officer("binh")
    options = await step_up.begin(room.here, session, CHANGE)
    with pytest.raises(PasskeyRefused):
        await step_up.finish(room.here, session, room.passkeys["binh"][0].get(options))


async def test_a_challenge_of_another_officer_is_none_of_mine(room: Room) -> None:
    an, binh = await room.session(await room.officer("an")), await room.session(await room.officer("binh"))
    options = await step_up.begin(room.here, an, CHANGE)
    with pytest.raises(ChallengeGone):
        await step_up.finish(room.here, binh, room.passkeys["binh"][0].get(options))


async def test_a_challenge_for_signing_in_signs_no_change(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    options = await sign_in.begin(room.here)
    with pytest.raises(ChallengeGone):
        await step_up.finish(room.here, session, room.passkeys["an"][0].get(options))


async def test_a_session_that_ended_meanwhile_signs_nothing(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    options = await step_up.begin(room.here, session, CHANGE)
    async with room.here.engine.begin() as connection:
        await sessions.end(connection, "an")
    with pytest.raises(NotSignedIn):
        await step_up.finish(room.here, session, room.passkeys["an"][0].get(options))


async def test_a_removed_passkey_signs_nothing(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    options = await step_up.begin(room.here, session, CHANGE)
    credential = room.passkeys["an"][1].credential
    await room.run("update passkeys set removed_at = now() where credential = :credential", credential=credential)
    with pytest.raises(PasskeyRefused):
        await step_up.finish(room.here, session, room.passkeys["an"][1].get(options))


UNSIGNABLE: list[Any] = [{"x": 1.5}, {"x": float("nan")}, {"x": "\ud800"}, {"x": "a\x00b"}, {"x": "y" * 70_000}]


@pytest.mark.parametrize("change", UNSIGNABLE, ids=["fraction", "nan", "surrogate", "nul", "long"])
async def test_a_change_that_has_no_one_spelling_cannot_be_signed(room: Room, change: Any) -> None:
    session = await room.session(await room.officer("an"))
    with pytest.raises(Malformed):
        await step_up.begin(room.here, session, change)


async def test_kept_evidence_holds_years_later_without_the_database(room: Room) -> None:
    secret = await room.officer("an")
    first = room.passkeys["an"][0]
    answer = await signed(room, secret)
    kept, key = json.loads(json.dumps(as_json(answer.evidence))), await public_key(room, first)
    assert verify_evidence(kept, CHANGE, "an", key, ORIGIN) == answer.evidence


async def test_evidence_that_was_touched_does_not_hold(room: Room) -> None:
    secret = await room.officer("an")
    answer = await signed(room, secret)
    kept, key = as_json(answer.evidence), await public_key(room, room.passkeys["an"][0])
    other = await public_key(room, room.passkeys["an"][1])
    moved = {**CHANGE, "grant": 8}
    faults: list[tuple[Any, ...]] = [
        (kept, moved, "an", key, ORIGIN),
        ({**kept, "change": digest(moved)}, moved, "an", key, ORIGIN),
        ({**kept, "change": digest(moved)}, CHANGE, "an", key, ORIGIN),
        (kept, CHANGE, "binh", key, ORIGIN),
        ({**kept, "officer": "binh"}, CHANGE, "an", key, ORIGIN),
        (kept, CHANGE, "an", other, ORIGIN),
        (kept, CHANGE, "an", b"", ORIGIN),
        (kept, CHANGE, "an", key, "https://elsewhere.example"),
        ({**kept, "nonce": encoded(bytes(32))}, CHANGE, "an", key, ORIGIN),
        ({**kept, "signature": kept["client_data"]}, CHANGE, "an", key, ORIGIN),
        ({**kept, "nonce": "é"}, CHANGE, "an", key, ORIGIN),
        ({}, CHANGE, "an", key, ORIGIN),
        (kept, {"x": 0.5}, "an", key, ORIGIN),
    ]
    for fault in faults:
        with pytest.raises(EvidenceInvalid):
            verify_evidence(*fault)


LEAVES = st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8) | st.booleans()
CHANGES = st.dictionaries(st.sampled_from(["act", "grant", "reason", "scopes"]), LEAVES | st.lists(LEAVES, max_size=3))


@given(CHANGES, CHANGES)
def test_a_signature_holds_for_one_change_only(one: dict[str, Any], other: dict[str, Any]) -> None:
    passkey, nonce = Authenticator(ORIGIN), b"n" * 32
    party = RelyingParty(ORIGIN)
    creation, challenge = read_creation(passkey.create(party.creation("an", "An", b"c" * 32, [])))
    key = party.created(creation, challenge).public_key
    asserted = read_assertion(passkey.get(party.request(challenge_of(nonce, one))))
    kept = as_json(evidence_of("an", one, nonce, asserted, datetime.now(UTC)))
    assert verify_evidence(kept, one, "an", key, ORIGIN).change == digest(one)
    if digest(one) != digest(other):
        with pytest.raises(EvidenceInvalid):
            verify_evidence({**kept, "change": digest(other)}, other, "an", key, ORIGIN)
