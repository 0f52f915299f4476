"""Trials at the office: one officer begins, sees what was noted, and narrows in one step. Agencies are not told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from office import visitor
from tests.auth.world import BORN, NAME
from tests.ledger.insight.filled import Filled
from tests.office.test_changes import made
from tests.office.world import WHY, Place

MACHINE = visitor.machine("root")
LESS = {"scopes": [NAME], "reach": "EVERYWHERE"}
TRIALS = """query($running: Boolean) { trials(running: $running) { entries {
    number grant agency purpose scopes runs startedBy endedBy
    noted { answers refused limited reasons { missing answers } } } } }"""
IMPACT = "query($c: ForeseenChangeInput!) { impactOf(change: $c) { operation before after missing } }"


def trying(days: int = 30) -> dict[str, Any]:
    return {"grant": "1", "terms": LESS, "until": (datetime.now(UTC) + timedelta(days=days)).isoformat(), "reason": WHY}


async def listed(place: Place, *, running: bool | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await place.ask(MACHINE, TRIALS, running=running))["trials"]["entries"]
    return found


@pytest.fixture
async def trial(place: Place) -> str:
    """Number of a trial under which grant 1 would lose the date of birth."""
    return made(await place.signs("an", "tryNarrowing", trying()), "trial")


async def test_officer_sees_what_a_trial_has_noted(place: Place, trial: str) -> None:
    connection = await asyncpg.connect(place.ledger)
    books = Filled(place.ledger, connection)
    party, profile = await books.party(purpose="security"), await books.operation(NAME, BORN)
    await books.answer(party, profile, datetime.now(UTC), [1], missing=[BORN], times=3)
    await books.answer(party, profile, datetime.now(UTC), [1], times=4)
    await connection.close()

    (found,) = await listed(place, running=True)

    assert (found["number"], found["grant"], found["scopes"]) == (trial, "1", [NAME])
    assert (found["runs"], found["startedBy"], found["endedBy"]) == (True, "an", None)
    assert found["noted"] == {
        "answers": 7, "refused": 3, "limited": 0, "reasons": [{"missing": BORN, "answers": 3}],
    }  # fmt: skip


async def test_officer_narrows_as_tried_and_the_preview_said_so(place: Place, trial: str) -> None:
    row = {"agency": "G01", "document_id": "works", "text": f"{NAME} {BORN}", "registered_by": "it"}
    await place.installation.insert("operations", **row)
    await place.settled()
    change = {"trial": trial, "reason": WHY}

    foreseen = await place.ask(MACHINE, IMPACT, c={"narrowAsTried": change})
    done = await place.signs("chi", "narrowAsTried", change)

    assert foreseen["impactOf"] == [
        {"operation": "works", "before": True, "after": False, "missing": [f"SCOPE_REQUIRED {BORN}"]}
    ]
    narrowed = await place.ask(MACHINE, "query($n: ID!) { grant(number: $n) { scopes state } }", n=made(done, "grant"))
    assert narrowed["grant"] == {"scopes": [NAME], "state": "ACTIVE"}
    assert await listed(place, running=True) == []
    assert [each["endedBy"] for each in await listed(place, running=False)] == ["chi"]


async def test_officer_who_ends_a_trial_leaves_the_grant_as_it_was(place: Place, trial: str) -> None:
    await place.signs("binh", "endTrial", {"trial": trial, "reason": WHY})

    (found,) = await listed(place)
    assert (found["runs"], found["endedBy"]) == (False, "binh")
    grant = await place.ask(MACHINE, "{ grant(number: 1) { state } }")
    assert grant["grant"]["state"] == "ACTIVE"


async def test_officer_who_asks_for_too_long_a_trial_is_refused(place: Place) -> None:
    assert (await place.signs("an", "tryNarrowing", trying(days=91)))["__typename"] == "Invalid"


async def test_agency_is_not_told_that_its_grant_is_on_trial(place: Place, trial: str) -> None:
    for who in (visitor.agency("desk", "G01"), visitor.citizen("sealed")):
        (error, *_) = await place.refused(who, TRIALS)
        assert error["extensions"]["code"] == "FORBIDDEN"
