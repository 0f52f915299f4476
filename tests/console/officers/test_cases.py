"""Cases at the officers' pages: opened and closed with a passkey, by auditors, and no number of a person anywhere."""

import itertools
import logging

import pytest

from tests.console.officers.browser import Browser, Forms, Refused
from tests.console.officers.conftest import House

PERSON = "000000000042"
_NUMBERS = itertools.count(1)


def person() -> str:
    """Somebody about whom no case is open."""
    return f"0000001{next(_NUMBERS):05d}"


async def complaint(house: House, reason: str = "Tôi không đến cơ quan này") -> int:
    ((number,),) = await house.run(
        "insert into cases (kind, citizen, origin, request_id, leaf, reason) values "
        "('complaint', 'sealed-text-of-nobody-AAAAAA', 'authority.test/ledger', gen_random_uuid(), :leaf, :reason)"
        " returning case_id",
        leaf=next(_NUMBERS),
        reason=reason,
    )
    assert isinstance(number, int)
    return number


async def opens(house: House, browser: Browser, officer: str, about: str, reason: str = "Nghi có người tò mò") -> int:
    form = await browser.form("/console/cases")
    answer = await browser.use(form, house.passkeys[officer][0], person=about, reason=reason)
    assert "recorded as number" in answer.text, answer.text
    ((number,),) = await house.run("select max(case_id) from cases where opened_by = :officer", officer=officer)
    assert isinstance(number, int)
    return number


async def test_an_auditor_opens_a_case_and_another_closes_it(house: House) -> None:
    mai, nga = [await house.officer(name, "auditor") for name in ("mai", "nga")]
    number = await opens(house, mai, "mai", person(), "Nhiều nơi tra cứu\r\ncùng một người")
    own, others = [await browser.get(f"/console/cases/{number}") for browser in (mai, nga)]
    assert "Nhiều nơi tra cứu cùng một người" in own.text
    assert "another auditor closes it" in Forms(own.text).text
    form = await nga.form(f"/console/cases/{number}")
    closed = await nga.use(form, house.passkeys["nga"][0], finding="lawful", reply="Có hồ sơ\nđầy đủ")
    assert "recorded as number" in closed.text
    page = await nga.get(f"/console/cases/{number}")
    assert "Có hồ sơ đầy đủ" in page.text
    assert Forms(page.text).forms == []
    assert f"/console/disclosures?case={number}" in others.text
    assert f"/console/disclosures?case={number}" not in page.text


async def test_the_number_of_a_person_is_on_no_page_in_no_row_and_in_no_log(
    house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = await house.officer("mai-quiet", "auditor")
    number = await opens(house, browser, "mai-quiet", PERSON)
    pages = [await browser.get(path) for path in ("/console/cases", f"/console/cases/{number}")]
    rows = await house.run(
        "select to_jsonb(c)::text from cases c union all select to_jsonb(a)::text from acts a"
        " union all select to_jsonb(h)::text from challenges h"
    )
    assert len(rows) > 1
    said = capsys.readouterr()
    assert PERSON not in "".join([*(page.text for page in pages), *map(str, rows), caplog.text, said.out, said.err])


@pytest.mark.parametrize("roles", [("proposer", "approver"), ("operator",)])
async def test_officers_who_do_not_audit_see_no_case(house: House, roles: tuple[str, ...]) -> None:
    number = await complaint(house, "Chỉ để kiểm tra")
    officer = f"oanh-{roles[0]}"
    browser = await house.officer(officer, *roles)
    for path in ("/console/cases", f"/console/cases/{number}"):
        page = await browser.get(path)
        assert page.status_code == 409
        assert "Chỉ để kiểm tra" not in page.text
    stranger = await house.browser()
    assert (await stranger.get(f"/console/cases/{number}")).status_code == 303


async def test_what_is_no_number_of_a_person_is_not_signed(house: House) -> None:
    browser = await house.officer("mai-typo", "auditor")
    for about in ("12345", "12345678901x", ""):
        form = await browser.form("/console/cases")
        with pytest.raises(Refused, match="INVALID"):
            await browser.use(form, house.passkeys["mai-typo"][0], person=about, reason="x")


async def test_a_number_among_the_words_is_refused_and_nothing_is_opened(house: House) -> None:
    browser = await house.officer("mai-words", "auditor")
    form = await browser.form("/console/cases")
    answer = await browser.use(form, house.passkeys["mai-words"][0], person=person(), reason=f"Xem {PERSON}")
    assert answer.status_code == 409
    assert "personal numbers" in answer.text
    assert PERSON not in answer.text
    assert await house.run("select 1 from cases where opened_by = 'mai-words'") == []


@pytest.mark.parametrize("act", ["case.open", "case.close"])
async def test_no_link_has_an_officer_sign_a_case_that_the_page_does_not_show(house: House, act: str) -> None:
    browser = await house.officer(f"mai-by-{act.partition('.')[2]}", "auditor")
    page = await browser.get(f"/console/sign?act={act}&case={await complaint(house)}&finding=lawful&reply=x")
    assert page.status_code == 400


async def test_an_officer_who_may_not_close_is_refused_whatever_the_form_says(house: House) -> None:
    number = await complaint(house)
    auditor, other = await house.officer("mai-form", "auditor"), await house.officer("oanh-form", "approver")
    form = await auditor.form(f"/console/cases/{number}")
    form.fields["form_token"] = (await other.form("/console/", "/console/sign-out")).fields["form_token"]
    answer = await other.use(form, house.passkeys["oanh-form"][0], finding="lawful", reply="x")
    assert answer.status_code == 409
    assert await house.run("select state from cases where case_id = :number", number=number) == [("open",)]


async def test_a_citizens_words_are_shown_as_words(house: House) -> None:
    browser = await house.officer("mai-words-2", "auditor")
    number = await complaint(house, "<script>alert(1)</script> “tò mò”")
    page = await browser.get(f"/console/cases/{number}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 18, "-1", "x", "%C2%B2", "%00"])
async def test_a_number_of_no_case_is_answered(house: House, number: str) -> None:
    browser = await house.officer(f"mai-of-{len(number)}-{ord(number[0])}", "auditor")
    assert (await browser.get(f"/console/cases/{number}")).status_code in {404, 409}
