"""Trials: what one officer may try alone, that nothing is allowed or refused by it, and what it says in the end."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from auth.access.rehearsal import rehearsed
from auth.acts.actors import Actor
from auth.acts.grants import NarrowGrant, RevokeGrant, SuspendGrant
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound
from auth.acts.terms import GrantTerms
from auth.acts.trials import EndTrial, NarrowAsTried, TryNarrowing
from auth.caller import Rights
from tests.auth.acts.people import AN, BINH, CHI, DUNG, EM, MACHINE, TERMS, WHY, Office, office_beside, refused
from tests.auth.world import BASIC, BORN, NAME, Installation, settled

LESS = GrantTerms(scopes=(NAME,), reach="everywhere")
ELSEWHERE = GrantTerms(scopes=(NAME, BORN), reach="jurisdiction", units=("01",), units_scheme="Y2025")


def trying(office: Office, grant: int, terms: GrantTerms = LESS, days: float = 30) -> TryNarrowing:
    return TryNarrowing(grant, terms, office.desk.now() + timedelta(days=days), WHY)


async def tries(office: Office, grant: int, terms: GrantTerms = LESS, by: Actor = AN) -> int:
    return int((await office.does(by, trying(office, grant, terms))).made["trial"])


@pytest.mark.parametrize("actor", [AN, BINH, MACHINE])
async def test_one_person_tries_a_narrowing_and_it_is_on_record(office: Office, actor: Actor) -> None:
    grant = await office.gives()

    done = await office.does(actor, trying(office, grant))

    row = await office.row("trials", trial=int(done.made["trial"]))
    assert (row["grant_id"], row["scopes"], row["started_by"]) == (grant, [NAME], actor.signature)
    assert (await office.row("acts", act_id=done.act))["act"] == "grant.try_narrowing"
    assert (await office.row("grants", grant_id=grant))["scopes"] == [BORN, NAME]


@pytest.mark.parametrize("actor", [DUNG, EM, Actor("officer", "nobody"), Actor("citizen", "sealed")])
async def test_nobody_without_the_role_tries_or_ends(office: Office, actor: Actor) -> None:
    grant = await office.gives()
    trial = await tries(office, grant)

    for change in (trying(office, grant), EndTrial(trial, WHY), NarrowAsTried(trial, WHY)):
        await refused(office.does(actor, change), Forbidden)


@pytest.mark.parametrize("days", [0, -1, 90.01, 4000])
async def test_officer_who_names_no_end_within_ninety_days_is_refused(office: Office, days: float) -> None:
    grant = await office.gives()

    await refused(office.does(AN, trying(office, grant, days=days)), Invalid)


async def test_officer_who_tries_what_is_wider_is_refused(office: Office) -> None:
    grant = await office.gives(LESS)

    for wider in (TERMS, GrantTerms(sets=(BASIC,), reach="everywhere")):
        await refused(office.does(AN, trying(office, grant, wider)), FourEyes)


@pytest.mark.parametrize(
    "also", [{"persons_per_day": 5}, {"valid_until": timedelta(days=5)}, {"valid_from": timedelta()}]
)
async def test_officer_who_tries_a_date_or_a_daily_limit_is_told_that_these_cannot_be(
    office: Office, also: dict[str, Any]
) -> None:
    grant = await office.gives()
    given = {name: office.desk.now() + value if isinstance(value, timedelta) else value for name, value in also.items()}

    await refused(office.does(AN, trying(office, grant, msgspec.structs.replace(LESS, **given))), Invalid)


async def test_officer_cannot_try_two_narrowings_for_one_agency_and_purpose_at_a_time(office: Office) -> None:
    one, other = await office.gives(), await office.gives()
    first = await tries(office, one)

    for grant in (one, other):
        await refused(office.does(AN, trying(office, grant)), Conflict)
    await office.does(BINH, EndTrial(first, WHY))
    assert await tries(office, other) > first


async def test_trial_of_a_grant_that_ended_stands_in_nobodys_way(office: Office) -> None:
    one, other = await office.gives(), await office.gives()
    await tries(office, one)
    await office.does(AN, RevokeGrant(one, WHY))

    assert await tries(office, other)


@pytest.mark.parametrize("ending", [RevokeGrant, SuspendGrant])
async def test_grant_that_does_not_count_cannot_be_tried(office: Office, ending: Any) -> None:
    grant = await office.gives()
    await office.does(AN, ending(grant, WHY))

    await refused(office.does(AN, trying(office, grant)), Conflict)
    await refused(office.does(AN, trying(office, 77_777)), NotFound)


async def test_trial_ends_once_and_by_its_date_alone(office: Office) -> None:
    grant = await office.gives()
    trial = await tries(office, grant)
    await office.does(BINH, EndTrial(trial, WHY))
    await refused(office.does(BINH, EndTrial(trial, WHY)), Conflict)

    lapsed = await tries(office, grant)
    office.later(days=31)
    await refused(office.does(BINH, EndTrial(lapsed, WHY)), Conflict)
    assert await tries(office, grant) > lapsed


async def test_officer_narrows_a_grant_to_what_was_tried_in_one_step(office: Office) -> None:
    grant = await office.gives(msgspec.structs.replace(TERMS, persons_per_day=7))
    trial = await tries(office, grant, ELSEWHERE)

    number = int((await office.does(CHI, NarrowAsTried(trial, WHY))).made["grant"])

    old, new = await office.row("grants", grant_id=grant), await office.row("grants", grant_id=number)
    assert old["state"] == "revoked"
    assert (new["scopes"], new["reach"], new["units"], new["persons_per_day"]) == (
        [BORN, NAME], "jurisdiction", ["01"], 7,
    )  # fmt: skip
    assert (await office.row("trials", trial=trial))["ended_by"] == "chi"
    await refused(office.does(CHI, NarrowAsTried(trial, WHY)), Conflict)


async def test_officer_narrows_as_tried_what_was_narrowed_otherwise_meanwhile_and_is_refused(office: Office) -> None:
    grant = await office.gives()
    trial = await tries(office, grant)
    await office.does(CHI, NarrowGrant(grant, ELSEWHERE, WHY))

    await refused(office.does(CHI, NarrowAsTried(trial, WHY)), Conflict)


async def test_running_processes_hear_of_a_trial_and_of_its_end_and_allow_the_same(here: Installation) -> None:
    async def rights() -> Rights:
        await settled(here)
        return rehearsed(here.authority.snapshot(), "desk", "security").rights

    async with office_beside(here) as office:
        grant = await here.connection.fetchval("select grant_id from grants")
        before = await rights()
        trial = await tries(office, grant)
        during = await rights()
        await office.does(BINH, EndTrial(trial, WHY))
        after = await rights()

    assert before.tried is None
    assert during.reach == before.reach == after.reach
    assert during.tried is not None
    assert during.reach.keys() - during.tried.reach.keys() == {BORN}
    assert after.tried is None
