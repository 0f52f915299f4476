"""What a citizen asks the office about readings of the own data: the list, the proof, and the guards of purposes."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from auth.keys import subject_seal
from ledger.tree.evidence import check
from office import visitor
from office.visitor import Visitor
from tests.ledger.archive.world import LISTED, OPENED, Books, pin
from tests.office.conftest import LEDGER
from tests.office.world import Place

NOW = datetime.now(UTC)
LIST = """query($f: Int! = 20, $a: ID, $p: ID, $g: ID) {
  myDisclosures(first: $f, after: $a, purpose: $p, agency: $g) {
    entries { id day kind coordinates parts { id origin kind subject coordinates }
      told { requestId at agency agencyEn client supplier through purpose purposeVi legalBasis caseReference operation
        steps { path way coordinates lookedUpBy } roles missing withheldBecause } }
    next silent } }"""
PROOF = "query($id: ID!) { disclosureProof(id: $id) }"


@dataclass
class Ledgered:
    """An office, and the hand that writes its ledger."""

    place: Place
    books: Books

    def citizen(self, number: int = 1) -> Visitor:
        return visitor.citizen(subject_seal(self.place.office.desk.files).keep(pin(number)))

    async def mine(self, number: int = 1, **asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.place.ask(self.citizen(number), LIST, **asked))["myDisclosures"]
        return found

    async def guard(self, purpose: str, **columns: Any) -> None:
        for name, value in columns.items():
            await self.place.installation.connection.execute(
                f"update purposes set {name} = $1 where purpose = $2", value, purpose
            )


@pytest.fixture
async def office(place: Place) -> AsyncIterator[Ledgered]:
    connection = await asyncpg.connect(place.ledger)
    try:
        yield Ledgered(place, Books(connection, place.ledger, LEDGER))
    finally:
        await connection.close()


async def test_a_citizen_asks_who_read_what_and_why(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED), (2, OPENED)], NOW)

    (entry,) = (await office.mine())["entries"]

    told = entry["told"]
    assert (told["agency"], told["purpose"], told["purposeVi"], entry["kind"]) == ("G01", "tax", "tax", "DISCLOSED")
    assert entry["coordinates"] == ["Citizen.fullName"]
    assert told["steps"] == [
        {"path": "citizen", "way": "OPENED", "coordinates": ["Citizen.fullName"], "lookedUpBy": ["Citizen.pin"]}
    ]


async def test_no_answer_holds_a_personal_number_or_a_pseudonym(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED), (2, LISTED)], NOW)

    said = json.dumps(await office.mine())

    for number in (1, 2):
        assert pin(number) not in said
        assert office.books.epochs[0].of_persons([pin(number)]).hex() not in said


async def test_pages_follow_each_other(office: Ledgered) -> None:
    for number in range(3):
        await office.books.answer([(1, OPENED)], NOW, case=f"HS-{number}")

    first = await office.mine(f=2)
    second = await office.mine(f=2, a=first["next"])

    assert [each["told"]["caseReference"] for page in (first, second) for each in page["entries"]] == [
        "HS-2",
        "HS-1",
        "HS-0",
    ]
    assert second["next"] is None


async def test_a_proof_is_checked_with_the_ledgers_key_alone(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED), (2, OPENED)], NOW)
    await office.books.seal()
    (entry,) = (await office.mine())["entries"]

    proof = (await office.place.ask(office.citizen(), PROOF, id=entry["id"]))["disclosureProof"]
    proven = check(json.dumps(proof).encode(), office.books.signer.verifier)

    assert proven.reading == OPENED
    assert proven.shared is not None
    assert (proven.shared.agency, str(proven.request_id)) == ("G01", entry["told"]["requestId"])


async def test_a_proof_is_for_whose_reading_it_is(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED), (2, OPENED)], NOW)
    await office.books.seal()
    (entry,) = (await office.mine())["entries"]

    refused = await office.place.refused(office.citizen(2), PROOF, id=entry["id"])

    assert [error["extensions"]["code"] for error in refused] == ["BAD_USER_INPUT"]


async def test_a_guarded_purpose_is_told_in_general_terms_and_proven_closed(office: Ledgered) -> None:
    await office.guard("tax", third_party_sensitive=True)
    await office.books.answer([(1, OPENED)], NOW, case="HS-SECRET", name="WillOfSomebody")
    await office.books.seal()

    (entry,) = (await office.mine())["entries"]
    proof = (await office.place.ask(office.citizen(), PROOF, id=entry["id"]))["disclosureProof"]

    assert entry["told"] is None
    assert proof["answer"]["opening"] is None
    assert "HS-SECRET" not in json.dumps([entry, proof])
    assert "WillOfSomebody" not in json.dumps([entry, proof])


async def test_a_delayed_purpose_is_in_no_list_and_no_proof_before_its_time(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED)], NOW - timedelta(days=3))
    await office.books.seal()
    (entry,) = (await office.mine())["entries"]

    await office.guard("tax", shown_after_days=4)
    listed = [await office.mine(), await office.mine(p="tax"), await office.mine(g="G01")]
    proof = await office.place.ask(office.citizen(), PROOF, id=entry["id"])
    await office.guard("tax", shown_after_days=2)
    afterwards = await office.mine()

    assert [page["entries"] for page in listed] == [[], [], []]
    assert [page["next"] for page in listed] == [None, None, None]
    assert proof == {"disclosureProof": None}
    assert len(afterwards["entries"]) == 1


async def test_everybody_sees_which_purposes_are_guarded(office: Ledgered) -> None:
    await office.guard("security", shown_after_days=90)
    document = "{ disclosureGuards { purpose titleVi shownAfterDays inGeneralTerms } }"

    for who in (office.citizen(), visitor.agency("desk", "G01"), await office.place.officer("an")):
        assert await office.place.ask(who, document) == {
            "disclosureGuards": [
                {"purpose": "security", "titleVi": "security", "shownAfterDays": 90, "inGeneralTerms": False}
            ]
        }


@pytest.mark.parametrize("document", [LIST, PROOF])
async def test_only_citizens_ask_for_their_own(office: Ledgered, document: str) -> None:
    asking = [await office.place.officer("dung"), visitor.agency("desk", "G01"), visitor.machine("root")]
    variables = {"id": "x"} if document is PROOF else {}

    refused = [await office.place.refused(who, document, **variables) for who in asking]

    assert {error["extensions"]["code"] for errors in refused for error in errors} == {"FORBIDDEN"}


@pytest.mark.parametrize("asked", [
    {"a": "x"}, {"a": "é"}, {"a": "A" * 5000}, {"p": "\0"}, {"g": "x" * 201}, {"a": ""},
])  # fmt: skip
async def test_nonsense_is_refused_by_name(office: Ledgered, asked: dict[str, str]) -> None:
    refused = await office.place.refused(office.citizen(), LIST, **asked)

    assert [error["extensions"]["code"] for error in refused] == ["BAD_USER_INPUT"]


async def test_a_ledger_that_was_changed_gives_no_proof_and_says_so(office: Ledgered) -> None:
    await office.books.answer([(1, OPENED)], NOW)
    await office.books.seal()
    (entry,) = (await office.mine())["entries"]
    await office.books.connection.execute(
        "set session_replication_role = replica; update answers set case_reference = 'HS-FORGED'"
    )

    refused = await office.place.refused(office.citizen(), PROOF, id=entry["id"])

    assert [error["extensions"]["code"] for error in refused] == ["INTERNAL"]
    assert "HS-" not in json.dumps(refused)


async def test_a_ledger_that_is_down_is_said_to_be(office: Ledgered) -> None:
    await office.books.connection.execute("alter table people rename to gone")

    refused = await office.place.refused(office.citizen(), LIST)

    assert [error["extensions"]["code"] for error in refused] == ["DATABASE_UNAVAILABLE"]
