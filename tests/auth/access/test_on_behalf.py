"""For whom a caller asks: an agency that delegated, a citizen and who represents it, and those whose token it was."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from auth.errors import RightsChanged, Unauthenticated
from auth.reach import SELF
from tests.auth.access.test_alive import admitted
from tests.auth.access.test_authority import PERSON
from tests.auth.world import BORN, NAME, Installation, settled

PARENT = "000000000041"  # a personal number of nobody
SOON = datetime.now(UTC) + timedelta(hours=1)


def on_behalf(agency: str) -> dict[str, str]:
    detail = {"type": "urn:lienthong:purpose", "purpose": "security", "case_reference": "G01-1"}
    return {**detail, "on_behalf_of": agency}


async def test_a_supplier_asks_with_the_rights_of_the_agency_that_delegated_them(here: Installation) -> None:
    await here.add_client("vendor", agency="G02")
    await here.grant(NAME, BORN, agency="G02")
    delegated = {"agency": "G01", "client": "vendor", "purpose": "security", "made_by": "desk", "valid_until": SOON}
    number = await here.insert("delegations", "delegation", scopes=[NAME], **delegated)
    await settled(here)
    (own,) = (grant.number for grant in here.authority.snapshot().grants["G01"])
    caller = admitted(here, client_id="vendor", scope=f"{NAME} {BORN}", authorization_details=[on_behalf("G01")])
    assert (caller.agency, caller.supplier, caller.client) == ("G01", "G02", "vendor")
    assert caller.rights.grants == {NAME: (own,)}
    await here.connection.execute("update delegations set state = 'revoked', revoked_by = 'desk'")
    await settled(here)
    with pytest.raises(RightsChanged):
        here.authority.confirm(caller)
    assert not here.authority.again(caller).rights.reach
    assert number


async def test_nobody_asks_for_an_agency_that_is_suspended_or_unknown(here: Installation) -> None:
    await here.add_client("vendor", agency="G02")
    await here.connection.execute("update agencies set state = 'suspended' where agency = 'G01'")
    await settled(here)
    for agency in ("G01", "G77"):
        with pytest.raises(Unauthenticated, match="on whose behalf"):
            admitted(here, client_id="vendor", authorization_details=[on_behalf(agency)])


async def test_an_agency_that_asks_on_its_own_behalf_needs_no_leave(here: Installation) -> None:
    caller = admitted(here, authorization_details=[on_behalf("G01")])
    assert (caller.agency, caller.supplier, set(caller.rights.reach)) == ("G01", None, {NAME})


async def test_an_exchanged_token_may_do_what_all_through_whom_it_came_may_do(here: Installation) -> None:
    await here.add_client("portal", agency="G22", kind="portal")
    await here.add_client("stop", agency="G02", exchanges=True)
    of_portal = await here.grant(NAME, BORN, agency="G22", reach="self")
    of_stop = await here.grant(NAME, agency="G02", reach="self", persons_per_day=9)
    await settled(here)
    chain = {"sub": "stop", "act": {"sub": "portal"}}
    sealed = {
        name: here.authority.subjects.seal(PERSON, "stop") for name in ("sealed_subject", "sealed_representative")
    }
    asked = {"client_id": "stop", "scope": f"{NAME} {BORN}", "act": chain, **sealed}
    caller = admitted(here, **asked)
    assert (caller.client, caller.through, caller.subject, caller.representative) == (
        "stop",
        ("portal",),
        PERSON,
        PERSON,
    )
    assert caller.rights.reach == {NAME: SELF}
    assert caller.rights.grants == {NAME: tuple(sorted((of_portal, of_stop)))}
    assert [[limit.grant for limit in choice] for choice in caller.rights.limits[NAME]] == [[of_stop]]
    assert PERSON not in repr(caller)
    assert PARENT not in repr(caller)
    await here.connection.execute("update clients set exchanges = false")
    await settled(here)
    assert not admitted(here, **asked).rights.reach
    await here.connection.execute("update clients set state = 'suspended' where client = 'portal'")
    await settled(here)
    with pytest.raises(Unauthenticated):
        admitted(here, **asked)


async def test_a_representative_of_nobody_is_turned_away(here: Installation) -> None:
    sealed = here.authority.subjects.seal(PERSON, "desk")
    with pytest.raises(Unauthenticated):
        admitted(here, sealed_representative=sealed)


async def test_an_emergency_is_marked_in_the_rights_that_it_gives(here: Installation) -> None:
    number = await here.grant(BORN, emergency=True, approved_by=None, valid_until=SOON)
    await settled(here)
    caller = admitted(here, scope=f"{NAME} {BORN}")
    assert caller.rights.emergencies == {number}
    assert admitted(here, scope=NAME).rights.emergencies == frozenset()


async def test_registered_operations_are_those_of_the_clients_agency(here: Installation) -> None:
    for agency, name, text in (("G01", "one", "{ a }"), ("G01", "two", "{ b }"), ("G02", "three", "{ c }")):
        if agency == "G02":
            await here.add_client("other", agency="G02")
        await here.insert("operations", agency=agency, document_id=name, text=text, registered_by="desk")
    await here.connection.execute("update operations set withdrawn_at = now() where document_id = 'two'")
    await here.connection.execute("update clients set registered_only = true where client = 'desk'")
    await settled(here)
    caller = admitted(here)
    assert caller.registered_only
    assert caller.operations.ids == {"one"}
    assert caller.operations.texts == {sha256(b"{ a }").hexdigest()}
