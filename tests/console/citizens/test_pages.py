"""From a portal to its token and back out again, over HTTP, against a server as `lienthong run` starts it."""

import contextlib
import re
import time
from collections.abc import Callable, Iterator

import pytest

from installation.settings import Settings
from tests.console.citizens.browser import CALLBACK, SCOPES, Browser, Page, Portal
from tests.serving import Serving, serving

BAO, WIDOW, GRANDCHILD = "001085000001", "038152000001", "038213000001"
OpenBrowser = Callable[..., Browser]
ME = "{ me { pin fullName } }"
NAME_ONLY = "identity:citizen.full_name:read"


@pytest.fixture(scope="module")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(settings, tmp_path_factory.mktemp("pages"), "pages_") as started:
        yield started


@pytest.fixture
def portal(served: Serving) -> Portal:
    return Portal(served.issuer, served.home)


@pytest.fixture
def another(served: Serving) -> Iterator[OpenBrowser]:
    """Opens a further browser, in this language; all are closed at the end."""
    with contextlib.ExitStack() as opened:
        yield lambda language="vi": opened.enter_context(contextlib.closing(Browser(served.issuer, language)))


@pytest.fixture
def browser(another: OpenBrowser) -> Browser:
    return another()


def own_page(browser: Browser, persona: str) -> Page:
    """What a citizen agreed to; signs in where nobody is."""
    page = browser.get("/my/consents")
    return page if page.answer.status_code == 200 else browser.get(browser.sign_in(page, persona).onward)


def withdraw_all(browser: Browser, page: Page) -> None:
    while 'name="consent"' in page.answer.text:
        address, fields = page.form(do="withdraw")
        assert browser.post(address, fields).answer.status_code == 303
        page = browser.get("/my/consents")


def test_a_citizen_signs_in_agrees_and_the_portal_reads_that_citizen_and_nobody_else(
    portal: Portal, browser: Browser
) -> None:
    code = browser.agree(browser.to_question(portal, BAO))
    tokens = portal.exchange(code).json()
    assert (tokens["token_type"], tokens["scope"]) == ("DPoP", SCOPES)
    answer = portal.ask(tokens["access_token"], "{ me { pin fullName spouse { fullName } } }").json()
    assert answer["data"]["me"] == {"pin": BAO, "fullName": "Trần Quốc Bảo", "spouse": {"fullName": None}}
    refreshed = portal.refresh(tokens["refresh_token"]).json()
    assert portal.ask(refreshed["access_token"], ME).json()["data"]["me"]["pin"] == BAO


def test_somebody_else_cannot_be_asked_for_by_number_with_a_citizens_token(portal: Portal, browser: Browser) -> None:
    tokens = portal.exchange(browser.agree(browser.to_question(portal, BAO, prompt="consent"))).json()
    answer = portal.ask(tokens["access_token"], f'{{ citizen(pin: "{WIDOW}") {{ fullName }} }}').json()
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["LOOKUP_REQUIRED"]


def test_a_representative_agrees_for_a_child_and_the_portal_reads_the_child(portal: Portal, browser: Browser) -> None:
    question = browser.to_question(portal, WIDOW)
    code = browser.agree(question, whom=question.choice("Đặng Gia Huy"))
    tokens = portal.exchange(code).json()
    assert portal.ask(tokens["access_token"], ME).json()["data"]["me"]["pin"] == GRANDCHILD
    assert portal.refresh(tokens["refresh_token"]).status_code == 200
    own = own_page(browser, WIDOW)
    assert "Đặng Gia Huy" in own.text


def test_a_withdrawn_consent_ends_access_token_and_refresh_token_before_the_page_is_back(
    portal: Portal, browser: Browser
) -> None:
    tokens = portal.exchange(browser.agree(browser.to_question(portal, BAO, prompt="consent"))).json()
    assert portal.ask(tokens["access_token"], ME).status_code == 200

    withdraw_all(browser, own_page(browser, BAO))

    assert portal.ask(tokens["access_token"], ME).status_code == 401
    assert portal.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert "Đã rút lại ngày" in browser.get("/my/consents").text


def test_who_agreed_before_goes_straight_back_with_a_code_and_is_asked_where_the_portal_wants_it(
    portal: Portal, browser: Browser
) -> None:
    browser.agree(browser.to_question(portal, BAO, scope=NAME_ONLY, prompt="consent"))
    again = browser.to_question(portal, BAO, scope=NAME_ONLY)
    assert again.answer.status_code == 303
    assert again.answer.headers["location"].startswith(CALLBACK + "?code=")
    assert browser.to_question(portal, BAO, scope=NAME_ONLY, prompt="consent").answer.status_code == 200


def test_a_citizen_who_refuses_goes_back_with_access_denied_and_the_portal_gets_no_more(
    portal: Portal, browser: Browser
) -> None:
    address, fields = browser.to_question(portal, BAO, prompt="consent").form(answer="no")
    back = browser.post(address, fields).answer
    assert back.headers["location"].startswith(CALLBACK + "?error=access_denied&state=portal-state&iss=http")
    assert "code=" not in back.headers["location"]


def test_a_citizen_who_does_not_sign_in_goes_back_in_the_same_way(portal: Portal, browser: Browser) -> None:
    back = browser.sign_in(browser.get(portal.address()), "")
    assert back.answer.status_code == 303
    assert back.answer.headers["location"].startswith(CALLBACK + "?error=access_denied&state=portal-state&iss=http")


@pytest.mark.parametrize(("language", "words"), [("vi", ("Họ và tên", "Tôi đồng ý")), ("en", ("Full name", "I agree"))])
def test_the_question_is_in_the_citizens_language(
    another: OpenBrowser, portal: Portal, language: str, words: tuple[str, str]
) -> None:
    reader = another(language)
    question = reader.to_question(portal, BAO, scope=NAME_ONLY, prompt="consent")
    assert words[0] in question.text
    assert f'<html lang="{language}">' in question.text
    other = re.search(r'href="(\?[^"]*lang=(?:en|vi)[^"]*)"', question.text)
    assert other is not None
    switched = reader.get("/my/consent" + other[1])
    assert f'<html lang="{"vi" if language == "en" else "en"}">' in switched.text


class TestAttacks:
    def question(self, portal: Portal, browser: Browser) -> tuple[str, dict[str, str]]:
        return browser.to_question(portal, BAO, scope=NAME_ONLY, prompt="consent").form(answer="yes")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://sibling.localhost", "Sec-Fetch-Site": "same-site"},
            {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "http://localhost:9700", "Sec-Fetch-Site": "same-origin"},
        ],
        ids=["another site", "a sibling", "a sandbox", "another port"],
    )
    def test_a_yes_from_another_page_does_not_count_and_the_question_stands(
        self, portal: Portal, browser: Browser, headers: dict[str, str]
    ) -> None:
        address, fields = self.question(portal, browser)
        assert browser.post(address, fields, **headers).answer.status_code == 403
        assert browser.post(address, fields).answer.status_code == 303

    @pytest.mark.parametrize("token", ["", "0" * 64, "é"])
    def test_a_yes_without_the_token_of_the_form_does_not_count(
        self, portal: Portal, browser: Browser, token: str
    ) -> None:
        address, fields = self.question(portal, browser)
        assert browser.post(address, {**fields, "form_token": token}).answer.status_code == 403

    def test_a_token_of_one_request_says_nothing_to_another(self, portal: Portal, browser: Browser) -> None:
        _, stolen = self.question(portal, browser)
        address, fields = self.question(portal, browser)
        mixed = browser.post(address, {**fields, "form_token": stolen["form_token"]})
        assert mixed.answer.status_code == 403

    def test_another_citizens_browser_cannot_answer_with_a_copied_form(
        self, another: OpenBrowser, portal: Portal, browser: Browser
    ) -> None:
        address, fields = self.question(portal, browser)
        other = another()
        own_page(other, WIDOW)
        assert other.post(address, fields).answer.status_code == 403

    def test_a_yes_for_a_child_who_is_not_ones_own_asks_again_and_allows_nothing(
        self, another: OpenBrowser, portal: Portal, browser: Browser
    ) -> None:
        widow = another()
        theirs = widow.to_question(portal, WIDOW, scope=NAME_ONLY, prompt="consent").choice("Đặng Gia Huy")
        address, fields = self.question(portal, browser)
        assert browser.post(address, {**fields, "whom": theirs}).answer.status_code == 409
        assert browser.post(address, {**fields, "whom": GRANDCHILD}).answer.status_code == 409

    def test_a_yes_to_something_else_than_was_shown_asks_again(self, portal: Portal, browser: Browser) -> None:
        address, fields = self.question(portal, browser)
        again = browser.post(address, {**fields, "shown": "0" * 64})
        assert again.answer.status_code == 409
        assert "Hãy đọc lại" in again.text

    def test_a_yes_counts_once(self, portal: Portal, browser: Browser) -> None:
        address, fields = self.question(portal, browser)
        assert browser.post(address, fields).answer.status_code == 303
        second = browser.post(address, fields)
        assert second.answer.status_code == 400
        assert "location" not in second.answer.headers

    def test_an_answer_of_the_provider_in_another_browser_signs_nobody_in(
        self, another: OpenBrowser, portal: Portal, browser: Browser
    ) -> None:
        choosing = browser.get(browser.get(portal.address()).answer.headers["location"])
        address, fields = choosing.form(persona=BAO)
        answer = browser.post(address, fields).answer.headers["location"]
        stranger = another()
        assert stranger.get(answer).answer.status_code == 400
        assert "lienthong-citizen" not in stranger.http.cookies
        assert browser.get(answer).answer.status_code == 200
        assert browser.get(answer).answer.status_code == 400  # once

    def test_each_sign_in_gives_another_session(self, portal: Portal, browser: Browser) -> None:
        own_page(browser, BAO)
        before = browser.http.cookies["lienthong-citizen"]
        browser.sign_in(browser.get(portal.address()), BAO)
        assert browser.http.cookies["lienthong-citizen"] != before

    def test_a_planted_cookie_becomes_no_session(self, browser: Browser) -> None:
        browser.http.cookies.set("lienthong-citizen", "A" * 43, domain="localhost.local")
        assert browser.get("/my/consents").answer.status_code == 303
        own_page(browser, BAO)
        assert "A" * 43 not in browser.http.cookies.values()

    def test_who_signed_out_is_signed_out_also_with_a_copy_of_the_cookie(
        self, another: OpenBrowser, browser: Browser
    ) -> None:
        page = own_page(browser, BAO)
        copy = another()
        copy.http.cookies.update(browser.http.cookies)
        address, fields = page.form(do="leave")
        fields.pop("consent", None)
        left = browser.post(address, fields)
        assert left.answer.status_code == 200
        assert "Đã đăng xuất" in left.text
        assert "lienthong-citizen" not in browser.http.cookies
        assert copy.get("/my/consents").answer.status_code == 303

    @pytest.mark.parametrize(
        "query",
        [
            "", "?client_id=citizen-app", "?client_id=citizen-app&request_uri=x",
            "?client_id=tax&request_uri={name}", "?request_uri={name}",
            "?client_id=citizen-app&client_id=tax&request_uri={name}",
            "?client_id=citizen-app&response_type=code&redirect_uri=https://evil.example&scope=x",
        ],
    )  # fmt: skip
    def test_a_browser_without_a_pushed_request_is_sent_nowhere(
        self, portal: Portal, browser: Browser, query: str
    ) -> None:
        page = browser.get("/oauth/authorize" + query.replace("{name}", portal.push()))
        assert page.answer.status_code == 400
        assert "location" not in page.answer.headers
        assert "//evil.example" not in page.text  # but in the link to this page in the other language, encoded

    def test_what_else_stands_in_the_address_is_not_read(self, portal: Portal, browser: Browser) -> None:
        address = (
            portal.address(scope=NAME_ONLY, prompt="consent") + "&redirect_uri=https://evil.example&scope=x&state=y"
        )
        signed_in = browser.sign_in(browser.get(address), BAO)
        page_address, fields = browser.get(signed_in.onward).form(answer="yes")
        back = browser.post(page_address, fields).answer.headers["location"]
        assert back.startswith(CALLBACK + "?code=")
        assert "state=portal-state" in back

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_the_authorization_endpoint_takes_nothing_but_get(self, browser: Browser, method: str) -> None:
        assert browser.http.request(method, "/oauth/authorize").status_code == 405

    @pytest.mark.parametrize("path", ["/my/consent", "/my/consents", "/my/signed-in", "/oauth/authorize"])
    @pytest.mark.parametrize("query", ["", "?request=%00", "?request=" + "A" * 5000, "?state=a&state=b", "?lang=<b>"])
    def test_whatever_is_asked_of_a_page_is_answered(self, browser: Browser, path: str, query: str) -> None:
        answer = browser.get(path + query).answer
        assert answer.status_code in {303, 400}
        assert "<b>" not in answer.text

    @pytest.mark.parametrize("content", [b"", b"%", b"a=1&a=2", b"x" * 100_000, b"\xff", b"form_token=%00"])
    def test_whatever_is_posted_to_a_page_is_refused_in_order(self, browser: Browser, content: bytes) -> None:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": browser.issuer}
        for path in ("/my/consent?request=x", "/my/consents"):
            assert browser.http.post(path, content=content, headers=headers).status_code in {400, 403}

    def test_every_page_keeps_frames_scripts_and_caches_out(self, portal: Portal, browser: Browser) -> None:
        question = browser.to_question(portal, BAO, scope=NAME_ONLY, prompt="consent")
        own = browser.get("/my/consents")
        for page in (question, own):
            policy = page.answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert page.answer.headers["cache-control"] == "no-store"
            assert "<script" not in page.answer.text
        assert "form-action 'self' http://localhost:9700;" in question.answer.headers["content-security-policy"]
        assert "form-action 'self';" in own.answer.headers["content-security-policy"]

    def test_no_redirect_keeps_the_method_or_says_where_it_came_from(self, portal: Portal, browser: Browser) -> None:
        first = browser.get(portal.address()).answer
        address, fields = self.question(portal, browser)
        last = browser.post(address, fields).answer
        assert (first.status_code, last.status_code) == (303, 303)
        assert {first.headers["referrer-policy"], last.headers["referrer-policy"]} == {"no-referrer"}
        assert {first.headers["cache-control"], last.headers["cache-control"]} == {"no-store"}

    def test_nothing_secret_or_personal_reaches_the_log(
        self, served: Serving, portal: Portal, browser: Browser
    ) -> None:
        code = browser.agree(browser.to_question(portal, BAO, prompt="consent"))
        tokens = portal.exchange(code).json()
        browser.get("/my/signed-in?state=x&code=y&iss=z")
        time.sleep(0.2)
        log = "\n".join(
            line for line in served.said.splitlines() if "curl" not in line
        )  # the printed examples name an invented person
        secrets = [code, tokens["access_token"], tokens["refresh_token"], BAO, *browser.http.cookies.values()]
        assert [secret for secret in secrets if secret in log] == []
        assert "sign_in_refused" in log


def test_the_metadata_says_how_portals_ask(browser: Browser, served: Serving) -> None:
    said = browser.http.get("/.well-known/oauth-authorization-server").json()
    assert said["pushed_authorization_request_endpoint"] == served.issuer + "/oauth/par"
    assert said["authorization_endpoint"] == served.issuer + "/oauth/authorize"
    assert said["require_pushed_authorization_requests"] is True
    assert said["authorization_response_iss_parameter_supported"] is True
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert {"authorization_code", "refresh_token"} <= set(said["grant_types_supported"])
