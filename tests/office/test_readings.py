"""Officers look into the ledger, an agency into its own part of it: what they find, and what is recorded."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from ledger.segments.entries import Outcome, Subject
from ledger.tree.leaves import Reading
from office import visitor
from office.visitor import Visitor
from tests.ledger.archive.world import LISTED, OPENED, REACHED, SPOKE_FOR, VERIFIED, Books, pin
from tests.office.conftest import LEDGER
from tests.office.test_disclosures import Ledgered
from tests.office.world import Place

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
LIST = """query($w: DisclosureFilter, $c: ID, $f: Int! = 50, $a: ID) {
  disclosures(filter: $w, case: $c, first: $f, after: $a) { entries { caseReference kind agency client supplier officer
    operation coordinates people kinds { kind people } steps { path } missing } next } }"""
OWN = LIST.replace("disclosures(filter: $w, case: $c,", "disclosures: ownDisclosures(filter: $w,").replace(
    "$c: ID, ", ""
)
COUNTS = """query($b: [CountedBy!]!, $w: DisclosureFilter) {
  disclosureCounts(by: $b, filter: $w) { day agency client purpose operation outcome answers people onTrial } }"""
ACTS = "select actor_kind, act, target, detail from acts where act like 'disclosures.%' order by act_id"


@pytest.fixture
async def office(place: Place) -> AsyncIterator[Ledgered]:
    connection = await asyncpg.connect(place.ledger)
    try:
        yield Ledgered(place, Books(connection, place.ledger, LEDGER))
    finally:
        await connection.close()


@pytest.fixture
async def auditor(office: Ledgered) -> Visitor:
    return await office.place.officer("dung")


async def found(office: Ledgered, who: Visitor, document: str = LIST, **asked: Any) -> list[str]:
    """The case references of the answers found."""
    entries = (await office.place.ask(who, document, **asked))["disclosures"]["entries"]
    return [entry["caseReference"] for entry in entries]


async def five(office: Ledgered) -> None:
    """Five answers, of two agencies and purposes, of each kind."""
    await office.books.answer([(1, OPENED), (2, REACHED)], NOW - 5 * DAY, case="HS-1")
    await office.books.answer([(1, LISTED), (2, LISTED)], NOW - 4 * DAY, case="HS-2", agency="G12", client="other")
    await office.books.answer([(1, VERIFIED)], NOW - 3 * DAY, case="HS-3", purpose="security")
    refused = {"outcome": Outcome.REFUSED, "missing": ["identity:citizen.full_name:read"]}
    await office.books.answer([(1, SPOKE_FOR)], NOW - 2 * DAY, case="HS-4", agency="G12", **refused)  # type: ignore[arg-type]
    withheld = await office.books.answer([(1, OPENED)], NOW - DAY, case="HS-5")
    await office.books.mark(withheld, "withheld", "client_left")


@pytest.mark.parametrize(("wanted", "expected"), [
    ({}, "54321"),
    ({"agency": "G12"}, "42"),
    ({"purpose": "security"}, "3"),
    ({"agency": "G12", "purpose": "security"}, ""),
    ({"client": "other"}, "2"),
    ({"coordinate": "Citizen.dateOfBirth"}, "1"),
    ({"coordinate": "Residence.communeCode"}, "2"),
    ({"coordinate": "Citizen.nothing"}, ""),
    ({"coordinate": "Citizen.fullName", "agency": "G01"}, "51"),
    ({"since": (NOW - 3 * DAY).isoformat()}, "543"),
    ({"until": (NOW - 3 * DAY).isoformat()}, "21"),
    ({"since": (NOW - 4 * DAY).isoformat(), "until": (NOW - DAY).isoformat(), "agency": "G12"}, "42"),
    ({"kind": "REFUSED"}, "4"),
    ({"kind": "WITHHELD"}, "5"),
    ({"kind": "LISTED"}, "2"),
    ({"kind": "VERIFIED"}, "3"),
    ({"kind": "DISCLOSED", "agency": "G01"}, "1"),
    ({"kind": "NO_HIT"}, ""),
])  # fmt: skip
async def test_an_auditor_finds_answers_by_what_was_asked(
    office: Ledgered, auditor: Visitor, wanted: dict[str, Any], expected: str
) -> None:
    await five(office)

    assert await found(office, auditor, w=wanted) == [f"HS-{number}" for number in expected]


async def test_pages_of_an_auditors_list_follow_each_other(office: Ledgered, auditor: Visitor) -> None:
    await five(office)
    seen, after = [], None
    while True:
        page = (await office.place.ask(auditor, LIST, f=2, a=after))["disclosures"]
        seen += [entry["caseReference"] for entry in page["entries"]]
        after = page["next"]
        if after is None:
            break

    assert seen == ["HS-5", "HS-4", "HS-3", "HS-2", "HS-1"]


async def test_an_entry_says_how_many_of_each_kind_and_nobodys_number(office: Ledgered, auditor: Visitor) -> None:
    leaf = await office.books.answer([(1, OPENED), (2, OPENED), (3, REACHED)], NOW, officer="clerk.7")
    await office.books.mark(leaf, "not_found", places=[1])

    (entry,) = (await office.place.ask(auditor, LIST))["disclosures"]["entries"]

    assert entry["kinds"] == [{"kind": "NO_HIT", "people": 1}, {"kind": "DISCLOSED", "people": 2}]
    assert (entry["officer"], entry["people"], entry["kind"]) == ("clerk.7", 3, "DISCLOSED")
    assert not any(pin(number) in json.dumps(entry) for number in (1, 2, 3))


async def test_looking_is_recorded_before_it_is_answered(office: Ledgered, auditor: Visitor) -> None:
    await five(office)

    await found(office, auditor, w={"agency": "G12", "since": (NOW - DAY).isoformat()})
    await office.place.ask(auditor, COUNTS, b=["AGENCY"])

    acts = await office.place.installation.connection.fetch(ACTS)
    said = [json.loads(row["detail"])["change"]["filter"] for row in acts]
    assert [row["act"] for row in acts] == ["disclosures.read", "disclosures.read"]
    assert said == [{"agency": "G12", "since": (NOW - DAY).isoformat()}, {"by": "agency"}]


async def test_what_cannot_be_recorded_is_not_read(office: Ledgered, auditor: Visitor) -> None:
    await office.place.installation.connection.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'full'; end $$;"
        "create trigger refuse before insert on acts for each row execute function refuse()"
    )

    refused = await office.place.refused(auditor, LIST)

    assert [error["extensions"]["code"] for error in refused] == ["DATABASE_UNAVAILABLE"]


async def test_only_auditors_and_the_machine_look_at_everybodys(office: Ledgered) -> None:
    strangers = [await office.place.officer("an"), visitor.agency("desk", "G01"), office.citizen()]

    for who in strangers:
        for document, asked in ((LIST, {}), (COUNTS, {"b": ["AGENCY"]})):
            refused = await office.place.refused(who, document, **asked)
            assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]
    assert await office.place.installation.connection.fetch(ACTS) == []


# --- A person --------------------------------------------------------------------------------------------------------


async def opened_case(office: Ledgered, number: int = 1) -> str:
    """A complaint of that citizen, open."""
    citizen = office.citizen(number).actor.name
    row = {"kind": "complaint", "citizen": citizen, "origin": LEDGER, "leaf": 0, "reason": "why?"}
    case = await office.place.installation.insert("cases", **row, request_id="0" * 32, returning="case_id")
    return str(case)


async def test_under_an_open_case_its_person_is_looked_up(office: Ledgered, auditor: Visitor) -> None:
    await five(office)
    await office.books.answer([(2, OPENED)], NOW, case="HS-ANOTHERS")
    case = await opened_case(office)

    assert await found(office, auditor, c=case) == ["HS-5", "HS-4", "HS-3", "HS-2", "HS-1"]
    assert await found(office, auditor, c=case, w={"kind": "WITHHELD"}) == ["HS-5"]
    assert await found(office, auditor, c=case, w={"agency": "G12", "until": (NOW - 3 * DAY).isoformat()}) == ["HS-2"]
    assert await found(office, auditor, c=case, w={"coordinate": "Citizen.dateOfBirth"}) == []
    acts = await office.place.installation.connection.fetch(ACTS)
    assert {row["target"] for row in acts} == {case}


async def test_officers_are_shown_what_its_citizen_is_not_yet(office: Ledgered, auditor: Visitor) -> None:
    await office.guard("tax", shown_after_days=300, third_party_sensitive=True)
    await office.books.answer([(1, OPENED)], NOW, case="HS-SECRET")

    assert (await office.mine())["entries"] == []
    assert await found(office, auditor, c=await opened_case(office)) == ["HS-SECRET"]


async def test_without_an_open_case_nobody_is_looked_up(office: Ledgered, auditor: Visitor) -> None:
    await five(office)
    case = await opened_case(office)
    await office.place.installation.connection.execute("update cases set state = 'withdrawn', closed_at = now()")

    for asked in (case, "999"):
        refused = await office.place.refused(auditor, LIST, c=asked)
        assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]


async def test_the_machine_looks_nobody_up(office: Ledgered) -> None:
    case = await opened_case(office)

    refused = await office.place.refused(visitor.machine("root"), LIST, c=case)

    assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]


async def test_a_cursor_of_one_list_is_none_of_another(office: Ledgered, auditor: Visitor) -> None:
    await five(office)
    case = await opened_case(office)
    cursor = (await office.place.ask(auditor, LIST, f=1))["disclosures"]["next"]

    for who, asked in ((auditor, {"c": case}), (visitor.machine("root"), {})):
        refused = await office.place.refused(who, LIST, a=cursor, **asked)
        assert [error["extensions"]["code"] for error in refused] == ["BAD_USER_INPUT"]


# --- An agency -------------------------------------------------------------------------------------------------------


async def test_an_agency_sees_what_it_has_a_part_in_whatever_it_names(office: Ledgered) -> None:
    await five(office)
    desk, other = visitor.agency("desk", "G01"), visitor.agency("other", "G12")

    assert await found(office, desk, OWN) == ["HS-5", "HS-3", "HS-1"]
    assert await found(office, other, OWN) == ["HS-4", "HS-2"]
    assert await found(office, other, OWN, w={"agency": "G01"}) == []
    assert await found(office, other, OWN, w={"coordinate": "Citizen.fullName"}) == ["HS-2"]


async def test_an_agency_is_told_nothing_of_narrowings_on_trial(office: Ledgered, auditor: Visitor) -> None:
    await office.books.answer([(1, OPENED)], NOW, missing=["identity:citizen.full_name:read"])

    (own,) = (await office.place.ask(visitor.agency("desk", "G01"), OWN))["disclosures"]["entries"]
    (seen,) = (await office.place.ask(auditor, LIST))["disclosures"]["entries"]

    assert (own["missing"], seen["missing"]) == ([], ["identity:citizen.full_name:read"])


# --- Counts and nonsense ---------------------------------------------------------------------------------------------


async def test_counts_add_up_by_what_is_counted_apart(office: Ledgered, auditor: Visitor) -> None:
    await five(office)
    await office.books.connection.execute(
        "insert into usage select (at at time zone '+07')::date, party, operation, outcome, count(*), sum(people), 0"
        " from answers group by 1, 2, 3, 4"
    )

    by_agency = (await office.place.ask(auditor, COUNTS, b=["AGENCY", "OUTCOME"]))["disclosureCounts"]
    of_one = (await office.place.ask(auditor, COUNTS, b=["PURPOSE"], w={"agency": "G01"}))["disclosureCounts"]

    assert [(line["agency"], line["outcome"], line["answers"], line["people"]) for line in by_agency] == [
        ("G01", "granted", 3, 4), ("G12", "granted", 1, 2), ("G12", "refused", 1, 1),
    ]  # fmt: skip
    assert [(line["purpose"], line["answers"]) for line in of_one] == [("tax", 2), ("security", 1)]


@pytest.mark.parametrize("asked", [
    {"w": {"since": "2026-01-01T00:00:00"}}, {"w": {"until": "9999-12-31T23:59:59-12:00"}}, {"w": {"agency": "\0"}},
    {"a": "x"}, {"c": "x"}, {"c": "99999999999999999999"}, {"w": {"coordinate": "x" * 201}}, {"w": {"kind": "ANY"}},
])  # fmt: skip
async def test_nonsense_is_refused_by_name(office: Ledgered, auditor: Visitor, asked: dict[str, Any]) -> None:
    refused = await office.place.refused(auditor, LIST, **asked)

    assert [error["extensions"]["code"] for error in refused] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(("beside", "kind"), [(REACHED, "DISCLOSED"), (LISTED, "LISTED")])
@pytest.mark.parametrize("under_a_case", [False, True])
async def test_a_question_that_also_asks_yes_or_no_hides_nothing_else_that_it_read(
    office: Ledgered, auditor: Visitor, beside: Reading, kind: str, *, under_a_case: bool
) -> None:
    both = Reading(Subject.PERSON, (*VERIFIED.steps, *beside.steps))
    await office.books.answer([(1, both)], NOW, case="HS-1")
    case = await opened_case(office) if under_a_case else None

    of_its_kind = [await found(office, auditor, w={"kind": each}, c=case) for each in (kind, "VERIFIED")]

    assert of_its_kind == [["HS-1"], []]
