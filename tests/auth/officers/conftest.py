"""Officers of a test's own database, with passkeys in software."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, text

from auth.database import engine_of
from auth.officers import enrolment, second, sign_in
from auth.officers.door import Officers
from auth.officers.sessions import OfficerSession, find
from auth.tables import officers as rows
from tests.auth.officers.authenticator import Authenticator

ORIGIN = "http://localhost:8000"
BROWSER = "Tests/1"


@dataclass
class Room:
    """The officers' room of one process, and the passkeys that people have in their hands."""

    here: Officers
    passkeys: dict[str, list[Authenticator]] = field(default_factory=dict)

    async def admit(self, officer: str, *roles: str) -> None:
        """An officer who has no passkey yet."""
        row = {"officer": officer, "name": f"Officer {officer}", "roles": list(roles or ("proposer", "approver"))}
        async with self.here.engine.begin() as connection:
            await connection.execute(insert(rows).values(row))

    async def link(self, officer: str) -> str:
        async with self.here.engine.begin() as connection:
            return await enrolment.open_link(connection, officer)

    async def enroll(self, officer: str) -> str:
        """The first passkey, by a link; the secret of the session that began."""
        secret, passkey = await self.link(officer), Authenticator(ORIGIN)
        options = await enrolment.begin(self.here, secret)
        enrolled = await enrolment.finish(self.here, secret, passkey.create(options), "First", BROWSER)
        self.passkeys[officer] = [passkey]
        return enrolled.secret

    async def add_second(self, officer: str, secret: str) -> str:
        """The second passkey; the session's secret afterwards."""
        first, other = self.passkeys[officer][0], Authenticator(ORIGIN)
        asked = await second.begin(self.here, await self.session(secret), "Second")
        options, secret = await second.allow(self.here, await self.session(secret), first.get(asked))
        await second.finish(self.here, await self.session(secret), other.create(options))
        self.passkeys[officer].append(other)
        return secret

    async def officer(self, officer: str, *roles: str) -> str:
        """An officer with two passkeys who is signed in; the secret of the session."""
        await self.admit(officer, *roles)
        return await self.add_second(officer, await self.enroll(officer))

    async def sign_in(self, officer: str, which: int = 0) -> str:
        options = await sign_in.begin(self.here)
        return await sign_in.finish(self.here, self.passkeys[officer][which].get(options), BROWSER)

    async def session(self, secret: str) -> OfficerSession:
        session = await self.look(secret)
        assert session is not None
        return session

    async def look(self, secret: str) -> OfficerSession | None:
        async with self.here.engine.begin() as connection:
            return await find(connection, secret)

    async def run(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """A statement of somebody who has the database in hand: time passes, officers are removed."""
        async with self.here.engine.begin() as connection:
            answer = await connection.execute(text(statement), values)
            return [tuple(row) for row in answer] if answer.returns_rows else []


@pytest.fixture
async def room(dsn: str) -> AsyncIterator[Room]:
    engine = engine_of(dsn, 20, 30)
    yield Room(Officers(engine, ORIGIN))
    await engine.dispose()
