"""A portal in an installation of these tests, and the citizens who use it: everything but browser and provider.

All people are invented; no province has the code 000.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from joserfc import jws

from auth.access.tokens import Claims
from auth.acts.desk import desk_at
from auth.caller import Caller
from auth.citizens.answers import Yes, said_yes
from auth.citizens.asked import Asked, understood
from auth.citizens.desk import CitizenDesk, opened
from auth.citizens.representation import RegisterSilent, Represented
from auth.oauth.authorization import Arrived, arrive
from auth.oauth.bridge import Answer
from auth.oauth.metadata import PAR
from auth.oauth.par import push
from tests.auth.world import BORN, CATALOGUE, NAME, Installation, communes_of, settled
from tests.waiting import at_once

ANH, BE, STRANGER = "000000000001", "000000000002", "000000000003"
CALLBACK = "https://portal.example/back?tab=1"
PURPOSE = "tax"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"


def challenge(verifier: str = VERIFIER) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Registers:
    """Who represents whom, as the registers would say it."""

    represented: dict[str, list[Represented]] = field(default_factory=dict)
    silent: bool = False

    async def __call__(self, citizen: str) -> Sequence[Represented]:
        if self.silent:
            raise RegisterSilent("they are silent")
        return self.represented.get(citizen, [])


@dataclass
class Portal:
    """Client `portal` of one process."""

    made: Installation
    desk: CitizenDesk
    registers: Registers
    client: str = "portal"

    def request(self, **changed: Any) -> dict[str, str]:
        """A good authorization request, changed as told; a parameter given as None is left out."""
        form: dict[str, Any] = {
            **self.made.form(self.client, f"{NAME} {BORN}", purpose=PURPOSE),
            "response_type": "code",
            "redirect_uri": CALLBACK,
            "state": "portal-state",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changed,
        }
        del form["grant_type"]
        return {name: value for name, value in form.items() if value is not None}

    async def push(self, proof: str | None = None, **changed: Any) -> Answer:
        return await self.send(self.request(**changed), proof)

    async def send(self, form: dict[str, str], proof: str | None = None) -> Answer:
        """What is said to a form that came in by the door."""
        server = self.made.server
        return await server.respond(PAR, form, partial(push, server), proof=proof)

    async def pushed(self, **changed: Any) -> str:
        """The name of a request that was taken."""
        answer = await self.push(**changed)
        assert answer.status == 201, answer.body
        return str(answer.body["request_uri"])

    async def arrived(self, request_uri: str | None = None, **changed: Any) -> Arrived | None:
        """What a browser brought that arrived with this name, or with that of a new request."""
        name = request_uri or await self.pushed(**changed)
        async with self.desk.engine.begin() as connection:
            return await arrive(connection, self.client, name)

    async def asked(self, **changed: Any) -> Asked:
        arrived = await self.arrived(**changed)
        assert arrived is not None
        async with self.desk.engine.begin() as connection:
            return await understood(connection, arrived, self.desk.authority.snapshot())

    async def code(self, citizen: str = ANH, child: Represented | None = None, **changed: Any) -> str:
        """A code that this citizen's yes brought."""
        address = await said_yes(self.desk, await self.asked(**changed), yes(citizen, child))
        return parse_qs(urlsplit(address).query)["code"][0]

    def exchanging(self, code: str, **changed: Any) -> dict[str, str]:
        form: dict[str, Any] = {
            **self.made.form(self.client, purpose=None),
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changed,
        }
        return {name: value for name, value in form.items() if value is not None}

    async def exchange(self, code: str, *, proof: str | None = None, **changed: Any) -> Answer:
        return await self.made.server.token(self.exchanging(code, **changed), proof=proof)

    async def refresh(self, token: str, *, proof: str | None = None, **changed: Any) -> Answer:
        form = self.made.form(self.client, purpose=None, grant_type="refresh_token", refresh_token=token, **changed)
        return await self.made.server.token(form, proof=proof)

    def caller(self, answer: Answer) -> Caller:
        """Who bears the access token of this answer, at this process."""
        return at_once(self.made.authority.caller(f"Bearer {answer.body['access_token']}"))

    def claims(self, answer: Answer) -> Claims:
        payload = jws.extract_compact(str(answer.body["access_token"]).encode()).payload
        return msgspec.json.decode(payload or b"", type=Claims)


def yes(citizen: str = ANH, child: Represented | None = None) -> Yes:
    return Yes(citizen, child, "vi", hashlib.sha256(b"what was shown").digest())


async def add_portal(made: Installation, **columns: Any) -> None:
    """A portal of G22 that may read a citizen's own name and birth; `columns` are those of its client."""
    await made.add_client("portal", agency="G22", **{"kind": "portal", "redirect_uris": [CALLBACK], **columns})
    await made.grant(NAME, BORN, agency="G22", purpose=PURPOSE, reach="self")
    await settled(made)


@asynccontextmanager
async def portal_at(made: Installation) -> AsyncIterator[Portal]:
    """The portal as this process sees it."""
    registers = Registers()
    async with (
        desk_at(made.dsn, catalogue=CATALOGUE, communes_of=communes_of, files=made.files) as acts,
        opened(made.dsn, made.authority, acts, None, registers) as desk,
    ):
        made.server.still_acts = desk.still_acts
        yield Portal(made, desk, registers)


def child_born(born: str, pin: str = BE) -> Represented:
    return Represented(pin, "Nguyễn Thị Bé", born)
