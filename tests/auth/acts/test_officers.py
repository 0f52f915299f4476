"""Officers: two admit one, one takes away, and nobody decides about themselves."""

import json
from typing import Any

import pytest

from auth.acts.actors import Actor
from auth.acts.officers import (
    AdmitOfficer,
    ChangeRoles,
    EnrolOfficer,
    FirstOfficer,
    NarrowOfficer,
    RemoveOfficer,
)
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound
from auth.opaque import digest
from tests.auth.acts.people import AN, BINH, CHI, MACHINE, WHY, Office, raced, refused

GIANG = AdmitOfficer("giang", "Giang", ("approver",))


async def roles(office: Office, officer: str) -> list[str]:
    return list((await office.row("officers", officer=officer))["roles"])


async def with_passkey(office: Office, officer: str) -> None:
    await office.connection.execute(
        "insert into passkeys (credential, officer, public_key, sign_count, backed_up, aaguid, label) "
        "values ($1, $2, '', 0, false, '', 'one')",
        officer.encode(),
        officer,
    )


async def test_two_officers_admit_another_and_the_link_is_shown_once(office: Office) -> None:
    proposal = await office.proposes(GIANG)
    done = await office.approves(proposal, key="key-00001")
    assert done.secret is not None
    assert (await office.row("enrolments", officer="giang"))["digest"] == digest(done.secret)
    assert (await office.approves(proposal, key="key-00001")).secret is None
    assert done.secret not in repr(done)
    for table in ("acts", "answered", "proposals"):
        for row in await office.connection.fetch(f"select * from {table}"):
            assert done.secret not in str(dict(row))


async def test_a_name_that_was_used_is_not_used_again(office: Office) -> None:
    await refused(office.proposes(AdmitOfficer("binh", "Another", ())), Conflict)
    await office.does(AN, RemoveOfficer("binh", WHY))
    await refused(office.proposes(AdmitOfficer("binh", "Another", ())), Conflict)


@pytest.mark.parametrize("name", ["demo-officer-1", "Giang", "machine:root", "a b", "", "agency:desk", "x" * 49])
async def test_a_name_that_could_be_taken_for_another_is_refused(office: Office, name: str) -> None:
    await refused(office.proposes(AdmitOfficer(name, "Giang", ())), Invalid)


@pytest.mark.parametrize("bad", [("boss",), ("approver", "admin:grant.approve"), ("proposer",) * 5])
async def test_a_role_that_does_not_exist_is_refused(office: Office, bad: Any) -> None:
    await refused(office.proposes(AdmitOfficer("giang", "Giang", bad)), Invalid)


# Nobody decides about themselves


async def test_nobody_approves_their_own_roles_or_their_own_link(office: Office) -> None:
    for change in (ChangeRoles("binh", ("approver", "operator")), EnrolOfficer("binh")):
        proposal = await office.proposes(change)
        await refused(office.approves(proposal, BINH), FourEyes)
        await office.approves(proposal, CHI)
    assert await roles(office, "binh") == ["approver", "operator"]


async def test_nobody_gives_themselves_a_role_by_narrowing(office: Office) -> None:
    wider = NarrowOfficer("an", ("proposer", "approver"), opens_emergencies=False, reason=WHY)
    await refused(office.does(AN, wider), FourEyes)
    alone = NarrowOfficer("an", ("proposer",), opens_emergencies=True, reason=WHY)
    await refused(office.does(AN, alone), FourEyes)


async def test_an_officer_removed_meanwhile_gets_no_roles_and_no_link(office: Office) -> None:
    proposals = [await office.proposes(change) for change in (EnrolOfficer("em"), ChangeRoles("em", ("approver",)))]
    await office.does(AN, RemoveOfficer("em", WHY))
    for proposal in proposals:
        await refused(office.approves(proposal), NotFound)


# Taking away


async def test_one_officer_removes_another_and_everything_of_theirs_ends(office: Office) -> None:
    await office.widens(EnrolOfficer("em"))
    await with_passkey(office, "em")
    await office.connection.execute(
        "insert into officer_sessions (digest, officer, credential, browser, seen_at, ends_at) "
        "values ('x', 'em', 'em', '', now(), now() + interval '8 hours')"
    )
    await office.does(AN, RemoveOfficer("em", WHY))
    assert (await office.row("officers", officer="em"))["state"] == "removed"
    assert (await office.row("officer_sessions", officer="em"))["ended_at"] is not None
    assert (await office.row("passkeys", officer="em"))["removed_at"] is not None
    assert await office.count("enrolments") == 0
    await refused(office.does(AN, RemoveOfficer("em", WHY)), NotFound)


async def test_the_last_approver_is_removed_by_the_operator_only(office: Office) -> None:
    await office.does(CHI, RemoveOfficer("binh", WHY))  # one of two goes at once: a stolen passkey must not stay
    await refused(office.does(AN, RemoveOfficer("chi", WHY)), Conflict)
    await refused(office.does(CHI, RemoveOfficer("chi", WHY)), Conflict)
    await refused(office.does(CHI, NarrowOfficer("chi", ("proposer",), opens_emergencies=False, reason=WHY)), Conflict)
    await refused(office.approves(await office.proposes(ChangeRoles("chi", ())), CHI), FourEyes)
    await office.does(MACHINE, RemoveOfficer("chi", WHY))


async def test_two_who_remove_each_other_at_once_leave_one(office: Office) -> None:
    await raced(Forbidden, office.does(BINH, RemoveOfficer("chi", WHY)), office.does(CHI, RemoveOfficer("binh", WHY)))


async def test_the_operator_and_the_last_approver_admit_another(office: Office) -> None:
    await office.does(MACHINE, RemoveOfficer("chi", WHY))
    await office.widens(GIANG, MACHINE, BINH)
    assert await roles(office, "giang") == ["approver"]


# The first officer


async def test_the_first_officer_has_every_role_and_a_link(office: Office) -> None:
    await office.connection.execute("delete from officers")
    done = await office.does(MACHINE, FirstOfficer("giang", "Giang"))
    assert done.secret is not None
    assert await roles(office, "giang") == ["approver", "auditor", "operator", "proposer"]
    assert not (await office.row("officers", officer="giang"))["opens_emergencies"]


async def test_a_link_that_was_lost_is_given_anew_and_those_of_before_are_dead(office: Office) -> None:
    first = (await office.does(MACHINE, FirstOfficer("giang", "Giang"))).secret
    other = (await office.does(MACHINE, FirstOfficer("hoa", "Hoa"))).secret
    assert first
    assert other
    assert (await office.row("enrolments", officer="hoa"))["digest"] == digest(other)
    assert await office.count("enrolments") == 1


async def test_nobody_is_first_where_officers_hold_passkeys(office: Office) -> None:
    await with_passkey(office, "em")
    await refused(office.does(MACHINE, FirstOfficer("giang", "Giang")), Conflict)
    await office.connection.execute("update passkeys set removed_at = now()")
    await office.does(MACHINE, FirstOfficer("giang", "Giang"))


@pytest.mark.parametrize("actor", [AN, CHI, Actor("citizen", "sealed"), Actor("system", "start")])
async def test_only_the_operator_names_the_first_officer(office: Office, actor: Actor) -> None:
    await refused(office.does(actor, FirstOfficer("giang", "Giang")), Forbidden)


async def test_the_first_officer_does_not_return_under_a_removed_name(office: Office) -> None:
    await office.does(MACHINE, RemoveOfficer("em", WHY))
    await refused(office.does(MACHINE, FirstOfficer("em", "Em")), Conflict)


async def test_what_an_officer_had_stands_in_the_record(office: Office) -> None:
    done = await office.does(MACHINE, RemoveOfficer("dung", WHY))
    detail = json.loads((await office.row("acts", act_id=done.act))["detail"])
    assert (detail["before"]["roles"], detail["after"]) == (["auditor", "operator"], "removed")
