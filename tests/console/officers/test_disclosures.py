"""Who looked at whose data, and what stands out, at the auditors' pages: on record before anything is shown."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from auth.keys import subject_seal
from ledger.segments.entries import Outcome
from tests.console.officers.browser import Browser, Forms
from tests.console.officers.conftest import House
from tests.ledger.archive.world import LISTED, OPENED, Books, pin
from tests.office.conftest import LEDGER

NOW = datetime.now(UTC)
_LEAVES = itertools.count(1000)


@pytest.fixture
async def books(house: House) -> AsyncIterator[Books]:
    """The hand that writes the house's ledger, emptied."""
    connection = await asyncpg.connect(house.ledger)
    tables = "answers, people, leaves, marks, operations, parties, readings, usage"
    await connection.execute(f"set session_replication_role = replica; truncate {tables} cascade")
    yield Books(connection, house.ledger, LEDGER)
    await connection.close()


@pytest.fixture(scope="module")
async def auditor(house: House) -> Browser:
    return await house.officer("tam", "auditor")


async def looks(house: House) -> list[tuple[object, ...]]:
    return await house.run("select target, detail->'change'->'filter' from acts where act = 'disclosures.read'")


async def case_about(house: House, number: int) -> int:
    sealed = subject_seal(house.desk.acts.files).keep(pin(number))
    ((case,),) = await house.run(
        "insert into cases (kind, citizen, origin, request_id, leaf, reason) values"
        " ('complaint', :citizen, :origin, gen_random_uuid(), :leaf, 'x') returning case_id",
        citizen=sealed,
        origin=LEDGER,
        leaf=next(_LEAVES),
    )
    assert isinstance(case, int)
    return case


async def test_opening_the_page_reads_and_records_nothing(house: House, books: Books, auditor: Browser) -> None:
    await books.answer([(1, OPENED)], NOW, case="HS-QUIET")
    before = await looks(house)

    page = await auditor.get("/console/disclosures")

    assert page.status_code == 200
    assert "HS-QUIET" not in page.text
    assert await looks(house) == before


async def test_a_search_shows_what_was_asked_for_and_is_on_record(house: House, books: Books, auditor: Browser) -> None:
    await books.answer([(1, OPENED), (2, OPENED)], NOW, case="HS-SHOWN", agency="G01")
    await books.answer([(1, LISTED)], NOW - timedelta(days=9), case="HS-EARLIER", agency="G01")
    await books.answer([(1, OPENED)], NOW, case="HS-OTHER", agency="G12")
    day = f"{NOW + timedelta(hours=7):%Y-%m-%d}"

    page = await auditor.get(f"/console/disclosures?look=1&agency=G01&since={day}&until={day}&kind=DISCLOSED")

    text = Forms(page.text).text
    assert "HS-SHOWN" in text
    assert "Ministry of tests" in text
    assert "HS-EARLIER" not in text
    assert "HS-OTHER" not in text
    target, asked = (await looks(house))[-1]
    assert target == ""
    assert isinstance(asked, dict)
    assert (asked["agency"], asked["kind"]) == ("G01", "disclosed")


async def test_a_person_is_looked_up_under_a_case_alone_and_the_case_counts_it(
    house: House, books: Books, auditor: Browser
) -> None:
    await books.answer([(1, OPENED)], NOW, case="HS-ONE")
    await books.answer([(2, OPENED)], NOW, case="HS-TWO")
    case = await case_about(house, 1)

    page = await auditor.get(f"/console/disclosures?case={case}")

    assert "HS-ONE" in page.text
    assert "HS-TWO" not in page.text
    assert pin(1) not in page.text
    shown = Forms((await auditor.get(f"/console/cases/{case}")).text).text
    assert "Looks so far" in shown
    assert await house.run("select count(*) from acts where act = 'disclosures.read' and target = :n", n=str(case)) == [
        (1,)
    ]
    await house.run("update cases set state = 'withdrawn', closed_at = now() where case_id = :n", n=case)
    refused = await auditor.get(f"/console/disclosures?case={case}")
    assert refused.status_code == 403
    assert "HS-ONE" not in refused.text


async def test_pages_follow_each_other(books: Books, auditor: Browser) -> None:
    for number in range(30):
        await books.answer([(1, OPENED)], NOW - timedelta(minutes=number), case=f"HS-PAGE-{number:02d}")

    first = await auditor.get("/console/disclosures?look=1&agency=G01")
    older = first.text.partition('href="/console/disclosures?agency')[2].partition('"')[0].replace("&amp;", "&")
    second = await auditor.get(f"/console/disclosures?agency{older}")

    assert ("HS-PAGE-24" in first.text, "HS-PAGE-25" in first.text) == (True, False)
    assert ("HS-PAGE-24" in second.text, "HS-PAGE-29" in second.text) == (False, True)


@pytest.mark.parametrize("path", ["/console/disclosures", "/console/findings"])
async def test_these_pages_are_for_auditors(house: House, books: Books, path: str) -> None:
    await books.answer([(1, OPENED)], NOW, case="HS-KEPT")
    officer = await house.officer(f"uyen-{path[9:]}", "proposer", "approver", "operator")
    stranger = await house.browser()

    page = await officer.get(f"{path}?look=1")

    assert page.status_code == 409
    assert "HS-KEPT" not in page.text
    assert (await stranger.get(f"{path}?look=1")).headers["location"].startswith("/console/sign-in")


@pytest.mark.parametrize(
    "asked",
    [
        "look=1&since=yesterday", "look=1&until=2026-02-30", "look=1&after=x", "case=x", "case=" + "9" * 30, "case=77",
        "look=1&agency=" + "x" * 300, "look=1&coordinate=%00", "look=1&since=0001-01-01", "look=1&until=9999-12-31",
        "look=1&case=-1",
    ],
)  # fmt: skip
async def test_nonsense_is_answered_in_words(auditor: Browser, asked: str) -> None:
    page = await auditor.get(f"/console/disclosures?{asked}")
    assert 400 <= page.status_code < 500
    assert "Traceback" not in page.text


async def test_findings_are_computed_when_asked_and_lead_to_their_rows(
    house: House, books: Books, auditor: Browser
) -> None:
    for _ in range(40):
        await books.answer([], NOW, outcome=Outcome.REFUSED, missing=["a:b.c:read"], client="prober")
    await books.connection.execute(
        "insert into usage (day, party, operation, outcome, answers, people, on_trial)"
        " select (at at time zone interval '7 hours')::date, party, operation, outcome, count(*), 0, 0"
        " from answers group by 1, 2, 3, 4"
    )
    before = await looks(house)

    form = await auditor.get("/console/findings")
    assert await looks(house) == before
    page = await auditor.get("/console/findings?look=1")

    assert "prober" not in form.text
    assert "Refused again and again" in page.text
    assert "prober" in page.text
    link = page.text.partition('href="/console/disclosures?')[2].partition('"')[0].replace("&amp;", "&")
    listed = await auditor.get(f"/console/disclosures?{link}")
    assert "prober" in listed.text
    assert len(await looks(house)) == len(before) + 2


async def test_no_page_speaks_of_a_finding_in_script(books: Books, auditor: Browser) -> None:
    await books.answer([(1, OPENED)], NOW, case="<script>alert(1)</script>")
    page = await auditor.get("/console/disclosures?look=1")
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(("form", "first"), [("csv", "\ufefforigin,leaf"), ("jsonl", '{"origin":')])
async def test_a_file_of_what_was_found_is_on_record_before_its_first_line(
    house: House, books: Books, auditor: Browser, form: str, first: str
) -> None:
    await books.answer([(1, OPENED)], NOW, case="HS-EXPORTED", agency="G01")
    await books.answer([(2, OPENED)], NOW, case="HS-LEFT-OUT", agency="G12")
    case = await case_about(house, 1)

    answer = await auditor.get(f"/console/disclosures/export?format={form}&agency=G01&case={case}")

    assert answer.headers["content-disposition"] == f'attachment; filename="disclosures.{form}"'
    assert answer.content.decode().startswith(first)
    assert ("HS-EXPORTED" in answer.text, "HS-LEFT-OUT" in answer.text) == (True, False)
    assert pin(1) not in answer.text
    recorded = await house.run("select target from acts where act = 'disclosures.export' order by act_id desc limit 1")
    assert recorded == [(str(case),)]


@pytest.mark.parametrize("asked", ["", "format=xml", "format=csv&case=7777", "format=csv&since=x", "format=csv&case=x"])
async def test_a_file_that_cannot_be_made_is_refused_in_words(auditor: Browser, asked: str) -> None:
    answer = await auditor.get(f"/console/disclosures/export?{asked}")
    assert 400 <= answer.status_code < 500
    assert "content-disposition" not in answer.headers


async def test_only_auditors_take_a_file(house: House) -> None:
    officer = await house.officer("uyen-file", "proposer", "approver", "operator")
    assert (await officer.get("/console/disclosures/export?format=csv")).status_code == 409
