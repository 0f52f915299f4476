"""Changes at the office door: who makes them, what signs them, and that the same request is done once."""

import asyncio
from dataclasses import replace
from typing import Any

from office import visitor
from tests.auth.world import BORN, NAME
from tests.office.world import DIGEST, WHY, Place, key

GIVE = {
    "proposed": {
        "giveGrant": {
            "agency": "G01",
            "purpose": "tax",
            "terms": {"scopes": [NAME, BORN], "reach": "EVERYWHERE", "personsPerDay": 100},
        }
    },
    "reason": WHY,
}


async def proposed(place: Place, officer: str = "an") -> str:
    return made(await place.signs(officer, "makeProposal", GIVE), "proposal")


def made(told: dict[str, Any], what: str) -> str:
    assert told["__typename"] == "Done", told
    return str({each["what"]: each["name"] for each in told["made"]}[what])


async def test_an_officer_proposes_another_approves_and_it_is_in_force(place: Place) -> None:
    told = await place.approves("binh", await proposed(place))

    assert told["inForce"] == {"serving": 1, "refusing": 0, "of": 1}
    grants = place.installation.authority.snapshot().grants["G01"]
    assert any(grant.purpose == "tax" and grant.persons_per_day == 100 for grant in grants)


async def test_an_officer_revokes_and_it_is_in_force_everywhere_at_once(place: Place) -> None:
    told = await place.signs("an", "revokeGrant", {"grant": "1", "reason": WHY})

    assert told["inForce"] == {"serving": 1, "refusing": 0, "of": 1}
    assert "G01" not in place.installation.authority.snapshot().grants


async def test_the_code_is_told_to_the_proposer_and_the_link_to_the_approver(place: Place) -> None:
    admission = {"officer": "giang", "name": "Giang", "roles": ["APPROVER"]}
    change, once = {"proposed": {"admitOfficer": admission}, "reason": WHY}, key()
    told = await place.signs("an", "makeProposal", change, key=once)
    again = await place.signs("an", "makeProposal", change, key=once)
    approved = await place.approves("binh", made(told, "proposal"))

    assert (told["secret"], bool(told["enrolmentCode"])) == (None, True)
    assert (again["repeated"], again["enrolmentCode"]) == (True, None)
    assert (bool(approved["secret"]), approved["enrolmentCode"]) == (True, None)


async def test_a_proposer_approving_their_own_is_refused(place: Place) -> None:
    told = await place.approves("chi", await proposed(place, "chi"))

    assert (told["__typename"], told["code"]) == ("FourEyes", "FOUR_EYES")


async def test_a_change_without_a_signature_is_shown_and_not_made(place: Place) -> None:
    told = await place.change(await place.officer("an"), "revokeGrant", {"grant": "1", "reason": WHY})

    assert told["__typename"] == "SignatureRequired"
    assert told["change"] == {"act": "grant.revoke", "grant": 1, "reason": WHY}
    assert "challenge" in told["options"]
    assert "G01" in place.installation.authority.snapshot().grants


async def test_a_signature_under_one_change_makes_no_other(place: Place) -> None:
    narrow = {"grant": "1", "reason": WHY}
    told = await place.change(await place.officer("an"), "suspendGrant", narrow)
    signature = place.room.passkeys["an"][0].get(told["options"])

    other = await place.change(await place.officer("an"), "revokeGrant", narrow, signature=signature)

    assert (other["__typename"], other["code"]) == ("SignatureRefused", "STEP_UP_REQUIRED")
    assert "G01" in place.installation.authority.snapshot().grants


async def test_a_signature_that_is_none_is_refused_in_words(place: Place) -> None:
    change = {"grant": "1", "reason": WHY}
    told = [
        await place.change(await place.officer("an"), "revokeGrant", change, signature=signature)
        for signature in ("", "{}", "[" * 50, "null", '{"id": 7}', "x" * 20_000)
    ]

    assert {each["__typename"] for each in told} == {"SignatureRefused"}


async def test_the_same_request_twice_is_done_once_and_needs_no_second_signature(place: Place) -> None:
    same, change = key(), {"grant": "1", "reason": WHY}
    first = await place.signs("an", "revokeGrant", change, key=same)
    again = await place.change(await place.officer("an"), "revokeGrant", change, key=same)

    assert (first["act"], first["repeated"]) == (again["act"], False)
    assert (again["__typename"], again["repeated"]) == ("Done", True)


async def test_the_same_request_many_times_at_once_is_done_once(place: Place) -> None:
    same, change = key(), {"grant": "1", "reason": WHY}
    told = await asyncio.gather(
        *(place.change(visitor.machine("root"), "suspendGrant", change, key=same) for _ in range(8))
    )

    assert {each["__typename"] for each in told} == {"Done"}
    assert len({each["act"] for each in told}) == 1
    assert [each["repeated"] for each in told].count(False) == 1


async def test_of_many_approvals_at_once_one_is_made(place: Place) -> None:
    proposal = await proposed(place)
    approvers = [visitor.demo_officer("demo-officer-2", frozenset({"approver"}), opens_emergencies=False)] * 8
    await place.installation.connection.execute(
        "insert into officers (officer, name, roles) values ('demo-officer-2', 'Invented', '{approver}')"
    )
    unsigned = replace(place.office.desk, unsigned=frozenset({"demo-officer-2"}))
    there = replace(place, office=replace(place.office, desk=unsigned))
    body = (await place.ask(await place.officer("binh"), DIGEST, n=proposal))["proposal"]["digest"]

    told = await asyncio.gather(
        *(there.change(who, "approveProposal", {"proposal": proposal, "body": body}) for who in approvers)
    )

    assert sorted(each["__typename"] for each in told) == ["Conflict"] * 7 + ["Done"]


async def test_a_key_used_for_another_change_is_a_conflict(place: Place) -> None:
    same = key()
    await place.signs("an", "suspendGrant", {"grant": "1", "reason": WHY}, key=same)

    told = await place.signs("an", "revokeGrant", {"grant": "1", "reason": WHY}, key=same)

    assert (told["__typename"], told["code"]) == ("Conflict", "CONFLICT")


async def test_an_unknown_scope_is_refused_by_name(place: Place) -> None:
    terms = {"scopes": [NAME, "identity:citizen.shoe_size:read"], "reach": "EVERYWHERE"}
    proposal = {"proposed": {"giveGrant": {"agency": "G01", "purpose": "tax", "terms": terms}}, "reason": WHY}

    told = await place.signs("an", "makeProposal", proposal)

    assert (told["__typename"], told["names"]) == ("Invalid", ["identity:citizen.shoe_size:read"])


async def test_a_date_without_a_time_zone_is_refused_by_its_place(place: Place) -> None:
    terms = {"scopes": [NAME], "reach": "EVERYWHERE", "validUntil": "2030-01-01T00:00:00"}
    proposal = {"proposed": {"giveGrant": {"agency": "G01", "purpose": "tax", "terms": terms}}, "reason": WHY}

    told = await place.change(await place.officer("an"), "makeProposal", proposal)

    assert (told["__typename"], told["code"]) == ("Invalid", "INVALID")
    assert "valid_until" in told["message"]


async def test_the_machine_proposes_and_narrows_and_never_approves(place: Place) -> None:
    machine = visitor.machine("root")
    proposal = made(await place.change(machine, "makeProposal", GIVE), "proposal")
    digest = (await place.ask(machine, DIGEST, n=proposal))["proposal"]

    approved = await place.change(machine, "approveProposal", {"proposal": proposal, "body": digest["digest"]})
    revoked = await place.change(machine, "revokeGrant", {"grant": "1", "reason": WHY})

    assert (approved["__typename"], revoked["__typename"]) == ("Forbidden", "Done")


async def test_an_agency_asks_an_officer_adopts_and_another_approves(place: Place) -> None:
    desk = visitor.agency("desk", "G01")
    request = made(await place.change(desk, "requestGrant", GIVE), "proposal")
    digest = (await place.ask(desk, DIGEST, n=request))["proposal"]

    adopted = await place.signs("an", "adoptProposal", {"proposal": request, "body": digest["digest"]})
    approved = await place.approves("binh", request)

    assert digest["state"] == "REQUESTED"
    assert (adopted["__typename"], approved["__typename"]) == ("Done", "Done")


async def test_an_agency_asking_for_another_agency_is_refused(place: Place) -> None:
    await place.installation.add_client("other", agency="G12")

    told = await place.change(visitor.agency("other", "G12"), "requestGrant", GIVE)

    assert told["__typename"] == "Forbidden"
