"""`/ledger/statistics`, as anybody on the net asks for it."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import httpx2
import pytest
from starlette.applications import Starlette

from auth.database import engine_of
from console.statistics import OpenStatistics
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.insight.books import BooksReader
from ledger.insight.published import Filter
from tests.auth.conftest import database
from tests.ledger.insight.filled import LIVES, NAME, Filled, filling

NOON = datetime(2026, 10, 5, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
async def filled(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Filled]:
    async with filling(postgres, templates, worker) as made:
        tax = await made.party()
        await made.answer(tax, await made.operation(NAME), NOON, [1], times=12)
        await made.answer(tax, await made.operation(NAME, LIVES), NOON, [1, 2], times=15)
        await made.answer(await made.party("H56"), await made.operation(NAME), NOON, [1], times=9)
        await made.answer(await made.party(purpose="inquiry"), await made.operation(NAME), NOON, times=11)
        yield made


@pytest.fixture
async def anybody(
    filled: Filled, postgres: Postgres, templates: Settings, worker: str
) -> AsyncIterator[httpx2.AsyncClient]:
    async with database(postgres, templates, worker) as dsn:
        connection = await asyncpg.connect(dsn)
        await connection.execute("insert into agencies (agency, name_vi, name_en) values ('G01', 'Bộ', 'Ministry')")
        await connection.execute(
            "insert into purposes (purpose, legal_basis, title_vi, title_en, retention_months, shown_after_days,"
            " third_party_sensitive) values ('tax', 'x', 'Thuế', 'Tax', 12, 0, false),"
            " ('inquiry', 'x', 'Điều tra', 'Inquiry', 12, 90, false), ('will', 'x', 'Di chúc', 'Will', 12, 0, true)"
        )
        await connection.close()
        engine = engine_of(dsn, 1)
        statistics = OpenStatistics(BooksReader(filled.dsn), engine, lambda: NOW)
        app = Starlette(routes=[statistics.route()])
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
            yield client
        await engine.dispose()


async def test_anybody_reads_the_last_month_that_is_told(anybody: httpx2.AsyncClient) -> None:
    answer = await anybody.get("/ledger/statistics")

    told = answer.json()
    assert answer.status_code == 200
    assert (told["month"], told["months"]) == ("2026-10", ["2026-10"])
    assert told["rows"] == [
        {"day": "2026-10-05", "agency": "G01", "purpose": "tax", "kinds": kinds, "came": "answered",
         "answers": answers, "readings": readings}
        for kinds, answers, readings in (
            (["identity:citizen"], 12, 12), (["identity:citizen", "population:residence"], 15, 30))
    ]  # fmt: skip
    assert told["agencies"] == {"G01": {"vi": "Bộ", "en": "Ministry"}}
    assert told["purposes"] == {"tax": {"vi": "Thuế", "en": "Tax"}}


async def test_anybody_reads_the_same_rows_as_csv(anybody: httpx2.AsyncClient) -> None:
    answer = await anybody.get("/ledger/statistics", params={"format": "csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(csv.DictReader(io.StringIO(answer.text))) == [
        {"month": "2026-10", "day": "2026-10-05", "agency": "G01", "purpose": "tax", "kinds": kinds,
         "came": "answered", "answers": answers, "readings": readings}
        for kinds, answers, readings in (
            ("identity:citizen", "12", "12"), ("identity:citizen population:residence", "15", "30"))
    ]  # fmt: skip


@pytest.mark.parametrize(("wanted", "rows"), [
    ({"agency": "G01"}, 2), ({"agency": "H56"}, 0), ({"purpose": "tax"}, 2), ({"purpose": "inquiry"}, 0),
    ({"kind": "population"}, 1), ({"kind": "population:residence"}, 1), ({"kind": "pop"}, 0),
    ({"agency": "G01", "kind": "identity", "purpose": "tax", "month": "2026-10"}, 2),
])  # fmt: skip
async def test_filters_choose_among_the_rows_that_are_told(
    anybody: httpx2.AsyncClient, wanted: dict[str, str], rows: int
) -> None:
    everything = (await anybody.get("/ledger/statistics")).json()["rows"]
    chosen = (await anybody.get("/ledger/statistics", params=wanted)).json()["rows"]

    assert len(chosen) == rows
    assert not [row for row in chosen if row not in everything]


@pytest.mark.parametrize(("wanted", "status"), [
    ({"month": "2026-9"}, 400), ({"month": "2026-11"}, 404), ({"month": "2019-01"}, 404), ({"format": "xml"}, 400),
    ({"citizen": "000000000001"}, 400), ({"month": ""}, 400), ({"agency": "\x00'; --"}, 200),
    ({"kind": "é" * 5000}, 200),
])  # fmt: skip
async def test_what_is_not_there_is_said_without_quoting_it(
    anybody: httpx2.AsyncClient, wanted: dict[str, str], status: int
) -> None:
    answer = await anybody.get("/ledger/statistics", params=wanted)

    assert answer.status_code == status
    assert "000000000001" not in answer.text


async def test_a_page_elsewhere_may_read_and_keep_it(anybody: httpx2.AsyncClient) -> None:
    first = await anybody.get("/ledger/statistics")
    again = await anybody.get("/ledger/statistics", headers={"if-none-match": first.headers["etag"]})

    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cache-control"] == "public, max-age=600"
    assert (again.status_code, again.content) == (304, b"")


async def test_a_crowd_has_a_month_counted_once(anybody: httpx2.AsyncClient, filled: Filled) -> None:
    first = await anybody.get("/ledger/statistics")
    await filled.answer(await filled.party(), await filled.operation(NAME), NOON, [1])

    assert (await anybody.get("/ledger/statistics")).content == first.content


async def test_in_an_outage_nothing_is_told(filled: Filled, urls: dict[str, str]) -> None:
    nowhere = BooksReader("postgresql://nobody@127.0.0.1:1/nothing")
    engine = engine_of(urls["auth"], 1)
    app = Starlette(routes=[OpenStatistics(nowhere, engine).route()])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        answer = await client.get("/ledger/statistics")
    await engine.dispose()

    assert answer.status_code == 503
    assert json.loads(answer.content) == {"error": "The statistics cannot be read at the moment."}


async def test_anybody_who_filters_by_what_is_not_there_costs_no_look_at_the_rows(
    anybody: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Filter] = []
    monkeypatch.setattr(Filter, "admits", lambda wanted, _: looked.append(wanted))

    sizes = {
        len((await anybody.get("/ledger/statistics", params={name: f"{number}"})).json()["rows"])
        for name in ("agency", "purpose", "kind")
        for number in range(5)
    }

    assert sizes == {0}
    assert len(looked) <= 2  # one answer of two rows, written once


async def test_nobody_reads_on_which_day_a_will_was_looked_at(anybody: httpx2.AsyncClient, filled: Filled) -> None:
    await filled.answer(await filled.party(purpose="will"), await filled.operation(NAME), NOON, [1], times=12)

    rows = (await anybody.get("/ledger/statistics", params={"purpose": "will"})).json()["rows"]

    assert [(row["day"], row["answers"]) for row in rows] == [(None, 12)]
