"""An office: officers, two agencies and a desk on a migrated database of the test's own."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from auth.acts.desk import desk_at
from tests.auth.acts.people import OFFICERS, Office
from tests.auth.world import BASIS, CATALOGUE, Files, communes_of


async def furnish(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for officer, roles in OFFICERS.items():
        statement = "insert into officers (officer, name, roles) values ($1, $1, $2)"
        await connection.execute(statement, officer, roles)
    for agency in ("G01", "G12"):
        statement = "insert into agencies (agency, name_vi, name_en) values ($1, $1, $1)"
        await connection.execute(statement, agency)
    for purpose in ("security", "tax"):
        statement = "insert into purposes values ($1, $2, $1, $1, 12)"
        await connection.execute(statement, purpose, BASIS)


@pytest.fixture
async def office(dsn: str) -> AsyncIterator[Office]:
    connection = await asyncpg.connect(dsn)
    await furnish(connection)
    clock = [timedelta()]
    async with desk_at(
        dsn, catalogue=CATALOGUE, communes_of=communes_of, files=Files(), now=lambda: datetime.now(UTC) + clock[0]
    ) as desk:
        yield Office(desk, connection, clock)
    await connection.close()
