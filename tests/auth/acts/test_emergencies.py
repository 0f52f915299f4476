"""Emergency access: one officer opens it, time ends it, another looks at it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from auth.acts.actors import Actor
from auth.acts.agencies import SuspendAgency
from auth.acts.emergencies import EndEmergency, OpenEmergency, ReviewEmergency, is_open_incident
from auth.acts.grants import NarrowGrant, ReplaceGrant, ResumeGrant, RevokeGrant, SuspendGrant
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound
from auth.tables import grants
from tests.auth.acts.people import AN, BINH, CHI, DUNG, MACHINE, TERMS, WHY, Office, raced, refused
from tests.auth.world import NAME


@pytest.fixture(autouse=True)
async def two_who_may(office: Office) -> None:
    await office.connection.execute("update officers set opens_emergencies = true where officer in ('an', 'chi')")


def opening(office: Office, hours: float = 24, **changed: Any) -> OpenEmergency:
    terms = msgspec.structs.replace(TERMS, valid_until=office.desk.now() + timedelta(hours=hours))
    return OpenEmergency(**{"agency": "G01", "purpose": "security", "terms": terms, "reason": WHY, **changed})


async def opened(office: Office, by: Actor = AN, **changed: Any) -> int:
    return int((await office.does(by, opening(office, **changed))).made["grant"])


async def is_incident(office: Office, grant: int) -> bool:
    async with office.desk.engine.connect() as connection:
        row = (await connection.execute(select(grants).where(grants.c.grant_id == grant))).one()
    return is_open_incident(row, office.desk.now())


async def test_one_officer_opens_it_and_it_counts_at_once(office: Office) -> None:
    row = await office.row("grants", grant_id=await opened(office, hours=2))
    assert (row["emergency"], row["state"], row["proposed_by"], row["approved_by"]) == (True, "active", "an", None)
    assert row["valid_until"] - row["valid_from"] <= timedelta(hours=2)


@pytest.mark.parametrize("actor", [BINH, DUNG, MACHINE, Actor("citizen", "sealed")])
async def test_nobody_else_opens_it(office: Office, actor: Actor) -> None:
    await refused(opened(office, actor), Forbidden)


@pytest.mark.parametrize("hours", [24.1, 0, -1, 24 * 365])
async def test_it_lasts_a_day_at_most(office: Office, hours: float) -> None:
    await refused(opened(office, hours=hours), Invalid)


async def test_it_begins_at_once_and_has_an_end(office: Office) -> None:
    late = msgspec.structs.replace(opening(office).terms, valid_from=office.desk.now() + timedelta(hours=1))
    await refused(office.does(AN, opening(office, terms=late)), Invalid)
    await refused(office.does(AN, opening(office, terms=TERMS)), Invalid)


async def test_it_names_what_exists_and_an_agency_that_is_admitted(office: Office) -> None:
    await refused(opened(office, agency="G77"), NotFound)
    await refused(opened(office, purpose="unheard.of"), NotFound)
    await office.does(BINH, SuspendAgency("G01", WHY))
    await refused(opened(office), Conflict)


async def test_a_reason_is_given(office: Office) -> None:
    await refused(opened(office, reason=""), Invalid)


async def test_nobody_strings_two_together(office: Office) -> None:
    grant = await opened(office)
    await refused(opened(office, CHI), Conflict)
    office.later(hours=25)
    await refused(opened(office), Conflict)  # over, and nobody has looked at it
    await office.does(BINH, ReviewEmergency(grant, "justified", WHY))
    await opened(office)


async def test_of_two_opened_at_once_one_wins(office: Office) -> None:
    await raced(Conflict, *(office.does((AN, CHI)[n % 2], opening(office)) for n in range(6)))
    assert await office.count("grants") == 1


async def test_one_officer_opens_three_before_another_has_to_look(office: Office) -> None:
    for agency, purpose in (("G01", "security"), ("G01", "tax"), ("G12", "tax")):
        await opened(office, agency=agency, purpose=purpose)
    await refused(opened(office, agency="G12"), Conflict)
    await opened(office, CHI, agency="G12")


async def test_another_officer_reviews_once_it_is_over(office: Office) -> None:
    grant = await opened(office, CHI)
    await refused(office.does(BINH, ReviewEmergency(grant, "justified", WHY)), Conflict)
    await office.does(BINH, EndEmergency(grant, WHY))
    await refused(office.does(CHI, ReviewEmergency(grant, "justified", WHY)), FourEyes)
    await office.does(BINH, ReviewEmergency(grant, "incident", WHY))
    row = await office.row("grants", grant_id=grant)
    assert (row["state"], row["review"], row["reviewed_by"]) == ("revoked", "incident", "binh")
    await refused(office.does(BINH, ReviewEmergency(grant, "justified", WHY)), Conflict)


async def test_left_unreviewed_for_a_day_it_is_an_open_incident(office: Office) -> None:
    grant = await opened(office, hours=1)
    office.later(hours=24.9)
    assert not await is_incident(office, grant)
    office.later(hours=0.2)
    assert await is_incident(office, grant)
    await office.does(BINH, ReviewEmergency(grant, "justified", WHY))
    assert not await is_incident(office, grant)


async def test_what_was_found_wrong_stays_an_incident(office: Office) -> None:
    grant = await opened(office)
    await office.does(AN, EndEmergency(grant, WHY))
    await refused(office.does(AN, EndEmergency(grant, WHY)), Conflict)
    await office.does(BINH, ReviewEmergency(grant, "incident", WHY))
    assert await is_incident(office, grant)


async def test_it_is_never_changed_into_something_longer(office: Office) -> None:
    grant = await opened(office)
    for change in (NarrowGrant(grant, TERMS, WHY), SuspendGrant(grant, WHY), RevokeGrant(grant, WHY)):
        await refused(office.does(CHI, change), Conflict)
    for widening in (ReplaceGrant(grant, TERMS), ResumeGrant(grant)):
        await refused(office.proposes(widening), Conflict)


async def test_an_ordinary_grant_is_not_ended_or_reviewed_like_one(office: Office) -> None:
    grant = await office.gives()
    await refused(office.does(AN, EndEmergency(grant, WHY)), NotFound)
    await refused(office.does(BINH, ReviewEmergency(grant, "justified", WHY)), NotFound)


async def test_unknown_scopes_are_unknown_in_an_emergency_too(office: Office) -> None:
    terms = msgspec.structs.replace(opening(office).terms, scopes=(NAME, "identity:*"))
    await refused(opened(office, terms=terms), Invalid)
