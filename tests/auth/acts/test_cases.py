"""Cases: what lets officers look a person up, and what a citizen's complaint comes to."""

import json
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from auth.acts.actors import Actor
from auth.acts.canonical import digest
from auth.acts.cases import (
    MOST_COMPLAINTS,
    MOST_INQUIRIES,
    CloseCase,
    Complain,
    OpenCase,
    WithdrawComplaint,
    person_of,
)
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Invalid, NotFound, StepUpRequired
from tests.auth.acts.people import AN, BINH, DUNG, EM, MACHINE, WHY, Office, raced, refused

SEALED, OTHER_SEALED = "invented-and-sealed-one-AAAAAAAAAAAA", "invented-and-sealed-two-AAAAAAAAAAAA"
LAN, MINH = Actor("citizen", SEALED), Actor("citizen", OTHER_SEALED)
GIANG = Actor("officer", "giang")
OPEN = OpenCase(citizen=SEALED, reason="Nhiều cơ quan tra cứu cùng một người")
REQUEST = "01890a5d-ac96-774b-bcce-b302099a8057"
COMPLAIN = Complain(origin="authority.test/ledger", request=REQUEST, leaf=41, reason="Tôi không hề làm thủ tục nào")


@pytest.fixture(autouse=True)
async def second_auditor(office: Office) -> None:
    await office.connection.execute(
        "insert into officers (officer, name, roles) values ('giang', 'giang', '{auditor}')"
    )


async def opened(office: Office, by: Actor = DUNG, change: OpenCase = OPEN) -> int:
    return int((await office.does(by, change)).made["case"])


async def complained(office: Office, by: Actor = LAN, **changed: Any) -> int:
    return int((await office.does(by, msgspec.structs.replace(COMPLAIN, **changed))).made["case"])


def closing(case: int, **changed: Any) -> CloseCase:
    return CloseCase(**{"case": case, "finding": "lawful", "reply": "Đã kiểm tra hồ sơ", **changed})


async def who(office: Office, case: int, by: Actor = DUNG) -> str:
    """The person whom a reading under this case may look up."""
    async with office.desk.work(by) as work:
        return await person_of(work, case)


async def test_an_auditor_opens_a_case_with_a_passkey_and_looks_one_person_up(office: Office) -> None:
    await refused(office.does(DUNG, OPEN, evidence=None), StepUpRequired)
    case = await opened(office)
    assert await who(office, case) == SEALED


@pytest.mark.parametrize("actor", [AN, BINH, EM, MACHINE, LAN, Actor("agency", "desk", "G01")])
async def test_nobody_else_opens_an_inquiry(office: Office, actor: Actor) -> None:
    await refused(opened(office, actor), Forbidden)


async def test_an_inquiry_admits_nobody_after_its_time_and_is_still_closed_by_another(office: Office) -> None:
    case = await opened(office)
    office.later(days=31)
    await refused(who(office, case), Conflict)
    await office.does(GIANG, closing(case))
    assert (await office.row("cases", case_id=case))["state"] == "closed"


async def test_nobody_closes_the_inquiry_that_they_opened(office: Office) -> None:
    case = await opened(office)
    await refused(office.does(DUNG, closing(case)), FourEyes)
    await office.does(GIANG, closing(case))
    await refused(who(office, case, GIANG), Conflict)


async def test_no_second_inquiry_about_a_person_begins_before_another_closed_the_first(office: Office) -> None:
    case = await opened(office)
    office.later(days=31)
    await refused(opened(office), Conflict)
    await refused(opened(office, GIANG), Conflict)
    await office.does(GIANG, closing(case))
    await opened(office)


async def test_one_officer_has_only_so_many_inquiries_open(office: Office) -> None:
    for number in range(MOST_INQUIRIES):
        await opened(office, change=OpenCase(citizen=f"{SEALED}{number}", reason=WHY))
    await refused(opened(office, change=OpenCase(citizen=OTHER_SEALED, reason=WHY)), Conflict)
    await opened(office, GIANG, OpenCase(citizen=OTHER_SEALED, reason=WHY))


async def test_two_who_open_at_once_open_one(office: Office) -> None:
    await raced(Conflict, *(office.does(officer, OPEN) for officer in (DUNG, GIANG, DUNG, GIANG)))
    assert await office.count("cases") == 1


async def test_a_case_that_is_not_there_admits_nobody(office: Office) -> None:
    await refused(who(office, 7), NotFound)


async def test_a_citizen_complains_and_an_auditor_answers(office: Office) -> None:
    case = await complained(office)
    assert await who(office, case) == SEALED
    await office.does(DUNG, closing(case, finding="unlawful", reply="Cơ quan không có hồ sơ; đã thu hồi quyền."))
    row = await office.row("cases", case_id=case)
    assert (row["state"], row["finding"], row["closed_by"]) == ("closed", "unlawful", "dung")
    await refused(who(office, case), Conflict)


@pytest.mark.parametrize("actor", [AN, DUNG, MACHINE, Actor("agency", "desk", "G01")])
async def test_nobody_complains_in_a_citizens_place(office: Office, actor: Actor) -> None:
    await refused(complained(office, actor), Forbidden)


async def test_the_words_of_a_citizen_stand_in_no_record_of_acts(office: Office) -> None:
    await complained(office)
    detail = await office.connection.fetchval("select detail from acts where act = 'case.complain'")
    assert COMPLAIN.reason not in detail
    assert json.loads(detail)["change"]["reason"] == digest(COMPLAIN.reason)


async def test_one_disclosure_is_complained_of_once_at_a_time(office: Office) -> None:
    case = await complained(office)
    await refused(complained(office), Conflict)
    await complained(office, leaf=42)
    await complained(office, MINH)
    await office.does(DUNG, closing(case))
    await complained(office)


async def test_a_citizen_has_only_so_many_complaints_open(office: Office) -> None:
    for leaf in range(MOST_COMPLAINTS):
        await complained(office, leaf=leaf)
    await refused(complained(office, leaf=10_000), Conflict)
    await complained(office, MINH)


async def test_a_citizen_takes_back_the_own_complaint_and_no_other(office: Office) -> None:
    case, other = await complained(office), await complained(office, MINH)
    await refused(office.does(LAN, WithdrawComplaint(case=other)), NotFound)
    await office.does(LAN, WithdrawComplaint(case=case))
    await refused(office.does(LAN, WithdrawComplaint(case=case)), Conflict)
    await refused(who(office, case), Conflict)
    assert (await office.row("cases", case_id=case))["state"] == "withdrawn"


async def test_a_citizen_withdraws_no_inquiry_about_them(office: Office) -> None:
    await refused(office.does(LAN, WithdrawComplaint(case=await opened(office))), NotFound)


async def test_what_is_closed_stays_as_it_was_answered(office: Office) -> None:
    case = await complained(office)
    await office.does(DUNG, closing(case))
    await refused(office.does(GIANG, closing(case, finding="unlawful")), Conflict)
    await refused(office.does(LAN, WithdrawComplaint(case=case)), Conflict)


@pytest.mark.parametrize(
    "text", ["079203001234", "số 079203001234.", "079 203 001 234", "0792-0300-1234", "0792.0300.1234", "1" * 20]
)
async def test_a_personal_number_is_written_nowhere(office: Office, text: str) -> None:
    await refused(complained(office, reason=text), Invalid)
    await refused(opened(office, change=OpenCase(citizen=SEALED, reason=text)), Invalid)
    case = await complained(office)
    await refused(office.does(DUNG, closing(case, reply=text)), Invalid)
    assert await office.count("cases") == 1


@pytest.mark.parametrize("text", ["Gọi tôi: 0912 345 678", "Hồ sơ 2026-0001-22", "Ngày 22/11/2026, 10.000.000 đồng"])
async def test_other_numbers_may_be_written(office: Office, text: str) -> None:
    assert (await office.row("cases", case_id=await complained(office, reason=text)))["reason"] == text


@pytest.mark.parametrize(
    "changed",
    [
        {"reason": ""},
        {"reason": "x" * 501},
        {"reason": "a\u202eb"},
        {"request": "not a number"},
        {"request": REQUEST.upper() + "0"},
        {"leaf": -1},
        {"leaf": 2**63},
        {"origin": ""},
    ],
)
async def test_a_complaint_that_could_not_be_one_is_refused(office: Office, changed: dict[str, Any]) -> None:
    await refused(complained(office, **changed), Invalid)


@pytest.mark.parametrize("sealed", ["079203001234", "", "a b" * 20, "x" * 400])
async def test_a_case_names_its_person_sealed(office: Office, sealed: str) -> None:
    await refused(opened(office, change=OpenCase(citizen=sealed, reason=WHY)), Invalid)


@pytest.mark.parametrize(
    "edit",
    [
        "closed_by = 'dung', state = 'closed', finding = 'lawful', reply = 'x', closed_at = now()",  # who opened it
        "state = 'closed'",
        "state = 'withdrawn', closed_at = now()",
        "finding = 'lawful'",
        "looks_until = null",
        "opened_by = null",
        "leaf = 4",
    ],
)
async def test_the_database_keeps_no_case_that_must_not_be(office: Office, edit: str) -> None:
    await opened(office)
    with pytest.raises(asyncpg.CheckViolationError):
        await office.connection.execute(f"update cases set {edit}")


async def test_looks_end_thirty_days_after_opening(office: Office) -> None:
    row = await office.row("cases", case_id=await opened(office))
    assert abs(row["looks_until"] - row["recorded_at"] - timedelta(days=30)) < timedelta(minutes=5)
