"""Grants: what one officer may do to them alone, and what of them stays readable."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from auth.access.rehearsal import rehearsed
from auth.acts.actors import Actor
from auth.acts.agencies import ResumeAgency, SuspendAgency
from auth.acts.grants import GiveGrant, NarrowGrant, ReplaceGrant, ResumeGrant, RevokeGrant, SuspendGrant
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound
from auth.acts.terms import GrantTerms
from tests.auth.acts.people import AN, BINH, CHI, DUNG, EM, MACHINE, TERMS, WHY, Office, office_beside, refused
from tests.auth.world import BASIC, BORN, NAME, Installation, settled

TOMORROW = datetime.now(UTC) + timedelta(days=1)
LESS = GrantTerms(scopes=(NAME,), reach="jurisdiction", units=("01",), units_scheme="Y2025", persons_per_day=5)


def with_(**changed: Any) -> GrantTerms:
    return msgspec.structs.replace(TERMS, **changed)


async def state(office: Office, grant: int) -> str:
    return str((await office.row("grants", grant_id=grant))["state"])


@pytest.mark.parametrize("actor", [AN, BINH, MACHINE])
async def test_one_person_revokes_and_it_is_on_record(office: Office, actor: Actor) -> None:
    grant = await office.gives()
    done = await office.does(actor, RevokeGrant(grant, WHY))
    row = await office.row("grants", grant_id=grant)
    assert (row["state"], row["revoked_by"]) == ("revoked", actor.signature)
    assert (await office.row("acts", act_id=done.act))["act"] == "grant.revoke"
    await refused(office.does(actor, RevokeGrant(grant, WHY)), Conflict)


async def test_a_day_that_no_row_can_hold_is_refused_and_one_far_off_is_not(office: Office) -> None:
    last = datetime.fromisoformat("9999-12-31T23:59:59-12:00")  # in UTC the year after has begun
    await refused(office.gives(with_(valid_until=last)), Invalid)
    assert await state(office, await office.gives(with_(valid_until=last.replace(tzinfo=UTC)))) == "active"


@pytest.mark.parametrize("actor", [DUNG, EM, Actor("officer", "nobody"), Actor("citizen", "sealed")])
async def test_nobody_without_the_role_narrows(office: Office, actor: Actor) -> None:
    grant = await office.gives()
    for change in (RevokeGrant(grant, WHY), SuspendGrant(grant, WHY), NarrowGrant(grant, LESS, WHY)):
        await refused(office.does(actor, change), Forbidden)
    assert await state(office, grant) == "active"


async def test_suspending_takes_one_and_resuming_two(office: Office) -> None:
    grant = await office.gives()
    await office.does(AN, SuspendGrant(grant, WHY))
    assert await state(office, grant) == "suspended"
    await refused(office.does(AN, ResumeGrant(grant)), FourEyes)
    await office.widens(ResumeGrant(grant))
    assert await state(office, grant) == "active"


async def test_narrowing_ends_the_old_number_and_keeps_the_names_of_those_who_granted(office: Office) -> None:
    grant = await office.gives()
    await office.connection.execute("insert into quotas values ($1, current_date, 3)", grant)
    number = int((await office.does(CHI, NarrowGrant(grant, LESS, WHY))).made["grant"])
    old, new = await office.row("grants", grant_id=grant), await office.row("grants", grant_id=number)
    assert (old["state"], old["revoked_by"], old["scopes"]) == ("revoked", "chi", [BORN, NAME])
    assert (new["state"], new["proposed_by"], new["approved_by"]) == ("active", "an", "binh")
    assert (new["scopes"], new["reach"], new["persons_per_day"]) == ([NAME], "jurisdiction", 5)
    used = await office.connection.fetchval("select leased from quotas where grant_id = $1", number)
    assert used == 3  # a day's limit does not begin anew


async def test_a_suspended_grant_stays_suspended_when_it_is_narrowed(office: Office) -> None:
    grant = await office.gives()
    await office.does(CHI, SuspendGrant(grant, WHY))
    number = int((await office.does(CHI, NarrowGrant(grant, LESS, WHY))).made["grant"])
    assert await state(office, number) == "suspended"


@pytest.mark.parametrize(
    "wider",
    [
        {"scopes": (NAME, BORN, "identity:citizen.pin:read")},
        {"reach": "self"},
        {"valid_until": TOMORROW + timedelta(days=1)},
        {"valid_until": None},
        {"persons_per_day": 11},
        {"persons_per_day": None},
    ],
    ids=lambda wider: next(iter(wider)),
)
async def test_what_allows_anything_more_is_not_narrowed_by_one(office: Office, wider: dict[str, Any]) -> None:
    limited = with_(valid_until=TOMORROW, persons_per_day=10)
    grant = await office.gives(limited)
    await refused(office.does(CHI, NarrowGrant(grant, msgspec.structs.replace(limited, **wider), WHY)), FourEyes)
    await office.does(CHI, NarrowGrant(grant, limited, WHY))


async def test_a_replacement_ends_the_old_grant_in_the_same_moment(office: Office) -> None:
    grant = await office.gives(LESS)
    number = int((await office.widens(ReplaceGrant(grant, with_(sets=(BASIC,))))).made["grant"])
    assert await state(office, grant) == "revoked"
    new = await office.row("grants", grant_id=number)
    assert (new["sets"], new["reach"], new["agency"], new["purpose"]) == ([BASIC], "everywhere", "G01", "security")


async def test_a_grant_never_begins_before_it_is_approved(office: Office) -> None:
    past = datetime.now(UTC) - timedelta(days=300)
    grant = await office.gives(with_(valid_from=past))
    row = await office.row("grants", grant_id=grant)
    assert abs(row["valid_from"] - datetime.now(UTC)) < timedelta(minutes=1)


async def test_terms_that_end_while_they_wait_are_not_approved(office: Office) -> None:
    proposal = await office.proposes(GiveGrant("G01", "security", with_(valid_until=TOMORROW)))
    office.later(days=2)
    await refused(office.approves(proposal), Invalid)


@pytest.mark.parametrize(("agency", "purpose"), [("G77", "security"), ("G01", "unheard.of"), ("G01", "tax.")])
async def test_a_grant_to_nobody_or_for_nothing_is_not_proposed(office: Office, agency: str, purpose: str) -> None:
    why = Invalid if purpose.endswith(".") else NotFound
    await refused(office.proposes(GiveGrant(agency, purpose, TERMS)), why)


@pytest.mark.parametrize("holder", ["an", "machine:root", "officer", "admin"])
async def test_no_officer_and_no_machine_holds_a_grant(office: Office, holder: str) -> None:
    await refused(office.proposes(GiveGrant(holder, "security", TERMS)), Invalid)


async def test_an_agency_is_suspended_by_one_and_resumed_by_two(office: Office) -> None:
    await office.does(BINH, SuspendAgency("G01", WHY))
    await refused(office.proposes(), Conflict)
    await refused(office.does(BINH, ResumeAgency("G01")), FourEyes)
    await office.widens(ResumeAgency("G01"))
    await office.widens()


async def test_a_grant_that_is_approved_counts_and_counts_no_more_once_it_is_revoked(here: Installation) -> None:
    """The whole road: people decide, the snapshot of a running process follows."""
    await here.connection.execute("delete from grants")
    async with office_beside(here) as office:
        grant = await office.gives()
        await settled(here)
        assert set(rehearsed(here.authority.snapshot(), "desk", "security").rights.reach) == {NAME, BORN}
        await office.does(BINH, RevokeGrant(grant, WHY))
        await settled(here)
        assert not rehearsed(here.authority.snapshot(), "desk", "security").rights.reach
