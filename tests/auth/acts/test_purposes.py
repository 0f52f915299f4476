"""Purposes: two people put one on the list, and one in use keeps its law."""

import json
from typing import Any

import msgspec
import pytest

from auth.acts.purposes import AddPurpose, ChangePurpose, PurposeTerms
from auth.acts.refusals import Conflict, FourEyes, Invalid, NotFound
from tests.auth.acts.people import AN, Office, refused

TERMS = PurposeTerms(legal_basis="Law 1, art. 2", title_vi="Cấp hộ chiếu", title_en="Passports", retention_months=12)


def with_(**changed: Any) -> PurposeTerms:
    return msgspec.structs.replace(TERMS, **changed)


async def test_two_officers_put_a_purpose_on_the_list(office: Office) -> None:
    await refused(office.does(AN, AddPurpose("passport.issue", TERMS)), FourEyes)
    await office.widens(AddPurpose("passport.issue", TERMS))
    assert (await office.row("purposes", purpose="passport.issue"))["title_vi"] == "Cấp hộ chiếu"
    await refused(office.proposes(AddPurpose("passport.issue", TERMS)), Conflict)


async def test_a_purpose_that_nobody_used_may_be_said_otherwise(office: Office) -> None:
    await office.widens(AddPurpose("passport.issue", TERMS))
    await office.widens(ChangePurpose("passport.issue", with_(legal_basis="Law 2", retention_months=6)))
    assert (await office.row("purposes", purpose="passport.issue"))["legal_basis"] == "Law 2"


@pytest.mark.parametrize("changed", [{"legal_basis": "Law 9"}, {"retention_months": 1200}])
async def test_a_purpose_in_use_keeps_its_law_and_its_retention(office: Office, changed: dict[str, Any]) -> None:
    held = await office.row("purposes", purpose="security")
    same = with_(legal_basis=held["legal_basis"], retention_months=held["retention_months"])
    proposal = await office.proposes(ChangePurpose("security", msgspec.structs.replace(same, **changed)))
    await office.gives()
    await refused(office.approves(proposal), Conflict)
    await office.widens(ChangePurpose("security", same))
    assert (await office.row("purposes", purpose="security"))["title_en"] == "Passports"


@pytest.mark.parametrize("code", ["Passport", "a b", "a..b", ".a", "x" * 65, "a*", ""])
async def test_a_code_that_could_not_travel_is_refused(office: Office, code: str) -> None:
    await refused(office.proposes(AddPurpose(code, TERMS)), Invalid)


async def test_retention_is_a_number_of_months(office: Office) -> None:
    await refused(office.proposes(AddPurpose("a", with_(retention_months=0))), Invalid)
    await refused(office.proposes(AddPurpose("a", with_(retention_months=32768))), Invalid)


async def test_a_purpose_that_is_not_there_is_not_changed(office: Office) -> None:
    await refused(office.proposes(ChangePurpose("unheard.of", TERMS)), NotFound)


async def test_a_purpose_begins_without_a_guard(office: Office) -> None:
    await office.widens(AddPurpose("passport.issue", TERMS))
    row = await office.row("purposes", purpose="passport.issue")
    assert (row["shown_after_days"], row["third_party_sensitive"]) == (0, False)


async def test_two_officers_guard_a_purpose_in_use_and_a_guard_that_is_not_named_stays(office: Office) -> None:
    held = await office.row("purposes", purpose="security")
    same = with_(legal_basis=held["legal_basis"], retention_months=held["retention_months"])
    await office.gives()
    await office.widens(ChangePurpose("security", msgspec.structs.replace(same, shown_after_days=90)))
    await office.widens(ChangePurpose("security", msgspec.structs.replace(same, third_party_sensitive=True)))
    row = await office.row("purposes", purpose="security")
    assert (row["shown_after_days"], row["third_party_sensitive"]) == (90, True)
    await office.widens(ChangePurpose("security", msgspec.structs.replace(same, shown_after_days=0)))
    row = await office.row("purposes", purpose="security")
    assert (row["shown_after_days"], row["third_party_sensitive"]) == (0, True)


async def test_the_record_says_what_a_guard_was_and_is(office: Office) -> None:
    await office.widens(AddPurpose("passport.issue", TERMS))
    await office.widens(ChangePurpose("passport.issue", with_(shown_after_days=30)))
    detail = await office.connection.fetchval(
        "select detail from acts where act = 'proposal.approve' order by act_id desc limit 1"
    )
    said = json.loads(detail)
    assert said["before"]["shown_after_days"] == 0
    assert said["after"]["after"]["terms"]["shown_after_days"] == 30


@pytest.mark.parametrize("days", [-1, 28 * 12, 32767, 40000])
async def test_no_guard_hides_a_reading_for_good(office: Office, days: int) -> None:
    await refused(office.proposes(AddPurpose("passport.issue", with_(shown_after_days=days))), Invalid)


async def test_a_shorter_retention_does_not_slip_under_a_guard(office: Office) -> None:
    await office.widens(AddPurpose("passport.issue", with_(shown_after_days=300)))
    await refused(office.proposes(ChangePurpose("passport.issue", with_(retention_months=6))), Invalid)
