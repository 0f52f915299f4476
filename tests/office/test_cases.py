"""Cases at the office: a citizen complains of a reading, an officer opens an inquiry, and who sees what of it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from auth.keys import subject_seal
from office import visitor
from office.errors import NotAnswered
from office.visitor import Visitor
from tests.ledger.archive.world import OPENED, Books, pin
from tests.office.conftest import LEDGER
from tests.office.test_changes import made
from tests.office.world import CHANGED, WHY, Place, key

LIST = "{ cases { entries { number kind state reason looks openedBy finding reply closedBy } } }"
MINE = "{ myCases { number kind state reason looks openedBy closedBy finding reply } }"
READINGS = "{ myDisclosures { entries { id } } }"
COMPLAIN = f"mutation($c: ComplainInput!, $k: String!) {{ it: complain(change: $c, idempotencyKey: $k) {CHANGED} }}"
UNJUST = "Tôi không có việc gì ở cơ quan này"


@pytest.fixture
async def books(place: Place) -> AsyncIterator[Books]:
    """The hand that writes the office's ledger."""
    connection = await asyncpg.connect(place.ledger)
    try:
        yield Books(connection, place.ledger, LEDGER)
    finally:
        await connection.close()


def citizen(place: Place, number: int = 1) -> Visitor:
    return visitor.citizen(subject_seal(place.office.desk.files).keep(pin(number)))


async def reading(place: Place, books: Books) -> str:
    """A reading of the first citizen and of the second, as the first names it."""
    await books.answer([(1, OPENED), (2, OPENED)], datetime.now(UTC))
    (entry,) = (await place.ask(citizen(place), READINGS))["myDisclosures"]["entries"]
    return str(entry["id"])


async def complains(place: Place, id_: str, number: int = 1, **given: Any) -> dict[str, Any]:
    change = {"disclosure": id_, "reason": given.get("reason", UNJUST)}
    told: dict[str, Any] = await place.ask(citizen(place, number), COMPLAIN, c=change, k=given.get("key") or key())
    return dict(told["it"])


async def test_a_citizen_complains_and_reads_what_an_auditor_replies(place: Place, books: Books) -> None:
    case = made(await complains(place, await reading(place, books)), "case")
    closing = {"case": case, "finding": "UNLAWFUL", "reply": "Quyền đã bị thu hồi"}
    told = await place.signs("dung", "closeCase", closing)

    assert told["__typename"] == "Done", told
    (mine,) = (await place.ask(citizen(place), MINE))["myCases"]
    assert (mine["state"], mine["finding"], mine["reply"]) == ("CLOSED", "UNLAWFUL", "Quyền đã bị thu hồi")
    assert (mine["openedBy"], mine["closedBy"]) == (None, None)
    assert (await place.ask(citizen(place, 2), MINE))["myCases"] == []


async def test_nobody_complains_of_a_reading_by_anothers_name_for_it(place: Place, books: Books) -> None:
    id_ = await reading(place, books)

    with pytest.raises(NotAnswered, match="BAD_USER_INPUT"):
        await complains(place, id_, number=2)

    assert (await place.ask(await place.officer("dung"), LIST))["cases"]["entries"] == []


async def test_the_same_complaint_sent_twice_is_one(place: Place, books: Books) -> None:
    id_, once = await reading(place, books), key()
    first, again = [await complains(place, id_, key=once) for _ in range(2)]

    assert (first["repeated"], again["repeated"], first["act"]) == (False, True, again["act"])
    assert (await complains(place, id_))["__typename"] == "Conflict"


async def test_the_words_of_a_citizen_are_for_auditors_and_in_no_record(place: Place, books: Books) -> None:
    made(await complains(place, await reading(place, books)), "case")
    auditor = await place.officer("dung")

    (case,) = (await place.ask(auditor, LIST))["cases"]["entries"]
    acts = await place.ask(auditor, "{ acts { entries { act detail } } }")

    assert (case["kind"], case["reason"]) == ("COMPLAINT", UNJUST)
    assert "case.complain" in json.dumps(acts)
    assert UNJUST not in json.dumps(acts, ensure_ascii=False)
    for name in ("an", "em"):
        refused = await place.refused(await place.officer(name), LIST)
        assert [error["extensions"]["code"] for error in refused] == ["FORBIDDEN"]


async def test_an_auditor_opens_an_inquiry_and_the_number_stands_nowhere(place: Place) -> None:
    change = {"person": pin(1), "reason": WHY}
    shown = await place.change(await place.officer("dung"), "openCase", change)
    made(await place.signs("dung", "openCase", change), "case")

    answers = [shown, await place.ask(await place.officer("dung"), LIST), await place.ask(citizen(place), MINE)]
    rows = await place.installation.connection.fetch("select to_jsonb(c) from cases c")
    acts = await place.installation.connection.fetch("select to_jsonb(a) from acts a")
    said = json.dumps([answers, *[list(map(str, row)) for row in (*rows, *acts)]])
    assert pin(1) not in said
    (mine,) = answers[2]["myCases"]
    assert (mine["kind"], mine["reason"], mine["openedBy"]) == ("INQUIRY", WHY, None)


@pytest.mark.parametrize("person", ["", "12345678901", "1" * 13, "00000000000a", "٠" * 12])
async def test_what_is_no_personal_number_opens_nothing(place: Place, person: str) -> None:
    told = await place.change(await place.officer("dung"), "openCase", {"person": person, "reason": WHY})

    assert told["__typename"] == "Invalid"


async def test_whoever_opened_an_inquiry_does_not_close_it(place: Place) -> None:
    case = made(await place.signs("dung", "openCase", {"person": pin(1), "reason": WHY}), "case")
    told = await place.signs("dung", "closeCase", {"case": case, "finding": "LAWFUL", "reply": WHY})

    assert told["__typename"] == "FourEyes"


async def test_a_citizen_takes_the_complaint_back(place: Place, books: Books) -> None:
    case = made(await complains(place, await reading(place, books)), "case")

    theirs = await place.change(citizen(place, 2), "withdrawComplaint", {"case": case})
    own = await place.change(citizen(place), "withdrawComplaint", {"case": case})

    assert (theirs["__typename"], own["__typename"]) == ("NotFound", "Done")
    (mine,) = (await place.ask(citizen(place), MINE))["myCases"]
    assert mine["state"] == "WITHDRAWN"
