"""What goes with every page: nobody frames it, no foreign script runs in it, no copy of it is kept."""

import re

import pytest

from tests.console.officers.conftest import House


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/enroll", "/console/sign-in?lang=vi"])
async def test_a_page_runs_our_script_only_and_stands_in_no_frame(house: House, path: str) -> None:
    page = await (await house.browser()).get(path)
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == policy["default-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == policy["connect-src"] == "'self'"
    nonce = re.fullmatch(r"'nonce-([\w-]{20,})'", policy["script-src"])
    assert nonce is not None
    assert policy["style-src"] == policy["script-src"]
    loaded = re.findall(r"<script[^>]*>|<link rel=.stylesheet[^>]*>", page.text)
    assert len(loaded) == 2
    assert all(f'nonce="{nonce[1]}"' in tag for tag in loaded)
    assert page.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"


async def test_every_page_has_a_nonce_of_its_own(house: House) -> None:
    browser = await house.browser()
    policies = {(await browser.get("/console/sign-in")).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


async def test_a_page_loads_nothing_from_elsewhere_and_has_no_inline_code(house: House) -> None:
    browser = await house.officer("hoa")
    pages = [(await browser.get(path)).text for path in ("/console/", "/console/proposals", "/console/sign-in")]
    for page in pages:
        assert not re.search(r'(?:src|href|action)="(?!/|\?|#)', page)
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=|javascript:", page)


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("vi", "vi"),
        ("en-GB,en;q=0.9", "en"),
        ("fr, en;q=0.5, vi;q=0.8", "vi"),
        ("fr", "vi"),
        ("en;q=x", "vi"),
        ("", "vi"),
    ],
)
async def test_a_page_speaks_the_language_that_the_browser_prefers(house: House, accepts: str, language: str) -> None:
    page = await (await house.browser()).get("/console/sign-in", **{"Accept-Language": accepts})
    assert f'<html lang="{language}">' in page.text


async def test_a_reader_changes_the_language_and_it_stays(house: House) -> None:
    browser = await house.browser()
    page = await browser.get("/console/sign-in?next=/console/proposals")
    link = re.search(r'href="(\?[^"]*lang=vi)"', page.text)
    assert link is not None
    assert "next=%2Fconsole%2Fproposals" in link[1]
    assert '<html lang="vi">' in (await browser.get("/console/sign-in" + link[1].replace("&amp;", "&"))).text
    assert '<html lang="vi">' in (await browser.get("/console/sign-in")).text


async def test_what_is_in_an_address_does_not_become_part_of_a_page(house: House) -> None:
    browser = await house.officer("hoa-1")
    hostile = '"><script>alert(1)</script>'
    pages = [
        await browser.http.get("/console/sign-in", params={"next": hostile, "x": hostile, "lang": hostile}),
        await browser.http.get("/console/sign", params={"act": "grant.revoke", "grant": hostile}),
        await browser.http.get("/console/sign", params={"act": hostile}),
    ]
    assert [page.status_code for page in pages] == [200, 200, 400]
    assert all("<script>alert" not in page.text for page in pages)


@pytest.mark.parametrize("name", ["passkey.js", "plain.css"])
async def test_our_files_are_served_and_nothing_beside_them(house: House, name: str) -> None:
    browser = await house.browser()
    file = await browser.get(f"/console/static/{name}")
    assert (file.status_code, file.headers["cache-control"]) == (200, "no-cache")
    assert file.headers["x-content-type-options"] == "nosniff"
    kept = await browser.get(f"/console/static/{name}", **{"If-None-Match": file.headers["etag"]})
    assert kept.status_code == 304
    for outside in ("../pages.py", "%2e%2e/pages.py", "..%2fpages.py", ""):
        assert (await browser.get(f"/console/static/{outside}")).status_code == 404
