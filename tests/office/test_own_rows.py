"""An agency's client sees its own agency's rows: not another's, not officers' names, however it asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from office import visitor
from tests.auth.world import BORN
from tests.office.test_changes import GIVE, made
from tests.office.world import Place

OTHER = visitor.agency("other", "G12")
DESK = visitor.agency("desk", "G01")


@pytest.fixture
async def both(place: Place) -> Place:
    """Two agencies, each with a client, a grant, an operation, a proposal and a delegation to the other."""
    here = place.installation
    await here.add_client("other", agency="G12")
    await here.grant(BORN, agency="G12", purpose="tax")
    for agency, client in (("G01", "other"), ("G12", "desk")):
        await here.insert("operations", agency=agency, document_id=f"of-{agency}", text="{ a }", registered_by="it")
        row: dict[str, Any] = {"agency": agency, "client": client, "purpose": "tax", "scopes": [BORN], "made_by": "it"}
        await here.insert("delegations", **row, valid_until=datetime.now(UTC) + timedelta(days=1))
    made(await place.change(DESK, "requestGrant", GIVE), "proposal")
    return place


LISTS = {
    "agencies": ("agency", ["G01"], ["G12"]),
    "clients": ("client", ["desk"], ["other"]),
    "grants": ("agency { agency }", [{"agency": "G01"}], [{"agency": "G12"}]),
    "operations": ("documentId", ["of-G01"], ["of-G12"]),
    "proposals": ("requestedBy", ["G01"], []),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_client_lists_only_what_is_its_own_agencys(both: Place, name: str) -> None:
    shown, *expected = LISTS[name]
    document = f"{{ {name} {{ entries {{ {shown} }} }} }}"

    seen = [await both.ask(who, document) for who in (DESK, OTHER)]

    member = shown.split()[0]
    assert [[entry[member] for entry in each[name]["entries"]] for each in seen] == expected


async def test_both_sides_of_a_delegation_see_it(both: Place) -> None:
    document = "{ delegations { entries { agency client } } }"

    assert len((await both.ask(DESK, document))["delegations"]["entries"]) == 2
    assert len((await both.ask(OTHER, document))["delegations"]["entries"]) == 2


@pytest.mark.parametrize("document", [
    '{ it: grant(number: "1") { number } }',
    '{ it: client(client: "desk") { client } }',
    '{ it: proposal(number: "1") { number } }',
])  # fmt: skip
async def test_what_is_anothers_looks_like_what_is_not_there(both: Place, document: str) -> None:
    missing = document.replace('"1"', '"999"').replace('"desk"', '"nobody"')

    assert (await both.ask(DESK, document))["it"] is not None
    assert await both.ask(OTHER, document) == await both.ask(OTHER, missing) == {"it": None}


async def test_naming_another_agency_widens_nothing(both: Place) -> None:
    asked = [
        await both.ask(OTHER, f'{{ it: {field}(agency: "G01") {{ entries {{ __typename }} }} }}')
        for field in ("grants", "clients")
    ]
    operations = await both.ask(OTHER, '{ it: operations(agency: "G01") { entries { documentId } } }')

    assert [each["it"]["entries"] for each in asked] == [[], []]
    assert operations["it"]["entries"] == [{"documentId": "of-G12"}]


async def test_a_client_learns_no_officers_name(both: Place) -> None:
    document = "{ grants { entries { proposedBy approvedBy revokedBy reviewedBy } } }"

    assert _names(await both.ask(DESK, document)) == {None}
    assert _names(await both.ask(visitor.machine("root"), document)) == {None, "officer-1", "officer-2"}


async def test_an_officer_sees_every_agencys(both: Place) -> None:
    seen = await both.ask(await both.officer("binh"), "{ clients { entries { client agency { agency } } } }")

    assert [entry["agency"]["agency"] for entry in seen["clients"]["entries"]] == ["G01", "G12"]


async def test_a_client_changes_nothing_of_another_agency(both: Place) -> None:
    told = [
        await both.change(OTHER, "withdrawProposal", {"proposal": "1", "reason": "mine"}),
        await both.change(OTHER, "withdrawProposal", {"proposal": "999", "reason": "mine"}),
    ]

    assert told[0] == told[1]
    assert told[0]["__typename"] == "NotFound"


async def test_a_client_that_was_suspended_changes_nothing(both: Place) -> None:
    await both.installation.connection.execute("update clients set state = 'suspended' where client = 'desk'")

    told = await both.change(DESK, "requestGrant", GIVE)

    assert told["__typename"] == "Forbidden"


def _names(data: dict[str, dict[str, list[dict[str, str | None]]]]) -> set[str | None]:
    return {name for entry in data["grants"]["entries"] for name in entry.values()}
