"""A citizen's page of readings, and complaints: what is the citizen's own, in words, and nothing of anybody else's."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx2
import pytest
from starlette.applications import Starlette

from auth.citizens import sessions
from auth.citizens.id_tokens import Identity
from console.citizens.complaints import OwnCases
from console.citizens.desk import Counter
from console.citizens.disclosures import OwnDisclosures
from console.citizens.ledgers import Ledgers
from console.citizens.signing_in import SigningIn
from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.archive.archives import Archives
from ledger.segments.entries import Outcome, Subject
from ledger.tree.evidence import check
from ledger.tree.leaves import Reading
from tests.auth.databases import lent
from tests.auth.portals import Portal
from tests.auth.world import ISSUER
from tests.ledger.archive.world import ARCHIVE_KEY, LISTED, OPENED, REACHED, SPOKE_FOR, VERIFIED, Books, pin

NOW = datetime.now(UTC)
ORIGIN = "authority.test/ledger"
LIST, CASES, COMPLAINT = "/my/disclosures", "/my/cases", "/my/disclosures/complaint"
FIELDS = {
    "Citizen.fullName": "identity:citizen.full_name",
    "Citizen.pin": "identity:citizen.pin",
    "Citizen.dateOfBirth": "identity:citizen.date_of_birth",
}


@dataclass
class Place:
    """The pages over a ledger, and the hand that writes it."""

    portal: Portal
    books: Books
    http: httpx2.AsyncClient
    cookie: str

    async def enter(self, number: int = 1) -> str:
        """Sign a citizen in at this browser; the token of this session's forms."""
        subjects = self.portal.desk.authority.subjects
        async with self.portal.desk.engine.begin() as connection:
            secret = await sessions.begin(connection, subjects, Identity(pin(number), "high"))
            session = await sessions.current(connection, subjects, secret)
        self.http.cookies.set(self.cookie, secret)
        assert session is not None
        return session.office_token

    async def text(self, address: str = LIST) -> str:
        """A page as a person reads it."""
        answer = await self.http.get(address)
        assert answer.status_code == 200, answer.text
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)))

    async def id_(self) -> str:
        """The name of the latest reading."""
        found = re.search(r'complaint\?id=([^"]+)"', (await self.http.get(LIST)).text)
        assert found is not None
        return found[1]

    async def complains(self, id_: str, reason: str) -> httpx2.Response:
        page = await self.http.get(f"{COMPLAINT}?id={id_}")
        token = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert token is not None, page.text
        return await self.http.post(f"{COMPLAINT}?id={id_}", data={"form_token": token[1], "reason": reason})

    async def guard(self, what: str) -> None:
        await self.portal.made.connection.execute(f"update purposes set {what}")

    async def run(self, statement: str, *given: object) -> list[asyncpg.Record]:
        return list(await self.portal.made.connection.fetch(statement, *given))


@pytest.fixture
async def place(portal: Portal, postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Place]:
    async with lent(postgres, database_name(templates, "ledger"), worker) as dsn:
        connection = await asyncpg.connect(dsn)
        books = Books(connection, dsn, ORIGIN)
        archives = Archives([books.registered], ARCHIVE_KEY)
        counter = Counter(portal.desk, lambda _: "")
        signing_in, ledgers = SigningIn(counter), Ledgers(archives, FIELDS)
        sides = OwnDisclosures(counter, signing_in, ledgers), OwnCases(counter, signing_in, ledgers)
        transport = httpx2.ASGITransport(Starlette(routes=[route for side in sides for route in side.routes()]))
        own = {"Origin": ISSUER, "Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
        async with httpx2.AsyncClient(transport=transport, base_url=ISSUER, headers=own) as http:
            yield Place(portal, books, http, counter.session_cookie.name)
        await archives.close()
        await connection.close()


async def test_a_citizen_reads_who_looked_when_why_and_at_what_in_words(place: Place) -> None:
    await place.books.answer([(1, OPENED), (2, OPENED)], NOW, case="HS-MINE")
    await place.books.answer([(2, OPENED)], NOW, case="HS-ANOTHERS")
    await place.enter()

    english = await place.text()
    vietnamese = await place.text(f"{LIST}?lang=vi")

    for said in ("Looked up", "HS-MINE", "Law 26/2023, art. 10", "Full name", "Finding you by: Personal number"):
        assert said in english
    for said in ("Đã tra cứu", "Họ và tên", "Tìm bạn theo: Số định danh cá nhân", "Tra cứu trực tiếp"):
        assert said in vietnamese
    assert "HS-ANOTHERS" not in english
    assert pin(1) not in english
    assert pin(2) not in english


async def test_each_kind_of_reading_is_told_as_what_it_was(place: Place) -> None:
    await place.books.answer([(1, LISTED)], NOW)
    await place.books.answer([(1, REACHED)], NOW)
    await place.books.answer([(1, VERIFIED)], NOW)
    nothing = await place.books.answer([(1, OPENED)], NOW)
    await place.books.mark(nothing, "not_found", places=[0])
    unsent = await place.books.answer([(1, OPENED)], NOW)
    await place.books.mark(unsent, "withheld", "client_left")
    await place.books.answer([(1, OPENED)], NOW, outcome=Outcome.REFUSED, missing=["a:b.c:read"])
    await place.enter()

    text = await place.text()

    for said in (
        "On a list", "Through another record that leads to you", "Asked yes or no", "Yes or no about: Personal number",
        "No result", "Looked up, not sent", "hung up before that", "Refused",
    ):  # fmt: skip
        assert said in text, said


async def test_a_third_partys_case_is_told_in_general_terms_and_the_rule_is_on_the_page(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW, case="HS-WILL", name="WillOfSomebody", purpose="tax", client="desk")
    await place.guard("third_party_sensitive = true where purpose = 'tax'")
    await place.enter()

    page = (await place.http.get(LIST)).text
    text = await place.text()

    assert "An authority" in text
    assert "Full name" in text
    assert "because it is about somebody else" in text
    entry = page.partition("<article")[2].partition("</article>")[0]
    assert not [told for told in ("HS-WILL", "WillOfSomebody", "G01", "tax", "desk", "Law 26") if told in entry]
    assert 'value="tax"' not in page  # nor does a filter find it


async def test_a_delayed_purpose_is_not_shown_before_its_time_and_is_named(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW - timedelta(days=3), case="HS-LATER")
    await place.enter()
    id_ = await place.id_()

    await place.guard("shown_after_days = 4 where purpose = 'tax'")

    text = await place.text()
    assert "HS-LATER" not in text
    assert "shown after 4 days" in text
    for path in (f"{COMPLAINT}?id={id_}", f"{LIST}/proof?id={id_}"):
        assert (await place.http.get(path)).status_code == 404


async def test_the_proof_is_a_file_that_holds_on_its_own_and_is_nobody_elses(place: Place) -> None:
    await place.books.answer([(1, OPENED), (2, OPENED)], NOW)
    await place.books.seal()
    await place.enter()
    id_ = await place.id_()

    answer = await place.http.get(f"{LIST}/proof?id={id_}")

    assert answer.headers["content-disposition"] == 'attachment; filename="disclosure-proof.json"'
    assert check(answer.content, place.books.signer.verifier).reading == OPENED
    assert place.books.epochs[0].of_persons([pin(2)]).hex() not in answer.text
    await place.enter(2)
    assert (await place.http.get(f"{LIST}/proof?id={id_}")).status_code == 404


async def test_filters_and_pages_lead_through_everything_once(place: Place) -> None:
    for number in range(25):
        await place.books.answer([(1, OPENED)], NOW + timedelta(seconds=number), case=f"HS-PAGE-{number:02d}")
    await place.books.answer([(1, OPENED)], NOW, case="HS-OTHER", agency="G12")
    await place.enter()

    address, seen = f"{LIST}?agency=G01&purpose=tax", ""
    while address:
        page = (await place.http.get(address)).text
        seen += page
        older = re.search(r'href="(/my/disclosures\?[^"]*after=[^"]+)"', page)
        address = html.unescape(older[1]) if older else ""

    found = re.findall(r"HS-[A-Z]+-?\d*", seen)
    assert found == [f"HS-PAGE-{number:02d}" for number in reversed(range(25))]


@pytest.mark.parametrize("asked", ["after=x", "after=" + "A" * 5000, "after=%00", "agency=%27&purpose=%00", "lang=xx"])
async def test_nonsense_in_the_address_is_answered_in_words(place: Place, asked: str) -> None:
    await place.enter()
    assert (await place.http.get(f"{LIST}?{asked}")).status_code in {200, 404}
    for path in (f"{COMPLAINT}?id={asked}", f"{LIST}/proof?id={asked}"):
        assert (await place.http.get(path)).status_code == 404


async def test_a_stranger_is_asked_to_sign_in(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW, case="HS-MINE")
    for path in (LIST, CASES, f"{LIST}/proof?id=x", f"{COMPLAINT}?id=x"):
        answer = await place.http.get(path)
        assert answer.status_code == 503  # there is no provider here
        assert "HS-MINE" not in answer.text


async def test_a_complaint_is_sent_seen_and_taken_back(place: Place) -> None:
    await place.books.answer([(1, OPENED), (2, OPENED)], NOW, case="HS-ODD")
    office_token = await place.enter()

    sent = await place.complains(await place.id_(), "Tôi không đến đó.\r\n\r\nVì sao?")

    assert (sent.status_code, sent.headers["location"]) == (303, CASES)
    text = await place.text(CASES)
    for said in ("Complaint 1", "Being looked into", "Tôi không đến đó. Vì sao?", "HS-ODD", "0 times"):
        assert said in text, said
    assert "Your complaint is being looked into" in await place.text()
    assert "Khiếu nại số 1" in await place.text(f"{CASES}?lang=vi")
    withdrawn = await place.http.post(CASES, data={"form_token": office_token, "case": "1"})
    assert withdrawn.status_code == 303
    assert "You withdrew it" in await place.text(f"{CASES}?lang=en")


async def test_what_officers_looked_at_and_replied_is_told_and_no_officer_is_named(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW)
    await place.enter()
    await place.complains(await place.id_(), "Vì sao?")
    await place.run("insert into officers (officer, name, roles) values ('dung', 'Dung', '{auditor}')")
    await place.run(
        "insert into acts (act_id, actor_kind, actor, act, target, detail, acted_at, prev, hash)"
        " select 100 + n, 'officer', 'dung', 'disclosures.read', '1', '{}', now(), '', '' from generate_series(1, 2) n"
    )
    await place.run(
        "update cases set state = 'closed', finding = 'unlawful', reply = 'Đã thu hồi quyền', closed_by = 'dung',"
        " closed_at = now()"
    )

    text = await place.text(CASES)

    for said in ("Answered", "The reading was unlawful.", "Đã thu hồi quyền", "2 times"):
        assert said in text
    assert "dung" not in text.lower()
    await place.enter(2)
    assert "Đã thu hồi quyền" not in await place.text(CASES)


@pytest.mark.parametrize("reason", [f"Số của tôi {pin(1)}", "", "   ", "x" * 501, "a\u202eb"])
async def test_what_cannot_be_sent_comes_back_with_what_was_written(place: Place, reason: str) -> None:
    await place.books.answer([(1, OPENED)], NOW)
    await place.enter()

    answer = await place.complains(await place.id_(), reason)

    assert answer.status_code == 409
    assert "The complaint was not sent" in answer.text
    assert html.escape(reason.strip()[:20]) in answer.text
    assert await place.run("select 1 from cases") == []


async def test_the_same_reading_is_complained_of_once(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW)
    await place.enter()
    id_ = await place.id_()
    await place.complains(id_, "Vì sao?")
    again = await place.complains(id_, "Vì sao?")
    assert again.status_code == 409
    assert "you complained of this reading before" in again.text


async def test_nobody_complains_in_anothers_name_by_another_site_or_of_anothers_reading(place: Place) -> None:
    await place.books.answer([(1, OPENED), (2, OPENED)], NOW)
    await place.enter()
    id_ = await place.id_()
    page = (await place.http.get(f"{COMPLAINT}?id={id_}")).text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    form = {"form_token": token, "reason": "Vì sao?"}
    address = f"{COMPLAINT}?id={id_}"

    foreign = await place.http.post(address, data=form, headers={"Origin": "https://evil.test", "Sec-Fetch-Site": "x"})
    other = await place.http.post(f"{COMPLAINT}?id={id_[:-2]}AA", data=form)
    forged = await place.http.post(address, data={**form, "form_token": token[:-2] + "AA"})
    await place.enter(2)
    theirs = await place.http.post(address, data=form)
    looking = await place.http.get(address)

    assert [each.status_code for each in (foreign, other, forged, theirs)] == [403, 403, 403, 403]
    assert looking.status_code == 404
    assert await place.run("select 1 from cases") == []


async def test_nobody_takes_back_a_complaint_of_anothers(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW)
    await place.enter()
    await place.complains(await place.id_(), "Vì sao?")
    token = await place.enter(2)
    for number in ("1", "2", "x", "9" * 19, "-1", "٣"):
        answer = await place.http.post(CASES, data={"form_token": token, "case": number})
        assert answer.status_code == 400
    assert [row["state"] for row in await place.run("select state from cases")] == ["open"]


async def test_words_of_agencies_and_citizens_are_shown_as_words(place: Place) -> None:
    evil = "<img src=x onerror=alert(1)>"
    await place.books.answer([(1, OPENED)], NOW, case=evil, client=evil)
    await place.enter()
    await place.complains(await place.id_(), evil)
    for path in (LIST, CASES):
        page = (await place.http.get(path)).text
        assert evil not in page
        assert html.escape(evil) in page


async def test_a_ledger_that_is_down_is_said_to_be(place: Place) -> None:
    await place.enter()
    await place.books.connection.execute("alter table people rename to gone")
    answer = await place.http.get(LIST)
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text


async def test_a_record_that_was_changed_gives_no_proof_and_says_so(place: Place) -> None:
    await place.books.answer([(1, OPENED)], NOW)
    await place.books.seal()
    await place.enter()
    id_ = await place.id_()
    await place.books.connection.execute(
        "set session_replication_role = replica; update answers set case_reference = 'HS-FORGED'"
    )
    answer = await place.http.get(f"{LIST}/proof?id={id_}")
    assert answer.status_code == 503
    assert "does not fit its seal" in answer.text


async def test_nobody_reads_that_they_were_looked_for_where_they_asked_themselves(place: Place) -> None:
    """Of an answer that found nobody only those stand on record in whose name it was asked."""
    await place.books.answer([(1, SPOKE_FOR)], NOW, outcome=Outcome.NO_HIT)
    await place.enter()

    text = await place.text()

    assert "No result" in text
    assert "Asked in your name" in text
    assert "looked for" not in text.lower()


async def test_whoever_was_on_a_list_is_told_so_beside_a_yes_or_no(place: Place) -> None:
    await place.books.answer([(1, Reading(Subject.PERSON, (*VERIFIED.steps, *LISTED.steps)))], NOW)
    await place.enter()

    text = await place.text()

    assert "On a list" in text
    assert "no data were shown" not in text
