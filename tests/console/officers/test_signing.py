"""Signing a change at a page: what was shown is what is signed, made and kept as evidence; and nothing else."""

import asyncio
import json
from typing import Any

import pytest

from auth.acts.actors import Actor
from auth.acts.perform import perform
from auth.acts.proposals import RequestGrant
from auth.officers.proof import verify_evidence
from tests.auth.officers.authenticator import Authenticator
from tests.console.officers.browser import Browser, Form, Forms, Refused
from tests.console.officers.conftest import House
from tests.console.officers.proposing import admission, grant, propose, proposed


async def state(house: House, number: int) -> str:
    ((found,),) = await house.run("select state from proposals where proposal = :number", number=number)
    return str(found)


async def signed(browser: Browser, form: Form, passkey: Authenticator, **fields: str) -> str:
    """Submit with a passkey; the text of the page that comes of it."""
    answer = await browser.use(form, passkey, **fields)
    return Forms(answer.text).text


async def test_an_approver_reads_signs_and_approves_and_the_evidence_holds(house: House) -> None:
    browser, number = await house.officer("kim"), await propose(house, grant())
    listed = await browser.get("/console/proposals")
    assert f"/console/proposals/{number}" in listed.text
    page = await browser.get(f"/console/proposals/{number}")
    shown = Forms(page.text).text
    told = ("identity:citizen.full_name:read", "Needed <for> tests", "until it is revoked", "no limit", "G01")
    assert [text for text in told if text not in shown] == []
    passkey = house.passkeys["kim"][1]
    text = await signed(browser, await browser.form(f"/console/proposals/{number}"), passkey)
    assert "recorded as number" in text
    assert await state(house, number) == "approved"
    ((detail, evidence),) = await house.run(
        "select detail, evidence from acts where act = 'proposal.approve' and target = :number", number=str(number)
    )
    ((key,),) = await house.run("select public_key from passkeys where credential = :id", id=passkey.credential)
    assert isinstance(detail, dict)
    assert isinstance(evidence, dict)
    assert isinstance(key, bytes)
    assert verify_evidence(evidence, detail["change"], "kim", key, house.origin).officer == "kim"


@pytest.mark.parametrize("act", ["proposal.approve", "proposal.adopt"])
async def test_no_link_has_an_officer_sign_a_proposal_that_the_page_does_not_show(house: House, act: str) -> None:
    browser, number = await house.officer(f"kim-by-{act.partition('.')[2]}"), await propose(house, grant())
    body = (await browser.form(f"/console/proposals/{number}")).fields["body"]
    page = await browser.get(f"/console/sign?act={act}&proposal={number}&body={body}")
    assert page.status_code == 400
    assert Forms(page.text).forms == []


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 18, "-1", "x", "%C2%B2", "%00"])
async def test_a_number_of_no_proposal_is_answered(house: House, number: str) -> None:
    stranger, officer = await house.browser(), await house.officer(f"kim-of-{len(number)}")
    assert (await stranger.get(f"/console/proposals/{number}")).status_code in {303, 404}
    assert (await officer.get(f"/console/proposals/{number}")).status_code in {404, 409}


async def test_an_approver_refuses_with_a_reason(house: House) -> None:
    browser, number = await house.officer("kim-1"), await propose(house, grant())
    form = await browser.form(f"/console/proposals/{number}/refuse")
    await signed(browser, form, house.passkeys["kim-1"][0], reason="Chưa đủ căn cứ")
    assert await state(house, number) == "refused"
    page = await browser.get(f"/console/proposals/{number}")
    assert "Chưa đủ căn cứ" in page.text
    assert Forms(page.text).forms == []


async def test_a_link_to_enroll_is_shown_once_to_who_approved(house: House) -> None:
    browser, waiting = await house.officer("kim-2"), await proposed(house, admission("kim-new"))
    form = await browser.form(f"/console/proposals/{waiting.made['proposal']}")
    text = await signed(browser, form, house.passkeys["kim-2"][0])
    secret = text.partition(f"{house.origin}/console/enroll#")[2].split()[0]
    other, passkey = await house.browser(), Authenticator(house.origin)
    assert str(waiting.code) not in text
    form = await other.form("/console/enroll")
    with pytest.raises(Refused, match="LINK_REFUSED"):  # who approved has the link alone
        await other.use(form, passkey, secret=secret)
    answer = await other.use(form, passkey, secret=secret, code=waiting.code or "")
    assert answer.status_code == 303
    recorded = await house.run("select detail::text from acts where act = 'proposal.approve'")
    assert recorded
    assert not any(told in str(row) for row in recorded for told in (secret, str(waiting.code)))


async def test_a_request_of_an_agency_is_adopted_by_one_and_approved_by_another(house: House) -> None:
    await house.run(
        "insert into clients (client, agency, name, public_keys) values ('asks', 'G01', 'Asks', '{}') "
        "on conflict do nothing"
    )
    made = await perform(
        house.desk.acts, Actor("agency", "asks", "G01"), RequestGrant(proposed=grant(), reason="We ask")
    )
    number = int(made.made["proposal"])
    one, other = await house.officer("kim-3"), await house.officer("kim-4")
    await signed(one, await one.form(f"/console/proposals/{number}"), house.passkeys["kim-3"][0])
    assert await state(house, number) == "proposed"
    page = await one.get(f"/console/proposals/{number}")
    assert Forms(page.text).forms == []  # it is their own proposal from then on
    await signed(other, await other.form(f"/console/proposals/{number}"), house.passkeys["kim-4"][0])
    assert await state(house, number) == "approved"


async def test_a_proposer_cannot_sign_the_approval_of_their_own_by_hand(house: House) -> None:
    browser, number = await house.officer("kim-5"), await propose(house, grant())
    form = await browser.form(f"/console/proposals/{number}")
    await house.run("update proposals set proposed_by = 'kim-5' where proposal = :number", number=number)
    text = await signed(browser, form, house.passkeys["kim-5"][0])
    assert "Nobody approves what they proposed" in text
    assert await state(house, number) == "proposed"
    assert (await browser.get("/console/")).status_code == 200  # the session goes on under its new secret


async def test_a_proposal_that_changed_after_it_was_read_is_not_approved(house: House) -> None:
    browser, number = await house.officer("kim-6"), await propose(house, grant())
    form = await browser.form(f"/console/proposals/{number}")
    await house.run(
        "update proposals set body = jsonb_set(body, '{terms,scopes}', '[\"identity:citizen.pin:read\"]')"
        " where proposal = :number",
        number=number,
    )
    text = await signed(browser, form, house.passkeys["kim-6"][0])
    assert "something else than was read" in text
    assert await state(house, number) == "proposed"


async def test_what_is_made_is_what_was_signed_whatever_the_last_form_says(house: House) -> None:
    browser = await house.officer("kim-7")
    meant, other = await propose(house, grant()), await propose(house, grant())
    form = await browser.form(f"/console/proposals/{meant}")
    form.fields["answer"] = house.passkeys["kim-7"][0].get(await browser.ask(form.options[0], form))
    await browser.post(form.action, {**form.fields, "proposal": str(other), "act": "proposal.refuse"})
    assert [await state(house, number) for number in (meant, other)] == ["approved", "proposed"]


async def test_a_signature_is_used_once(house: House) -> None:
    browser, number = await house.officer("kim-8"), await propose(house, grant())
    form = await browser.form(f"/console/proposals/{number}")
    form.fields["answer"] = house.passkeys["kim-8"][0].get(await browser.ask(form.options[0], form))
    answers = await asyncio.gather(*(browser.post(form.action, form.fields) for _ in range(5)))
    assert [answer.status_code for answer in answers].count(200) == 1
    made = await house.run("select 1 from acts where act = 'proposal.approve' and target = :n", n=str(number))
    assert len(made) == 1


async def test_officers_who_approve_at_once_make_it_once(house: House) -> None:
    number = await propose(house, grant())
    names = [f"kim-9-{each}" for each in range(4)]
    browsers = [await house.officer(name) for name in names]
    forms = [await browser.form(f"/console/proposals/{number}") for browser in browsers]
    texts = await asyncio.gather(
        *(
            signed(browser, form, house.passkeys[name][0])
            for browser, form, name in zip(browsers, forms, names, strict=True)
        )
    )
    assert sum("recorded as number" in text for text in texts) == 1
    made = await house.run("select 1 from acts where act = 'proposal.approve' and target = :n", n=str(number))
    assert len(made) == 1


async def test_a_session_in_a_thiefs_hands_signs_nothing(house: House) -> None:
    browser, number = await house.officer("kim-10"), await propose(house, grant())
    thief = await house.browser()
    thief.http.cookies = browser.http.cookies
    form = await thief.form(f"/console/proposals/{number}")
    answer = await thief.use(form, Authenticator(house.origin))
    assert answer.status_code == 403
    assert await state(house, number) == "proposed"


async def test_another_officers_passkey_signs_nothing_in_my_session(house: House) -> None:
    browser, number = await house.officer("kim-11"), await propose(house, grant())
    await house.officer("kim-12")
    answer = await browser.use(await browser.form(f"/console/proposals/{number}"), house.passkeys["kim-12"][0])
    assert answer.status_code == 403
    assert await state(house, number) == "proposed"


async def test_a_link_that_names_a_change_shows_it_and_leaves_the_reason_to_who_signs(house: House) -> None:
    browser, number = await house.officer("kim-13"), await propose(house, grant())
    await signed(browser, await browser.form(f"/console/proposals/{number}"), house.passkeys["kim-13"][0])
    ((made,),) = await house.run("select target from proposals where proposal = :number", number=number)
    assert (await browser.get(f"/console/sign?act=grant.revoke&grant={made}&reason=x")).status_code == 400
    form = await browser.form(f"/console/sign?act=grant.revoke&grant={made}")
    with pytest.raises(Refused, match="MALFORMED"):
        await browser.use(form, house.passkeys["kim-13"][0])  # no reason was given
    form = await browser.form(f"/console/sign?act=grant.revoke&grant={made}")
    text = await signed(browser, form, house.passkeys["kim-13"][0], reason="No longer needed")
    assert "recorded as number" in text
    assert await house.run("select state, revoked_by from grants where grant_id = :n", n=int(str(made))) == [
        ("revoked", "kim-13")
    ]


FORGED: list[dict[str, str]] = [
    {},
    {"act": "grant.give", "agency": "G01"},
    {"act": "officer.first", "officer": "thief", "name": "Thief"},
    {"act": "grant.revoke", "grant": "-1", "reason": "x"},
    {"act": "grant.revoke", "grant": "9" * 40, "reason": "x"},
    {"act": "grant.revoke", "grant": "1", "reason": "x", "more": "y"},
    {"act": "grant.revoke", "grant": "1", "reason": "a\u202eb"},
    {"act": "passkey.remove", "officer": "kim-14", "passkey": "0" * 64},
    {"act": "passkey.enroll", "officer": "kim-14", "label": "x"},
    {"act": "proposal.approve", "proposal": "1", "body": "x"},
]


@pytest.mark.parametrize("fields", FORGED, ids=json.dumps)
async def test_a_form_of_no_page_of_ours_gets_no_challenge(house: House, fields: dict[str, str]) -> None:
    browser = await house.officer(f"forger-{FORGED.index(fields)}")
    token = (await browser.form("/console/", "/console/sign-out")).fields["form_token"]
    answer = await browser.post("/console/sign/options", {**fields, "form_token": token})
    assert (answer.status_code, answer.json()["code"]) == (400, "MALFORMED")


async def test_an_officer_removes_a_passkey_at_the_page_and_enrolls_another(house: House) -> None:
    browser = await house.officer("kim-15")
    first = house.passkeys["kim-15"][0]
    page = await browser.get("/console/")
    link = page.text.partition('href="/console/sign?')[2].partition('"')[0].replace("&amp;", "&")
    answer = await browser.use(await browser.form(f"/console/sign?{link}"), first)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/passkeys")
    answer = await browser.use(await browser.form("/console/passkeys"), first, Authenticator(house.origin))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")


async def test_an_auditor_sees_no_proposals(house: House) -> None:
    browser, number = await house.officer("kim-16", "auditor"), await propose(house, grant())
    for path in ("/console/proposals", f"/console/proposals/{number}", f"/console/proposals/{number}/refuse"):
        assert (await browser.get(path)).status_code == 409


@pytest.mark.parametrize("number", ["0", "99999999", "9" * 30])
async def test_a_proposal_that_is_not_there_is_told_so(house: House, number: str) -> None:
    browser = await house.officer(f"kim-17-{len(number)}")
    assert (await browser.get(f"/console/proposals/{number}")).status_code == 409


HOSTILE: list[tuple[str, Any, dict[str, str]]] = [
    ("no form", b"{}", {"Content-Type": "application/json"}),
    ("no type", b"a=b", {"Content-Type": ""}),
    ("several parts", b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    ("too long", b"a=" + b"x" * 70_000, {}),
    ("twice", b"answer=1&answer=2", {}),
    ("not ascii", "answer=é".encode(), {}),
    ("a control", b"answer=%00", {}),
    ("half a letter", b"answer=%ff", {}),
    ("many", b"&".join(b"f%d=1" % n for n in range(100)), {}),
    ("deep", b"answer=" + b"%5B" * 9000, {}),
    ("a number", b"answer=1", {}),
    ("empty", b"", {}),
]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLACES = [
    "/console/sign-in",
    "/console/enroll",
    "/console/enroll/options",
    "/console/sign",
    "/console/passkeys/allowed",
]


@pytest.mark.parametrize("path", PLACES)
async def test_whatever_is_posted_is_refused_without_a_fault_of_ours(house: House, path: str) -> None:
    browser = await house.officer("hostile-" + path.replace("/", "-").strip("-"))
    token = (await browser.form("/console/", "/console/sign-out")).fields["form_token"]
    says = {"Sec-Fetch-Site": "same-origin", "Origin": house.origin, **FORM}
    found = {}
    for name, content, headers in HOSTILE:
        body = b"form_token=" + token.encode() + b"&" + content if content and b"{" not in content else content
        answer = await browser.http.post(path, content=body, headers={**says, **headers})
        found[name] = answer.status_code
    assert {name: status for name, status in found.items() if status not in {400, 403}} == {}
