"""A supplier's client asks with the rights of the agency that delegated them, for no more and no longer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.auth.oauth.said import said_by
from tests.auth.world import BORN, FIND, NAME, Installation, settled
from tests.waiting import at_once

SOON = datetime.now(UTC) + timedelta(hours=1)


def on_behalf_of(agency: Any, purpose: str = "security") -> str:
    detail = {"type": "urn:lienthong:purpose", "purpose": purpose, "case_reference": "G01-260115-0001"}
    return json.dumps([{**detail, "on_behalf_of": agency}])


@pytest.fixture
async def delegated(here: Installation) -> Installation:
    """Agency G01 lets `vendor` of G02 read names for security; G02 itself may read when people were born."""
    await here.add_client("vendor", agency="G02")
    await here.grant(BORN, agency="G02")
    await here.insert(
        "delegations", agency="G01", client="vendor", purpose="security", scopes=[NAME, FIND], made_by="desk",
        valid_until=SOON,
    )  # fmt: skip
    await settled(here)
    return here


async def test_a_supplier_gets_a_token_for_what_was_delegated(delegated: Installation) -> None:
    token = await delegated.token("vendor", NAME, authorization_details=on_behalf_of("G01"))
    assert said_by(token)["authorization_details"][0]["on_behalf_of"] == "G01"
    caller = at_once(delegated.authority.caller(f"Bearer {token}"))
    assert (caller.agency, caller.supplier, set(caller.rights.reach)) == ("G01", "G02", {NAME})


@pytest.mark.parametrize(
    ("scope", "agency", "purpose", "error"),
    [
        (BORN, "G01", "security", "invalid_scope"),  # granted to G01, not delegated; G02's own is not used
        (FIND, "G01", "security", "invalid_scope"),  # delegated, but never granted to G01
        (NAME, "G01", "tax", "invalid_scope"),  # delegated for another purpose
        (NAME, "G03", "security", "invalid_scope"),  # an agency that delegated nothing
        ("", "G01", "security", "invalid_scope"),  # nothing asked: the name of an agency is not to be had for nothing
        (NAME, "g01", "security", "invalid_authorization_details"),
        (NAME, "G01' or '1'='1", "security", "invalid_authorization_details"),
        (NAME, ["G01"], "security", "invalid_authorization_details"),
    ],
)
async def test_a_supplier_gets_no_token_for_more(
    delegated: Installation, scope: str, agency: Any, purpose: str, error: str
) -> None:
    answer = await delegated.ask("vendor", scope, authorization_details=on_behalf_of(agency, purpose))
    assert (answer.status, answer.body["error"]) == (400, error)


async def test_another_client_of_the_supplier_was_not_meant(delegated: Installation) -> None:
    await delegated.add_client("colleague", agency="G02")
    await settled(delegated)
    answer = await delegated.ask("colleague", NAME, authorization_details=on_behalf_of("G01"))
    assert answer.body["error"] == "invalid_scope"


async def test_without_the_name_of_the_agency_the_delegation_is_not_used(delegated: Installation) -> None:
    assert (await delegated.ask("vendor", NAME)).body["error"] == "invalid_scope"
    assert (await delegated.ask("vendor", BORN)).status == 200
