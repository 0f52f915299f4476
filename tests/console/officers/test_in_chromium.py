"""The pages in a real browser, by keyboard: two passkeys are enrolled, one signs in, and one signs a change."""

import asyncio
from pathlib import Path

import pytest

from auth.officers import codes
from tests.console.officers.chromium import FOUND, Chromium, browsing
from tests.console.officers.conftest import House
from tests.console.officers.proposing import grant, propose

pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium here, and to install it takes rights")


async def enroll_second(browser: Chromium) -> str:
    """Sign with the passkey that is plugged in; once it has signed, plug in the other one."""
    await browser.focus("main form button")
    browser.loaded.clear()
    browser.signed.clear()
    await browser.tap("Enter")
    await asyncio.wait_for(browser.signed.wait(), 30)
    second = await browser.plug_in()
    await asyncio.wait_for(browser.loaded.wait(), 30)
    return second


async def test_an_officer_enrolls_signs_in_and_approves_with_passkeys_by_keyboard(house: House, tmp_path: Path) -> None:
    number, code = await propose(house, grant()), codes.fresh()
    link = await house.link("lan", "approver", code=code)
    async with browsing(tmp_path / "profile", house.certificate.file) as browser:
        first = await browser.plug_in()
        await browser.go(f"{house.origin}/console/enroll?lang=en#{link}")
        await browser.focus("#code")
        await browser.write("0" * codes.LENGTH)
        await browser.tap("Enter")
        await browser.alarmed()
        assert "wrong code" in await browser.text()
        await browser.picture(tmp_path / "1-enroll.png")
        await browser.focus("#code")
        await browser.write(code.lower())
        await browser.press()
        assert await browser.path() == "/console/passkeys"
        await browser.picture(tmp_path / "2-second.png")
        await enroll_second(browser)
        assert await browser.path() == "/console/"
        assert "First passkey" in await browser.text()
        assert "Second passkey" in await browser.text()
        await browser.picture(tmp_path / "3-account.png")

        await browser.focus("form[action='/console/sign-out'] button")
        await browser.press()
        assert await browser.path() == "/console/sign-in"
        await browser.picture(tmp_path / "4-sign-in.png")
        await browser.press()  # the button has the focus
        assert await browser.path() == "/console/"

        await browser.go(f"{house.origin}/console/proposals/{number}")
        await browser.picture(tmp_path / "5-proposal.png")
        assert "identity:citizen.full_name:read" in await browser.text()
        await browser.focus("main form button")
        await browser.press()
        assert "recorded as number" in await browser.text()
        await browser.picture(tmp_path / "6-done.png")
        assert await house.run("select state from proposals where proposal = :number", number=number) == [("approved",)]

        await browser.go(f"{house.origin}/console/proposals/{number}?lang=vi")
        await browser.picture(tmp_path / "7-vietnamese.png")
        assert "Cấp quyền đọc" in await browser.text()
        await browser.present(first, enabled=False)
        refused = [text for text in browser.complaints if "status of 403" in text]
        assert browser.complaints == refused  # nothing was blocked by the policy of content, nothing failed to load
        assert len(refused) == 1  # the wrong code


async def test_a_passkey_that_nobody_touches_is_told_and_changes_nothing(house: House, tmp_path: Path) -> None:
    await house.link("lan-1")
    async with browsing(tmp_path / "profile", house.certificate.file) as browser:
        await browser.plug_in()
        await browser.go(f"{house.origin}/console/sign-in?lang=en")
        await browser.tap("Enter")
        await browser.alarmed()
        assert "Nothing was changed" in await browser.text()
        assert not await browser.evaluate("document.querySelector('main form button').disabled")
        assert await browser.path() == "/console/sign-in"


async def test_our_page_does_not_show_in_a_frame(house: House, tmp_path: Path) -> None:
    async with browsing(tmp_path / "profile", house.certificate.file) as browser:
        await browser.go(f"{house.origin}/console/static/plain.css")
        await browser.evaluate(
            "document.body.innerHTML = ''; new Promise((done) => { const f = document.createElement('iframe');"
            " f.onload = done; f.src = '/console/sign-in'; document.body.append(f); })"
        )
        assert await browser.evaluate("document.querySelector('iframe').contentDocument === null")
