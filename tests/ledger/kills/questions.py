"""What the clients ask: profiles with the people around them, and now and then something that is refused."""

import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg

from bench.hammer import request_of
from commands.demo import token
from installation.databases import database_url
from installation.settings import Settings

TOKEN_SECONDS = 180.0  # a token lives five minutes
PEOPLE = 400
REFUSED = 40
PROFILE = "query Profile($pin: PersonalNumber!) { citizen(pin: $pin) { %s } }"
GRANTED = PROFILE % "fullName dateOfBirth household { members { person { fullName } } } residences { kind }"
WIDEST, NARROW = "public-security", "statistics"  # the second may find nobody by number


@dataclass(slots=True)
class Questions:
    """Requests whose tokens are good for the next minutes."""

    settings: Settings
    _requests: Sequence[bytes] = ()
    _made: float = field(default=float("-inf"))

    async def requests(self) -> Sequence[bytes]:
        if time.monotonic() - self._made > TOKEN_SECONDS:
            self._requests = await self._fetched()
            self._made = time.monotonic()
        return self._requests

    async def _fetched(self) -> Sequence[bytes]:
        pins = await self._pins()
        wide, narrow = await asyncio.gather(token(self.settings, WIDEST), token(self.settings, NARROW))
        granted = [request_of(_body(GRANTED, pin), wide) for pin in pins]
        refused = [request_of(_body(PROFILE % "sex", pin), narrow) for pin in pins[:REFUSED]]
        random.Random(PEOPLE).shuffle(both := [*granted, *refused])  # noqa: S311 - in any order
        return both

    async def _pins(self) -> list[str]:
        connection = await asyncpg.connect(database_url(self.settings, "identity"))
        try:
            rows = await connection.fetch("select pin from citizens order by pin limit $1", PEOPLE)
        finally:
            await connection.close()
        return [row[0] for row in rows]


def _body(query: str, pin: str) -> bytes:
    return json.dumps({"query": query, "variables": {"pin": pin}}).encode()
