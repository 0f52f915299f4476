"""Delegations: an agency lends what it has, to another agency's client, for a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth.acts.actors import Actor
from auth.acts.delegations import MakeDelegation, RevokeDelegation
from auth.acts.grants import RevokeGrant
from auth.acts.refusals import Conflict, Forbidden, Invalid, NotFound
from tests.auth.acts.people import BINH, CHI, MACHINE, WHY, Office, refused
from tests.auth.world import BASIC, BORN, NAME, PIN

SOON = datetime.now(UTC) + timedelta(days=30)


def lending(*scopes: str, **changed: Any) -> MakeDelegation:
    said: dict[str, Any] = {"agency": "G01", "client": "other", "purpose": "security", "valid_until": SOON}
    return MakeDelegation(**{**said, "scopes": scopes, **changed})


@pytest.fixture
async def supplier(office: Office, other_client: Actor) -> Actor:
    """G12's client, and a grant of G01 that can be lent to it."""
    await office.gives()
    return other_client


@pytest.mark.usefixtures("supplier")
async def test_an_agency_lends_what_it_is_granted(office: Office, desk_client: Actor) -> None:
    done = await office.does(desk_client, lending(NAME, sets=(BASIC,)))
    row = await office.row("delegations", delegation=int(done.made["delegation"]))
    assert (row["agency"], row["client"], row["scopes"], row["sets"]) == ("G01", "other", [NAME], [BASIC])
    assert (row["made_by"], row["state"]) == ("agency:desk", "active")


@pytest.mark.usefixtures("supplier")
async def test_a_bearer_token_in_other_hands_lends_nothing(office: Office, desk_client: Actor) -> None:
    await office.connection.execute("update clients set token_type = 'Bearer'")
    await refused(office.does(desk_client, lending(NAME)), Forbidden)
    assert await office.count("delegations") == 0


@pytest.mark.usefixtures("supplier")
async def test_officers_lend_for_an_agency_by_two(office: Office) -> None:
    await refused(office.does(CHI, lending(NAME)), Forbidden)
    await refused(office.does(MACHINE, lending(NAME)), Forbidden)
    done = await office.widens(lending(NAME))
    assert (await office.row("delegations", delegation=int(done.made["delegation"])))["made_by"] == "an"


@pytest.mark.usefixtures("supplier")
async def test_an_agency_does_not_lend_what_it_does_not_have(office: Office, desk_client: Actor) -> None:
    refusal = await refused(office.does(desk_client, lending(NAME, PIN)), Invalid)
    assert isinstance(refusal, Invalid)
    assert refusal.names == (PIN,)
    await refused(office.does(desk_client, lending(NAME, purpose="tax")), Invalid)


@pytest.mark.parametrize(
    "gone",
    [
        "state = 'suspended'",
        "valid_from = now() - interval '2 days', valid_until = now() - interval '1 day'",
        f"exceptions = array['{NAME}']",
        "emergency = true, approved_by = null, valid_until = now() + interval '1 hour'",
    ],
)
@pytest.mark.usefixtures("supplier")
async def test_a_grant_that_does_not_count_is_not_lent(office: Office, desk_client: Actor, gone: str) -> None:
    await office.connection.execute(f"update grants set {gone}")
    await refused(office.does(desk_client, lending(NAME)), Invalid)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ({"agency": "G12"}, Forbidden),
        ({"client": "desk"}, Invalid),  # its own
        ({"client": "unheard-of"}, NotFound),
        ({"scopes": ()}, Invalid),
        ({"scopes": ("identity:*",)}, Invalid),
        ({"valid_until": datetime.now(UTC) - timedelta(seconds=1)}, Invalid),
        ({"valid_from": SOON}, Invalid),
        ({"valid_until": None}, Invalid),
        ({"valid_until": datetime(2099, 1, 1)}, Invalid),  # noqa: DTZ001  of no time zone
    ],
)
@pytest.mark.usefixtures("supplier")
async def test_a_delegation_that_must_not_be_is_refused(
    office: Office, desk_client: Actor, bad: dict[str, Any], why: type[Any]
) -> None:
    await refused(office.does(desk_client, lending(NAME, **bad)), why)
    assert await office.count("delegations") == 0


@pytest.mark.usefixtures("supplier")
async def test_what_is_lent_is_looked_at_again_when_it_is_approved(office: Office) -> None:
    proposal = await office.proposes(lending(NAME))
    await office.does(BINH, RevokeGrant(1, WHY))
    await refused(office.approves(proposal), Invalid)


async def test_the_agency_or_an_officer_ends_it_and_the_supplier_does_not(
    office: Office, desk_client: Actor, supplier: Actor
) -> None:
    for actor in (desk_client, BINH, MACHINE):
        number = int((await office.does(desk_client, lending(BORN))).made["delegation"])
        await refused(office.does(supplier, RevokeDelegation(number, WHY)), NotFound)
        await office.does(actor, RevokeDelegation(number, WHY))
        assert (await office.row("delegations", delegation=number))["revoked_by"] == actor.signature
        await refused(office.does(actor, RevokeDelegation(number, WHY)), Conflict)


async def test_a_suspended_supplier_is_lent_nothing(office: Office, desk_client: Actor, supplier: Actor) -> None:
    await office.connection.execute("update clients set state = 'suspended' where client = $1", supplier.name)
    await refused(office.does(desk_client, lending(NAME)), Conflict)
