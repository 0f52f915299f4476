"""The road that every change takes: who signed it, what was done before, what is left of it when the machine dies."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from auth.acts import log
from auth.acts.actors import PERMISSIONS, Actor
from auth.acts.agencies import AdmitAgency
from auth.acts.audit import ReadAudit
from auth.acts.canonical import NotCanonical, canonical, digest
from auth.acts.change import Change, act_of, as_json, checked
from auth.acts.grants import RevokeGrant
from auth.acts.perform import ACTS, perform
from auth.acts.proposals import ApproveProposal, MakeProposal
from auth.acts.refusals import Conflict, Forbidden, Invalid, StepUpRequired, Undecided
from auth.acts.widening import KINDS
from auth.database import engine_of
from tests.auth.acts.people import AN, BINH, CHI, DUNG, GIVE, MACHINE, WHY, Office, evidence_of, raced, refused


async def records(office: Office) -> list[asyncpg.Record]:
    return list(await office.connection.fetch("select * from acts order by act_id"))


# Who signed


async def test_an_officers_change_without_a_signature_is_not_made(office: Office) -> None:
    grant = await office.gives()
    await refused(office.does(BINH, RevokeGrant(grant, WHY), evidence=None), StepUpRequired)


async def test_a_signature_under_another_change_is_no_signature(office: Office) -> None:
    one, other = await office.gives(), await office.gives()
    signed = evidence_of(BINH, RevokeGrant(one, WHY))
    await refused(office.does(BINH, RevokeGrant(other, WHY), evidence=signed), StepUpRequired)
    await refused(office.does(BINH, RevokeGrant(one, WHY + "."), evidence=signed), StepUpRequired)
    await office.does(BINH, RevokeGrant(one, WHY), evidence=signed)


async def test_another_officers_signature_is_no_signature(office: Office) -> None:
    grant = await office.gives()
    signed = evidence_of(BINH, RevokeGrant(grant, WHY))
    await refused(office.does(CHI, RevokeGrant(grant, WHY), evidence=signed), StepUpRequired)


async def test_a_signature_is_good_for_one_act(office: Office) -> None:
    change = MakeProposal(GIVE, WHY)
    signed = evidence_of(AN, change)
    await raced(StepUpRequired, *(office.does(AN, change, evidence=signed) for _ in range(5)))
    assert await office.count("proposals") == 1


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_an_old_signature_is_no_signature(office: Office, minutes: int) -> None:
    grant, change = await office.gives(), RevokeGrant(1, WHY)
    signed = evidence_of(BINH, change, signed_at=datetime.now(UTC) + timedelta(minutes=minutes))
    await refused(office.does(BINH, change, evidence=signed), StepUpRequired)
    assert (await office.row("grants", grant_id=grant))["state"] == "active"


async def test_a_signature_of_a_change_that_was_refused_may_be_used_once_more(office: Office) -> None:
    proposal = await office.proposes()
    change = ApproveProposal(proposal, await office.body(proposal))
    signed = evidence_of(BINH, change)
    await office.connection.execute("update agencies set state = 'suspended'")
    await refused(office.does(BINH, change, evidence=signed), Conflict)
    await office.connection.execute("update agencies set state = 'active'")
    await office.does(BINH, change, evidence=signed)


async def test_the_signature_is_kept_beside_what_it_signed(office: Office) -> None:
    grant = await office.gives()
    change = RevokeGrant(grant, WHY)
    signed = evidence_of(BINH, change)
    done = await office.does(BINH, change, evidence=signed)
    row = await office.row("acts", act_id=done.act)
    assert json.loads(row["evidence"]) == as_json(signed)
    assert digest(json.loads(row["detail"])["change"]) == signed.change


async def test_only_demo_mode_has_officers_without_passkeys(office: Office) -> None:
    with pytest.raises(ValueError, match="demo"):
        office.with_desk(unsigned=frozenset({"demo-officer-1"}))
    with pytest.raises(ValueError, match="demo-officer-"):
        office.with_desk(demo=True, unsigned=frozenset({"an"}))
    await office.connection.execute(
        "insert into officers (officer, name, roles) values ('demo-officer-1', 'x', '{proposer}')"
    )
    demo = office.with_desk(demo=True, unsigned=frozenset({"demo-officer-1"}))
    await demo.does(Actor("officer", "demo-officer-1"), MakeProposal(GIVE, WHY), evidence=None)
    await refused(demo.does(AN, MakeProposal(GIVE, WHY), evidence=None), StepUpRequired)


# The same request twice


async def test_the_same_request_twice_is_done_once(office: Office) -> None:
    change = MakeProposal(GIVE, WHY)
    first = await office.does(AN, change, key="key-00001")
    again = await office.does(AN, change, key="key-00001", evidence=None)
    assert (again.act, again.target, again.made, again.repeated) == (first.act, first.target, first.made, True)
    assert await office.count("proposals") == 1


async def test_of_the_same_request_at_once_all_get_the_same_answer(office: Office) -> None:
    answers = await asyncio.gather(*(office.does(AN, MakeProposal(GIVE, WHY), key="key-00001") for _ in range(8)))
    assert len({answer.act for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1


async def test_a_key_stands_for_one_change_of_one_actor(office: Office) -> None:
    await office.does(AN, MakeProposal(GIVE, WHY), key="key-00001")
    await refused(office.does(AN, MakeProposal(GIVE, "another"), key="key-00001"), Conflict)
    await office.does(CHI, MakeProposal(GIVE, "another"), key="key-00001")


async def test_a_removed_officer_learns_nothing_by_asking_again(office: Office) -> None:
    await office.does(AN, MakeProposal(GIVE, WHY), key="key-00001")
    await office.connection.execute("update officers set state = 'removed' where officer = 'an'")
    await refused(office.does(AN, MakeProposal(GIVE, WHY), key="key-00001"), Forbidden)


async def test_a_refused_change_is_tried_again_under_its_key(office: Office) -> None:
    await office.connection.execute("update agencies set state = 'suspended'")
    await refused(office.does(AN, MakeProposal(GIVE, WHY), key="key-00001"), Conflict)
    await office.connection.execute("update agencies set state = 'active'")
    assert not (await office.does(AN, MakeProposal(GIVE, WHY), key="key-00001")).repeated


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "key\n00001", "khóa-0001", "key-\x00-0001"])
async def test_a_key_that_could_not_travel_is_refused(office: Office, key: str) -> None:
    await refused(office.does(AN, MakeProposal(GIVE, WHY), key=key), Invalid)


async def test_answers_are_forgotten_after_two_days(office: Office) -> None:
    await office.does(AN, MakeProposal(GIVE, WHY), key="key-00001")
    office.later(days=3)
    assert not (await office.does(AN, MakeProposal(GIVE, WHY), key="key-00001")).repeated


# What cannot be meant

nasty = st.sampled_from(["\x00", "\n", "\ud800", "\u202e", "\u200b", "\x7f", "", "x" * 501, "\ufeffan", "a\u2066b"])


@given(nasty, st.sampled_from(["reason", "name_vi", "agency"]))
def test_text_that_could_not_be_kept_or_would_deceive_is_refused(text_: str, where: str) -> None:
    change: Change
    if where == "reason":
        change = RevokeGrant(1, text_)
    else:
        change = AdmitAgency(**{"agency": "G01", "name_vi": "A", "name_en": "B", where: text_})
    with pytest.raises(Invalid) as caught:
        checked(change)
    assert not text_ or text_ not in str(caught.value)


@pytest.mark.parametrize("number", [0, -1, 2**63, 1.5, True, "1", None, [1], {"a": 1}])
async def test_a_number_that_is_none_is_refused(office: Office, number: Any) -> None:
    await refused(perform(office.desk, MACHINE, RevokeGrant(number, WHY)), Invalid)


def test_every_change_has_a_row_that_says_who_may_make_it() -> None:
    assert {act_of(change) for change in ACTS} == set(PERMISSIONS)
    assert len({act_of(change) for change in {*ACTS, *KINDS}}) == len({*ACTS, *KINDS})


def test_no_permission_stands_for_a_change_that_only_widens() -> None:
    alone = {act_of(change) for change in KINDS} & set(PERMISSIONS)
    assert alone == {"client.add_key", "delegation.make"}
    assert all(PERMISSIONS[act].kinds == {"agency"} and not PERMISSIONS[act].roles for act in alone)
    assert {act for act, permission in PERMISSIONS.items() if permission.bound} == alone


# Canonical form

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(plain)
def test_a_value_read_back_has_the_same_canonical_form(value: Any) -> None:
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(plain, plain)
def test_values_that_differ_have_different_canonical_forms(one: Any, other: Any) -> None:
    assert (canonical(one) == canonical(other)) == (
        json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    )


@pytest.mark.parametrize("value", [1.0, float("nan"), "\ud800", {"a": [0.5]}, object()])
def test_what_has_more_than_one_spelling_or_none_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


# The record, and what a crash leaves


async def test_the_record_is_numbered_without_a_gap_and_chained(office: Office) -> None:
    made = await asyncio.gather(*(office.proposes() for _ in range(12)))
    await refused(office.approves(made[0], AN), Forbidden)
    await office.approves(made[0])
    rows = await records(office)
    assert [row["act_id"] for row in rows] == list(range(1, 14))
    assert [row["prev"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    async with office.desk.engine.connect() as connection:
        verified = await log.verify_chain(connection)
    assert (verified.acts, verified.head, verified.broken_at) == (13, rows[-1]["hash"], None)


@pytest.mark.parametrize(
    "tampering",
    [
        "update acts set actor = 'em' where act_id = 3",
        "update acts set detail = detail || '{\"after\": 1}' where act_id = 3",
        "update acts set acted_at = acted_at + interval '1 microsecond' where act_id = 3",
        "update acts set evidence = null where act_id = 3",
        "update acts set prev = hash where act_id = 3",
        "delete from acts where act_id = 3",
    ],
)
async def test_a_record_that_was_touched_shows_where(office: Office, tampering: str) -> None:
    for _ in range(5):
        await office.proposes()
    with pytest.raises(asyncpg.RestrictViolationError):
        await office.connection.execute(tampering)
    await office.connection.execute("alter table acts disable trigger never")
    await office.connection.execute(tampering)
    async with office.desk.engine.connect() as connection:
        verified = await log.verify_chain(connection)
    assert (verified.acts, verified.broken_at) == (2, 3)


async def test_a_long_record_is_verified_to_its_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_BATCH", 2)
    for _ in range(5):
        await office.proposes()
    async with office.desk.engine.connect() as connection:
        assert (await log.verify_chain(connection)).acts == 5


async def test_nothing_is_half_done_when_the_connection_dies_before_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the session after the change was written and before it is on record."""
    proposal = await office.proposes()
    append = log.append

    async def die(connection: Any, entry: log.Entry) -> int:
        own = await connection.scalar(text("select pg_backend_pid()"))
        await office.connection.execute("select pg_terminate_backend($1)", own)
        return await append(connection, entry)

    monkeypatch.setattr(log, "append", die)
    with pytest.raises(Undecided):
        await office.approves(proposal, key="key-00001")
    monkeypatch.undo()
    assert await office.count("grants") == 0
    assert (await office.row("proposals", proposal=proposal))["state"] == "proposed"
    assert len(await records(office)) == 1
    assert not (await office.approves(proposal, key="key-00001")).repeated


async def test_a_desk_whose_database_cannot_be_reached_says_that_nobody_knows(office: Office) -> None:
    away = engine_of("postgresql://nobody@127.0.0.1:9/none", 1)
    with pytest.raises(Undecided):
        await office.with_desk(engine=away).proposes()
    await away.dispose()


async def test_an_act_that_hangs_does_not_keep_the_others_waiting_for_ever(office: Office) -> None:
    impatient = engine_of(office.dsn, 1, 0.5)
    async with office.desk.work(MACHINE) as work:
        patience = await work.connection.scalar(text("show idle_in_transaction_session_timeout"))
        assert patience == "10s"
        with pytest.raises(Undecided):
            await office.with_desk(engine=impatient).proposes()  # after its patience, and nothing was done
    await impatient.dispose()
    await office.proposes()
    assert await office.count("proposals") == 1


async def test_reading_the_record_is_on_record(office: Office) -> None:
    await office.does(DUNG, ReadAudit({"act": "grant.revoke"}), evidence=None)
    (row,) = await records(office)
    assert (row["act"], json.loads(row["detail"])["change"]["filter"]) == ("audit.read", {"act": "grant.revoke"})
    await refused(office.does(AN, ReadAudit({})), Forbidden)


async def test_no_actor_is_let_in_by_an_unknown_kind_or_name(office: Office) -> None:
    for actor in (Actor("officer", ""), Actor("officer", "AN"), Actor("officer", "an "), Actor("agency", "an")):
        await refused(office.does(actor, MakeProposal(GIVE, WHY)), Forbidden)
