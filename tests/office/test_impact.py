"""Before a change: which registered operations would begin or cease to work. Here a document is a list of scopes."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from ledger.insight.books import BooksReader
from office import visitor
from tests.auth.world import BORN, NAME, PIN
from tests.ledger.insight.filled import Filled
from tests.office.test_changes import GIVE, made
from tests.office.world import WHY, Place

MACHINE = visitor.machine("root")
IMPACT = "impact: impactOf(change: $c) { client operation purpose before after missing }"


@pytest.fixture
async def registered(place: Place) -> Place:
    """G01 has registered an operation that works, and one that needs what nobody granted."""
    for document_id, text in (("works", f"{NAME} {BORN}"), ("wishes", f"{NAME} {PIN}")):
        row = {"agency": "G01", "document_id": document_id, "text": text, "registered_by": "it"}
        await place.installation.insert("operations", **row)
    await place.settled()
    return place


async def foreseen(place: Place, change: dict[str, Any]) -> list[dict[str, Any]]:
    data = await place.ask(MACHINE, f"query($c: ForeseenChangeInput!) {{ {IMPACT} }}", c=change)
    found: list[dict[str, Any]] = data["impact"]
    return found


def effect(operation: str, *, after: bool, missing: list[str], purpose: str = "security") -> dict[str, Any]:
    return {
        "client": "desk", "operation": operation, "purpose": purpose,
        "before": not after, "after": after, "missing": missing,
    }  # fmt: skip


async def test_a_revocation_shows_what_would_cease_to_work(registered: Place) -> None:
    lost = [f"SCOPE_REQUIRED {scope}" for scope in (NAME, BORN)]

    assert await foreseen(registered, {"revokeGrant": {"grant": "1", "reason": WHY}}) == [
        effect("works", after=False, missing=lost)
    ]


async def test_a_wider_grant_shows_what_would_begin_to_work(registered: Place) -> None:
    terms = {"scopes": [NAME, BORN, PIN], "reach": "EVERYWHERE", "validFrom": "2090-01-01T00:00:00Z"}

    assert await foreseen(registered, {"replaceGrant": {"grant": "1", "terms": terms}}) == [
        effect("wishes", after=True, missing=[])
    ]


CLIENT_TERMS = {"name": "Desk", "allowed": [NAME], "tokenType": "BEARER"}


@pytest.mark.parametrize("change", [
    {"suspendClient": {"client": "desk", "reason": WHY}},
    {"suspendAgency": {"agency": "G01", "reason": WHY}},
    {"suspendGrant": {"grant": "1", "reason": WHY}},
    {"narrowClient": {"client": "desk", "terms": CLIENT_TERMS, "reason": WHY}},
])  # fmt: skip
async def test_whatever_narrows_shows_what_would_cease(registered: Place, change: dict[str, Any]) -> None:
    found = await foreseen(registered, change)

    assert [(each["operation"], each["after"]) for each in found] == [("works", False)]


async def test_resuming_shows_what_would_begin(registered: Place) -> None:
    await registered.change(MACHINE, "suspendAgency", {"agency": "G01", "reason": WHY})
    await registered.settled()

    found = await foreseen(registered, {"resumeAgency": {"agency": "G01"}})

    assert [(each["operation"], each["after"]) for each in found] == [("works", True)]


async def test_a_change_that_reaches_nobody_has_no_impact(registered: Place) -> None:
    assert await foreseen(registered, {"revokeGrant": {"grant": "999", "reason": WHY}}) == []


async def test_a_proposal_shows_its_impact_until_it_is_decided(registered: Place) -> None:
    proposal = made(await registered.signs("an", "makeProposal", GIVE), "proposal")
    document = "query($n: ID!) { proposal(number: $n) { impact { operation purpose before after missing client } } }"
    before = await registered.ask(MACHINE, document, n=proposal)

    await registered.approves("binh", proposal)

    assert before["proposal"]["impact"] == [effect("works", after=True, missing=[], purpose="tax")]
    assert (await registered.ask(MACHINE, document, n=proposal))["proposal"]["impact"] == []


async def test_looking_ahead_changes_nothing(registered: Place) -> None:
    before = registered.installation.authority.snapshot()

    await foreseen(registered, {"revokeGrant": {"grant": "1", "reason": WHY}})

    assert registered.installation.authority.snapshot() is before
    assert await registered.installation.connection.fetchval("select count(*) from acts") == 1  # the keys' beginning


async def test_a_request_looks_ahead_once(registered: Place) -> None:
    """A page of proposals with the impact of each would explain thousands of documents."""
    for _ in range(2):
        await registered.signs("an", "makeProposal", GIVE)

    refused = await registered.refused(MACHINE, "{ proposals { entries { impact { operation } } } }")

    assert refused[0]["extensions"] == {"code": "LIMIT_EXCEEDED", "limit": "previews", "most": 1}


SEEN = "impact: impactOf(change: $c) { client operation operationName purpose before after missing registered answers }"


async def asked(place: Place, document: bytes, *needs: str, times: int = 3, **who: str) -> None:
    """The ledger knows that the client was answered."""
    connection = await asyncpg.connect(place.ledger)
    books = Filled(place.ledger, connection, first=await connection.fetchval("select count(*) from answers"))
    party = await books.party(**{"purpose": "security", **who})
    operation = await books.operation(*needs, document=document, name="Profile")
    await books.answer(party, operation, datetime.now(UTC), [1], times=times)
    await connection.close()


async def foreseen_of_seen(place: Place) -> list[dict[str, Any]]:
    change = {"revokeGrant": {"grant": "1", "reason": WHY}}
    data = await place.ask(MACHINE, f"query($c: ForeseenChangeInput!) {{ {SEEN} }}", c=change)
    found: list[dict[str, Any]] = data["impact"]
    return found


async def test_an_operation_that_nobody_registered_is_foreseen_where_it_was_asked(place: Place) -> None:
    await asked(place, b"d" * 16, NAME)
    await asked(place, b"e" * 16, PIN)  # does not work today either
    await asked(place, b"f" * 16)  # does not say what it needed
    await asked(place, b"g" * 16, NAME, purpose="tax")
    await asked(place, b"h" * 16, NAME, agency="H56")

    assert await foreseen_of_seen(place) == [{
        "client": "desk", "operation": (b"d" * 16).hex(), "operationName": "Profile", "purpose": "security",
        "before": True, "after": False, "missing": [NAME], "registered": False, "answers": 3,
    }]  # fmt: skip


async def test_a_registered_operation_says_how_often_it_was_asked_and_stands_once(registered: Place) -> None:
    await asked(registered, f"{NAME} {BORN}"[:16].encode(), NAME, BORN)

    (found,) = await foreseen_of_seen(registered)

    assert (found["operation"], found["registered"], found["answers"]) == ("works", True, 3)


async def test_a_preview_without_the_ledger_is_not_given(place: Place) -> None:
    """To say that nothing would cease to work, because nobody could look, would be wrong."""
    silent = replace(place.office, books=BooksReader("postgresql://nobody@127.0.0.1:1/nothing"))
    change = {"revokeGrant": {"grant": "1", "reason": WHY}}

    refused = await replace(place, office=silent).refused(
        MACHINE, f"query($c: ForeseenChangeInput!) {{ {SEEN} }}", c=change
    )

    assert refused[0]["extensions"]["code"] == "DATABASE_UNAVAILABLE"
