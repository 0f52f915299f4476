"""Whoever writes into the record past the program is seen: no passkey signed it."""

import json

import pytest

from auth.acts.actors import Actor
from auth.acts.agencies import SuspendAgency
from auth.acts.desk import Desk
from auth.acts.perform import perform
from auth.officers import second, step_up
from auth.officers.changes import RemovePasskey, fingerprint
from auth.officers.refusals import Malformed
from auth.officers.signatures import unsigned
from tests.auth.officers.authenticator import Authenticator, encoded
from tests.auth.officers.conftest import ORIGIN, Room
from tests.auth.world import CATALOGUE, Files, communes_of

SUSPEND = SuspendAgency(agency="G01", reason="Test")


async def suspended(room: Room, officer: str) -> None:
    """The officer suspends the agency, with a signature."""
    session = await room.session(await room.sign_in(officer))
    answer = room.passkeys[officer][0].get(await step_up.begin(room.here, session, SUSPEND))
    signed = await step_up.finish(room.here, session, answer)
    desk = Desk(room.here.engine, CATALOGUE, communes_of, Files())
    await perform(desk, Actor("officer", officer), SUSPEND, evidence=signed.evidence)


async def found(room: Room, *, demo: bool = False) -> list[int]:
    async with room.here.engine.connect() as connection:
        return [number async for number in unsigned(connection, ORIGIN, demo=demo)]


async def acted(room: Room) -> tuple[str, str]:
    """The detail and the evidence of the suspension, as JSON."""
    ((detail, evidence),) = await room.run("select detail, evidence from acts where act = 'agency.suspend'")
    return json.dumps(detail), json.dumps(evidence)


async def forge(room: Room, actor: str, act: str, detail: str, evidence: str) -> int:
    """A row put into the record by hand; its number."""
    ((number,),) = await room.run(
        "insert into acts select max(act_id) + 1, 'officer', :actor, :act, '', :detail, :evidence, now(), '', ''"
        " from acts returning act_id",
        actor=actor,
        act=act,
        detail=detail,
        evidence=evidence,
    )
    return int(str(number))


async def made(room: Room) -> None:
    await room.run("insert into agencies (agency, name_vi, name_en) values ('G01', 'x', 'x')")
    await room.officer("an")
    await suspended(room, "an")


async def test_what_officers_did_holds_also_after_the_passkey_was_removed(room: Room) -> None:
    await made(room)
    secret = await room.sign_in("an", 1)
    change = RemovePasskey(officer="an", passkey=fingerprint(room.passkeys["an"][0].credential))
    session = await room.session(secret)
    answer = room.passkeys["an"][1].get(await step_up.begin(room.here, session, change))
    await second.finish_removal(room.here, session, await step_up.finish(room.here, session, answer))
    acts = await room.run("select act from acts where actor_kind = 'officer' and evidence <> 'null'")
    assert {str(act) for (act,) in acts} == {"passkey.enroll", "agency.suspend", "passkey.remove"}
    assert await found(room) == []


async def test_an_officer_writes_nothing_into_the_record_under_another_officers_name(room: Room) -> None:
    session = await room.session(await room.officer("an"))
    await room.admit("binh")
    first, other = room.passkeys["an"]
    change = RemovePasskey(officer="binh", passkey=fingerprint(other.credential))
    signed = await step_up.finish(room.here, session, first.get(await step_up.begin(room.here, session, change)))
    with pytest.raises(Malformed):
        await second.finish_removal(room.here, session, signed)
    assert await room.run("select act_id from acts where actor = 'binh' or act = 'passkey.remove'") == []
    assert await room.run("select 1 from passkeys where removed_at is not null") == []


async def test_an_act_without_a_signature_is_found(room: Room) -> None:
    await made(room)
    detail, _ = await acted(room)
    forged = [await forge(room, "an", "agency.suspend", detail, evidence) for evidence in ("null", "{}", "7")]
    assert await found(room) == forged


async def test_a_signature_copied_under_another_act_or_name_is_found(room: Room) -> None:
    await made(room)
    await room.officer("binh")
    detail, evidence = await acted(room)
    other = detail.replace("G01", "G02")
    forged = [
        await forge(room, "an", "agency.suspend", other, evidence),
        await forge(room, "an", "grant.revoke", detail, evidence),
        await forge(room, "binh", "agency.suspend", detail, evidence),
        await forge(room, "binh", "agency.suspend", detail, evidence.replace('"an"', '"binh"')),
        await forge(room, "an", "agency.suspend", "{}", evidence),
        await forge(room, "an", "agency.suspend", "[]", evidence),
    ]
    assert await found(room) == forged


async def test_a_key_put_into_the_table_by_hand_proves_nothing(room: Room) -> None:
    await made(room)
    thief = Authenticator(ORIGIN, credential=b"thief" * 8)
    first = room.passkeys["an"][0]
    await room.run(
        "insert into passkeys (credential, officer, public_key, sign_count, backed_up, aaguid, label)"
        " select :thief, officer, public_key, 0, false, '', '' from passkeys where credential = :first",
        thief=thief.credential,
        first=first.credential,
    )
    detail, evidence = await acted(room)
    swapped = evidence.replace(encoded(first.credential), encoded(thief.credential))
    assert swapped != evidence
    forged = await forge(room, "an", "agency.suspend", detail, swapped)
    assert await found(room) == [forged]


async def test_rows_of_any_shape_are_found_and_stop_nothing(room: Room) -> None:
    await made(room)
    shapes = ["null", "[]", "7", '{"passkey": 7}', '{"passkey": {"credential": 1, "public_key": "\u00e9"}}']
    for shape in shapes:
        await forge(room, "an", "passkey.enroll", shape, "null")
    forged = [await forge(room, "an", "agency.suspend", shape, shape) for shape in shapes]
    assert await found(room) == forged


async def test_demo_mode_leaves_out_its_own_officers_only(room: Room) -> None:
    await made(room)
    detail, _ = await acted(room)
    demo = await forge(room, "demo-officer-1", "agency.suspend", detail, "null")
    real = await forge(room, "an", "agency.suspend", detail, "null")
    assert await found(room) == [demo, real]
    assert await found(room, demo=True) == [real]
