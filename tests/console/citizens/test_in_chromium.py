"""The ways of a citizen in a real browser: from a portal and back, and to who looked, a complaint, and its state.

What only a browser decides is tried here: a Strict cookie that must not come along from the portal and must be there on
our next page, a page that moves on by itself, and a form whose answer leads to another origin.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from installation.settings import Settings
from tests.console.citizens.browser import CALLBACK, Portal, code_in
from tests.console.officers.chromium import FOUND, PATIENCE_S, Chromium, browsing
from tests.serving import Serving, serving

ALONE, TRADER = "024076000001", "092168000001"  # each consents once: a second time nobody is asked

pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium here, and to install it takes rights")


@pytest.fixture(scope="module")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving(settings, tmp_path_factory.mktemp("chromium"), "chromium_") as started:
        yield started


async def from_another_site(browser: Chromium, address: str) -> None:
    """Follow a link on somebody else's page."""
    await browser.go("data:text/html," + quote(f'<main><a href="{address}">on</a></main>'))
    await browser.focus("a")
    await browser.press()


async def arrived(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not holds():  # noqa: ASYNC110  the browser tells nobody
            await asyncio.sleep(0.05)


async def shown(browser: Chromium, path: str) -> None:
    """Wait until a page of this path stands still; the pages before it move on by themselves."""
    there = f"document.readyState === 'complete' && location.pathname === '{path}'"
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(RuntimeError):  # it was on its way just then
                if await browser.evaluate(there):
                    return
            await asyncio.sleep(0.05)


async def test_a_citizen_comes_from_a_portal_of_another_site_agrees_and_returns(
    served: Serving, tmp_path: Path
) -> None:
    portal = Portal(served.issuer, served.home)
    async with browsing(tmp_path / "profile") as browser:
        await from_another_site(browser, served.issuer + portal.address())
        await browser.picture(tmp_path / "1-provider.png")
        assert await browser.path() == "/demo/provider/authorize"
        await browser.focus(f"button[value='{ALONE}']")
        await browser.press()
        await shown(browser, "/my/consent")
        await browser.picture(tmp_path / "2-question.png")
        assert "Full name" in await browser.text()
        await browser.focus("button[value=yes]")
        await browser.tap("Enter")
        await arrived(lambda: any(url.startswith(CALLBACK) for url in browser.requested))
        tokens = portal.exchange(code_in(next(url for url in browser.requested if url.startswith(CALLBACK)))).json()
        answer = portal.ask(tokens["access_token"], "{ me { fullName } }").json()
        assert answer["data"]["me"]["fullName"] == "Vũ Đức Thắng"

        await browser.go(served.issuer + "/my/consents?lang=en")
        await shown(browser, "/my/consents")  # what was heard may have been the end of the page before
        await browser.picture(tmp_path / "3-own.png")
        assert "What I have agreed to" in await browser.text()
        await from_another_site(browser, served.issuer + "/my/consents")
        assert await browser.path() == "/demo/provider/authorize"  # the session did not come along
        assert [said for said in browser.complaints if "Security Policy" in said] == []


async def test_a_citizen_sees_who_looked_complains_and_takes_it_back_on_a_phone_by_keyboard(
    served: Serving, tmp_path: Path
) -> None:
    portal = Portal(served.issuer, served.home)
    async with browsing(tmp_path / "profile") as browser:
        await browser.send(
            "Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True
        )
        await browser.go(served.issuer + portal.address())
        await browser.focus(f"button[value='{TRADER}']")
        await browser.press()
        await shown(browser, "/my/consent")
        await browser.focus("button[value=yes]")
        await browser.tap("Enter")
        await arrived(lambda: any(url.startswith(CALLBACK) for url in browser.requested))
        tokens = portal.exchange(code_in(next(url for url in browser.requested if url.startswith(CALLBACK)))).json()
        assert portal.ask(tokens["access_token"], "query Phone { me { fullName } }").status_code == 200

        await listed(browser, served.issuer + "/my/disclosures?lang=en", "Government Office")
        assert "Looked up" in await browser.text()
        assert await browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await browser.picture(tmp_path / "4-who-looked.png")

        await browser.focus("article a[href*=complaint]")
        await browser.press()
        await browser.focus("#reason")
        await browser.write("Tôi không yêu cầu việc này.")
        await browser.focus("main form button")
        await browser.press()
        await shown(browser, "/my/cases")
        await browser.picture(tmp_path / "5-complaint.png")
        assert "Being looked into" in await browser.text()
        await browser.focus("button.alarm")
        await browser.press()
        await shown(browser, "/my/cases")
        assert "You withdrew it" in await browser.text()
        assert [told for told in browser.complaints if "Security Policy" in told] == []


async def listed(browser: Chromium, address: str, said: str) -> None:
    """Open the page until it shows this: what was recorded is sealed within a second or so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await browser.go(address)
            await shown(browser, "/my/disclosures")  # what was heard may have been the end of the page before
            if said in await browser.text():
                return
            await asyncio.sleep(0.5)
