"""`lienthong ledger findings`, `unused` and `statistics`: an operator at the machine."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from installation.databases import database_url
from installation.settings import Settings
from ledger import Outcome
from ledger.insight.days import Month, today
from tests.ledger.insight.filled import NAME, Filled
from tests.test_cli_office import Told, answered, demo, refusal, tell  # noqa: F401 -- fixtures

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=130)
MONTH = Month.of(today(LONG_AGO))


@pytest.fixture
async def used(demo: Settings) -> None:  # noqa: F811
    """G12 was granted much long ago, was answered names then and yesterday, and tried other things today."""
    authority = await asyncpg.connect(database_url(demo, "auth"))
    await authority.execute("update grants set valid_from = $1", LONG_AGO)
    await authority.close()
    connection = await asyncpg.connect(database_url(demo, "ledger"))
    books = Filled(database_url(demo, "ledger"), connection)
    party, operation = await books.party("G12", purpose="tax.assessment"), await books.operation(NAME)
    await books.answer(party, operation, LONG_AGO, [1], times=12)
    await books.answer(party, operation, NOW - timedelta(days=1), [1])
    await books.answer(party, operation, NOW, outcome=Outcome.REFUSED, times=40)
    await connection.close()


def test_operator_sees_who_probes_and_is_on_record(tell: Told, used: None) -> None:  # noqa: F811
    found = [each for each in answered(tell("ledger", "findings", "--json")) if each["kind"] == "REFUSALS"]

    assert [(each["agency"], each["counted"]) for each in found] == [("G12", 40)]
    assert "40 of 41 questions were refused" in tell("ledger", "findings", "--agency", "G12").stdout
    assert len(answered(tell("audit", "list", "--act", "disclosures.read", "--json"))) == 2


def test_operator_takes_unused_rights_away(tell: Told, used: None) -> None:  # noqa: F811
    listed = answered(tell("ledger", "unused", "--agency", "G12", "--json"))
    (found,) = [each for each in listed if each["purpose"] == "tax.assessment"]
    assert f"--narrow {found['grant']}" in tell("ledger", "unused").stdout

    told = answered(tell("ledger", "unused", "--narrow", found["grant"], "--json"))

    number = next(each["name"] for each in told["made"] if each["what"] == "grant")
    (left,) = [each for each in answered(tell("grant", "list", "--json")) if each["number"] == number]
    assert (found["settled"], [each["scope"] for each in found["used"]]) == (True, [NAME])
    assert set(found["unused"]) >= set(left["exceptions"]) > set()
    assert "Nothing is taken away" in refusal(tell("ledger", "unused", "--narrow", number))
    assert "No such grant" in refusal(tell("ledger", "unused", "--narrow", found["grant"]))


def test_operator_reads_what_everybody_may(tell: Told, used: None) -> None:  # noqa: F811
    told = answered(tell("ledger", "statistics", "--month", str(MONTH)))
    rows = list(csv.DictReader(io.StringIO(tell("ledger", "statistics", "--csv", "--month", str(MONTH)).stdout)))

    assert [row["answers"] for row in told["rows"]] == [12]
    assert [(row["agency"], row["answers"]) for row in rows] == [("G12", "12")]
    assert str(MONTH) in told["months"]
    assert json.loads(tell("ledger", "statistics").stdout)["month"] == told["months"][0]
    assert refusal(tell("ledger", "statistics", "--month", "2019-01")) == "Nothing is told of that month."
    assert refusal(tell("ledger", "statistics", "--month", "x")) == "A month is written 2026-10."
