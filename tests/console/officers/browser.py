"""A browser as far as these pages need one: cookies, forms, the headers that say who sent what, and our one script."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.auth.officers.authenticator import Authenticator


@dataclass
class Form:
    """A form of a page."""

    action: str
    passkey: list[str]
    options: list[str]
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            steps, options = said.get("data-passkey", ""), said.get("data-options", "")
            self.forms.append(Form(said["action"], steps.split(), options.split()))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[said["name"]] = said.get("value", "")

    def handle_data(self, data: str) -> None:
        self.text += data


class Refused(Exception):
    """What our script would say."""

    def __init__(self, answer: httpx2.Response) -> None:
        super().__init__(answer.json()["code"])
        self.answer = answer


@dataclass
class Browser:
    """One browser at one installation. `site` and `origin` are what it says of the page that sent a form."""

    http: httpx2.AsyncClient
    origin: str
    site: str = "same-origin"

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        return await self.http.get(path, headers={"Accept-Language": "en", **headers})

    async def form(self, path: str, action: str | None = None) -> Form:
        page = await self.get(path)
        assert page.status_code == 200, (page.status_code, page.text)
        forms = Forms(page.text).forms
        return next(form for form in forms if form.action == action or (action is None and form.passkey))

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx2.Response:
        sent = {"Sec-Fetch-Site": self.site, "Origin": self.origin, "Accept-Language": "en", **headers}
        return await self.http.post(path, data=fields, headers=sent)

    async def ask(self, path: str, form: Form) -> dict[str, Any]:
        """What our script asks for before a passkey does anything."""
        answer = await self.post(path, form.fields)
        if answer.status_code != 200:
            raise Refused(answer)
        said = answer.json()
        form.fields.update({name: said[name] for name in ("form_token",) if name in said})
        options: dict[str, Any] = said["options"]
        return options

    async def use(self, form: Form, *passkeys: Authenticator, **fields: str) -> httpx2.Response:
        """Submit a form with a passkey, as our script does: one passkey for each step."""
        form.fields.update(fields)
        for step, path, passkey in zip(form.passkey, form.options, passkeys, strict=True):
            options = json.loads(json.dumps(await self.ask(path, form)))
            form.fields["answer"] = passkey.get(options) if step == "get" else passkey.create(options)
        return await self.post(form.action, form.fields)
