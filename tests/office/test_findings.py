"""Findings at the office: for auditors, on record, and about persons without a name."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from ledger import Outcome
from ledger.insight.days import today
from office import visitor
from tests.ledger.insight.filled import NAME, Filled
from tests.office.world import Place

MACHINE = visitor.machine("root")
ASKED = """query($last: Date, $agency: ID) { findings(last: $last, agency: $agency) {
    kind agency client purpose counted of threshold saidVi saidEn rows { leaf requestId } } }"""


@pytest.fixture
async def probed(place: Place) -> Place:
    connection = await asyncpg.connect(place.ledger)
    books = Filled(place.ledger, connection)
    noon = datetime.now(UTC) - timedelta(days=1)
    await books.answer(await books.party(), await books.operation(NAME), noon, outcome=Outcome.REFUSED, times=40)
    await connection.close()
    return place


async def found(place: Place, who: visitor.Visitor, **asked: Any) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = (await place.ask(who, ASKED, **asked))["findings"]
    return [each for each in shown if each["kind"] != "OUTSIDE_HOURS"]


async def test_an_auditor_sees_who_probes(probed: Place) -> None:
    (finding,) = await found(probed, await probed.officer("dung"))

    assert {name: finding[name] for name in ("kind", "agency", "client", "purpose", "counted", "of", "threshold")} == {
        "kind": "REFUSALS", "agency": "G01", "client": "desk", "purpose": "tax", "counted": 40, "of": 40,
        "threshold": 30,
    }  # fmt: skip
    assert finding["saidEn"] == "40 of 40 questions were refused for want of a right."
    assert [row["leaf"] for row in finding["rows"]] == [str(39 - back) for back in range(20)]


async def test_looking_at_findings_is_on_record_before_they_are_shown(probed: Place) -> None:
    await found(probed, MACHINE, agency="G01")

    act = await probed.installation.connection.fetchrow("select actor, act, detail from acts order by act_id desc")
    assert act is not None
    assert (act["actor"], act["act"]) == ("root", "disclosures.read")
    assert '"findings"' in act["detail"]
    assert '"G01"' in act["detail"]


@pytest.mark.parametrize("who", [visitor.agency("desk", "G01"), visitor.citizen("sealed")])
async def test_an_agency_and_a_citizen_do_not_see_findings(probed: Place, who: visitor.Visitor) -> None:
    refused = await probed.refused(who, ASKED)

    assert refused[0]["extensions"]["code"] == "FORBIDDEN"


async def test_an_officer_who_does_not_audit_sees_no_findings(probed: Place) -> None:
    refused = await probed.refused(await probed.officer("an"), ASKED)

    assert refused[0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("days", [1, -801, -100_000])
async def test_a_day_that_cannot_be_looked_at_is_refused(probed: Place, days: int) -> None:
    day = today(datetime.now(UTC)) + timedelta(days=days)

    refused = await probed.refused(MACHINE, ASKED, last=day.isoformat())

    assert refused[0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_week_without_questions_has_no_findings(probed: Place) -> None:
    day = today(datetime.now(UTC)) - timedelta(days=30)

    assert await found(probed, MACHINE, last=day.isoformat()) == []
