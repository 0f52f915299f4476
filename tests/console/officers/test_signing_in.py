"""In and out of the pages of officers, over https; and every way in which another page tries to use their session."""

import pytest

from tests.auth.officers.authenticator import Authenticator
from tests.console.officers.browser import Browser, Forms, Refused
from tests.console.officers.conftest import House

COOKIE = "__Host-lienthong-officer"


async def signed_in(house: House, officer: str, which: int = 0, **says: str) -> Browser:
    browser = await house.browser(**says)
    answer = await browser.use(await browser.form("/console/sign-in"), house.passkeys[officer][which])
    assert answer.status_code == 303, answer.text
    return browser


async def test_an_officer_enrolls_two_passkeys_and_signs_in_with_either(house: House) -> None:
    await house.officer("mai")
    for which in (0, 1):
        browser = await signed_in(house, "mai", which)
        page = await browser.get("/console/")
        assert page.status_code == 200
        assert "Officer mai" in Forms(page.text).text


async def test_the_cookie_of_a_session_is_for_this_host_alone_and_for_no_script(house: House) -> None:
    browser = await house.enrolled("mai-1")
    answer = await browser.use(await browser.form("/console/sign-in"), house.passkeys["mai-1"][0])
    given = answer.headers["set-cookie"]
    assert given.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(given.split("; "))
    assert "Domain" not in given
    assert "Max-Age" not in given


async def test_a_session_planted_before_sign_in_is_not_the_one_that_is_signed_in(house: House) -> None:
    await house.officer("mai-2")
    browser = await house.browser()
    browser.http.cookies.set(COOKIE, "p" * 43, domain="localhost", path="/")
    form = await browser.form("/console/sign-in")
    answer = await browser.use(form, house.passkeys["mai-2"][0], form_token="x")
    assert COOKIE in answer.headers["set-cookie"]
    assert "p" * 43 not in answer.headers["set-cookie"]


async def test_an_officer_with_one_passkey_is_led_to_the_second_and_nowhere_else(house: House) -> None:
    browser = await house.enrolled("mai-3")
    for path in ("/console/", "/console/proposals", "/console/proposals/1", "/console/sign?act=grant.revoke&grant=1"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/console/passkeys")
    form = await browser.form("/console/passkeys")
    answer = await browser.post("/console/sign", {"form_token": form.fields["form_token"], "answer": "{}"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/passkeys")


PAGES = ["/console/", "/console/proposals", "/console/proposals/7", "/console/passkeys"]


@pytest.mark.parametrize("path", PAGES)
async def test_whoever_is_not_signed_in_is_led_to_sign_in_and_back(house: House, path: str) -> None:
    browser = await house.browser()
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/sign-in?next={path}")
    form = await browser.form(answer.headers["location"])
    assert form.fields["next"] == path


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/console/../../evil",
    "/console//evil.example",
    "/console/@evil.example",
    "/console/%2e%2e/x",
    "javascript:alert(1)",
    "/console/\r\nSet-Cookie: x=1",
    "/oauth/authorize",
    "/console/" + "a" * 500,
    "",
]


@pytest.mark.parametrize("then", ELSEWHERE)
async def test_the_way_back_leads_to_no_other_place(house: House, then: str) -> None:
    name = f"nam-{ELSEWHERE.index(then)}"
    await house.officer(name)
    browser = await house.browser()
    page = await browser.http.get("/console/sign-in", params={"next": then})
    form = Forms(page.text).forms[0]
    assert form.fields["next"] == "/console/"
    form.fields["next"] = then.replace("\r\n", " ")  # a form changed by hand
    answer = await browser.use(form, house.passkeys[name][0])
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")


async def test_a_sign_in_form_of_another_site_is_refused(house: House) -> None:
    await house.officer("mai-4")
    for says in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": house.origin.replace("https:", "http:")},
        {"Origin": house.origin.replace("localhost", "127.0.0.1")},
    ):
        browser = await house.browser()
        answer = await browser.post("/console/sign-in/options", {}, **says)
        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_OUR_PAGE"), says
        form = await browser.form("/console/sign-in")
        options = await browser.ask(form.options[0], form)
        sent = {"answer": house.passkeys["mai-4"][0].get(options)}
        answer = await browser.post("/console/sign-in", sent, **says)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_a_request_that_says_nothing_of_where_it_comes_from_is_refused(house: House) -> None:
    browser = await house.browser()
    answer = await browser.http.post("/console/sign-in/options", data={})
    assert answer.status_code == 403


async def test_a_browser_that_sends_origin_only_is_served(house: House) -> None:
    browser = await house.browser()
    answer = await browser.http.post("/console/sign-in/options", data={"x": "1"}, headers={"Origin": house.origin})
    assert answer.status_code == 200


CHANGES = ["/console/sign-out", "/console/sessions/end", "/console/sign", "/console/passkeys"]
SCRIPTS = ["/console/sign/options", "/console/passkeys/options", "/console/passkeys/allowed"]


@pytest.mark.parametrize("path", CHANGES + SCRIPTS)
async def test_a_form_without_this_sessions_token_changes_nothing(house: House, path: str) -> None:
    number = (CHANGES + SCRIPTS).index(path)
    browser, other = await house.officer(f"tu-{number}"), await house.officer(f"tu-other-{number}")
    theirs = (await other.form("/console/", "/console/sign-out")).fields["form_token"]
    mine = (await browser.form("/console/", "/console/sign-out")).fields["form_token"]
    for token in ("", "x", theirs, mine[::-1]):
        answer = await browser.post(path, {"form_token": token, "session": "x"})
        assert answer.status_code == 403
    for says in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://x.example"}):
        answer = await browser.post(path, {"form_token": mine}, **says)
        assert answer.status_code == 403
    assert (await browser.get("/console/")).status_code == 200


@pytest.mark.parametrize("path", [*CHANGES, *SCRIPTS, "/console/sign-in/options", "/console/enroll/options"])
async def test_nothing_is_changed_by_get(house: House, path: str) -> None:
    browser = await house.officer("get-" + path.replace("/", "-").strip("-"))
    answer = await browser.get(path)
    pages = {"/console/passkeys": 303, "/console/sign": 400}  # these addresses are also pages to read
    assert answer.status_code == pages.get(path, 405)


async def test_signing_out_ends_the_session_also_for_whoever_kept_the_cookie(house: House) -> None:
    browser = await house.officer("mai-5")
    kept = browser.http.cookies[COOKIE]
    form = await browser.form("/console/", "/console/sign-out")
    answer = await browser.post("/console/sign-out", form.fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in")
    thief = await house.browser()
    thief.http.cookies.set(COOKIE, kept, domain="localhost", path="/")
    assert (await thief.get("/console/")).status_code == 303


async def test_an_officer_ends_another_session_of_their_own(house: House) -> None:
    first = await house.officer("mai-6")
    second = await signed_in(house, "mai-6")
    form = await second.form("/console/", "/console/sessions/end")
    assert (await second.post("/console/sessions/end", form.fields)).status_code == 303
    assert (await first.get("/console/")).status_code == 303
    assert (await second.get("/console/")).status_code == 200


async def test_signing_out_everywhere_ends_every_session_of_mine(house: House) -> None:
    first = await house.officer("mai-7")
    second = await signed_in(house, "mai-7")
    form = await second.form("/console/", "/console/sign-out")
    await second.post("/console/sign-out", {**form.fields, "everywhere": "yes"})
    assert [(await each.get("/console/")).status_code for each in (first, second)] == [303, 303]


async def test_a_removed_officers_session_is_dead_at_the_next_request(house: House) -> None:
    browser = await house.officer("mai-8")
    await house.run("update officers set state = 'removed' where officer = 'mai-8'")
    assert (await browser.get("/console/")).status_code == 303


async def test_an_answer_sent_twice_signs_in_once(house: House) -> None:
    await house.officer("mai-9")
    browser = await house.browser()
    form = await browser.form("/console/sign-in")
    form.fields["answer"] = house.passkeys["mai-9"][0].get(await browser.ask(form.options[0], form))
    assert (await browser.post(form.action, form.fields)).status_code == 303
    answer = await browser.post(form.action, form.fields)
    assert answer.status_code == 403
    assert "lapsed or was used" in Forms(answer.text).text


async def test_enrolling_in_a_browser_ends_the_session_that_another_left_there(house: House) -> None:
    browser = await house.officer("mai-11")
    left = browser.http.cookies[COOKIE]
    form = await browser.form("/console/enroll")
    answer = await browser.use(form, Authenticator(house.origin), secret=await house.link("mai-12"))
    assert answer.status_code == 303
    other = await house.browser()
    other.http.cookies.set(COOKIE, left, domain="localhost", path="/")
    assert (await other.get("/console/")).status_code == 303


async def test_what_people_type_leads_home_whatever_host_is_named(house: House) -> None:
    answer = await (await house.browser()).get("/console", Host="evil.example")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")


async def test_a_used_link_tells_nobody_anything(house: House) -> None:
    secret, browser = await house.link("mai-10"), await house.browser()
    form = await browser.form("/console/enroll")
    await browser.use(form, Authenticator(house.origin), secret=secret)
    thief = await house.browser()
    said = []
    for link in (secret, "x" * 43):
        form = await thief.form("/console/enroll")
        with pytest.raises(Refused) as refused:
            await thief.use(form, Authenticator(house.origin), secret=link)
        said.append((refused.value.answer.status_code, refused.value.answer.json()))
    assert said[0] == said[1]
    assert said[0][1]["code"] == "LINK_REFUSED"
