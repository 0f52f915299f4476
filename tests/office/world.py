"""The office as these tests see it: people at its door, and documents sent by hand."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette

from auth.officers.door import TOKEN_HEADER
from auth.officers.sessions import OfficerSession
from office import visitor
from office.answer import Question, answer
from office.context import Context, Office
from office.door import Door
from office.endpoint import Endpoint
from office.errors import NotAnswered
from office.schema import executable, schema
from office.visitor import Visitor
from tests.auth.officers.conftest import ORIGIN, Room
from tests.auth.world import Installation, settled

WHY = "invented"
ROLES = {
    "an": ("proposer",),
    "binh": ("approver",),
    "chi": ("proposer", "approver"),
    "dung": ("auditor",),
    "em": ("operator",),
}
CHANGED = "{ __typename ... on Done { act target made { what name } secret enrolmentCode repeated "
CHANGED += "inForce { serving refusing of } } "
CHANGED += "... on SignatureRequired { change options } ... on Refusal { code message } ... on Invalid { names } }"

DIGEST = "query($n: ID!) { proposal(number: $n) { digest state } }"


def key() -> str:
    return secrets.token_hex(8)


@dataclass
class Place:
    """One process with its office, its officers' room, and an officer's hands in its database."""

    installation: Installation
    office: Office
    room: Room
    secrets: dict[str, str] = field(default_factory=dict)
    ledger: str = ""

    async def officer(self, name: str) -> Visitor:
        """An officer who is signed in with two passkeys; the visitor as of this request."""
        if name not in self.secrets:
            self.secrets[name] = await self.room.officer(name, *ROLES[name])
        return visitor.officer(await self.session(name))

    async def session(self, name: str) -> OfficerSession:
        return await self.room.session(self.secrets[name])

    async def ask(self, who: Visitor, document: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer."""
        context = Context(who, self.office)
        data = await answer(executable(schema()), Question(document, None, variables), context)
        if context.renewed is not None:
            self.secrets[who.actor.name] = context.renewed
        plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
        return plain

    async def refused(self, who: Visitor, document: str, **variables: Any) -> list[dict[str, Any]]:
        """The errors of a question that is not answered."""
        try:
            data = await self.ask(who, document, **variables)
        except NotAnswered as ended:
            return [error.as_json() for error in ended.errors]
        raise AssertionError(f"it was answered: {data}")

    async def change(self, who: Visitor, name: str, change: Mapping[str, Any], **given: Any) -> dict[str, Any]:
        """What one mutation answers."""
        type_ = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation($c: {type_}!, $k: String!, $s: String) "
        document += f"{{ it: {name}(change: $c, idempotencyKey: $k, signature: $s) {CHANGED} }}"
        data = await self.ask(who, document, c=change, k=given.get("key") or key(), s=given.get("signature"))
        found: dict[str, Any] = data["it"]
        return found

    async def signs(self, officer: str, name: str, change: Mapping[str, Any], **given: Any) -> dict[str, Any]:
        """The same by an officer, whose passkey signs what it is asked to sign."""
        told = await self.change(await self.officer(officer), name, change, **given)
        if told["__typename"] != "SignatureRequired":
            return told
        signature = self.room.passkeys[officer][0].get(told["options"])
        return await self.change(await self.officer(officer), name, change, **given, signature=signature)

    async def approves(self, officer: str, proposal: str) -> dict[str, Any]:
        """An approval of what the proposal says now."""
        found = await self.ask(
            await self.officer(officer), "query($n: ID!) { proposal(number: $n) { digest } }", n=proposal
        )
        return await self.signs(officer, "approveProposal", {"proposal": proposal, "body": found["proposal"]["digest"]})

    async def settled(self) -> None:
        """Wait until this process decides by the latest revision."""
        await settled(self.installation)

    @property
    def http(self) -> httpx2.AsyncClient:
        """A client of the endpoint. Nothing is sent by itself: no cookie, no token."""
        door = Door(self.installation.authority, self.room.here, f"{ORIGIN}/.well-known/oauth-protected-resource")
        app = Starlette(routes=[Endpoint(self.office, door, headers={}).route()])
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=ORIGIN)

    async def browser(self, name: str) -> dict[str, str]:
        """What the browser of an officer sends along."""
        await self.officer(name)
        session = await self.session(name)
        cookie = f"{self.room.here.cookie.name}={session.secret}"
        return {"cookie": cookie, "sec-fetch-site": "same-origin", "origin": ORIGIN, TOKEN_HEADER: session.form_token}
