"""An office: officers, two agencies and a desk on a migrated database of the test's own."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from joserfc.jwk import ECKey

from auth.acts.actors import Actor
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


async def _client(office: Office, name: str, agency: str) -> Actor:
    key = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": name}
    statement = "insert into clients (client, agency, name, public_keys) values ($1, $2, $1, $3)"
    await office.connection.execute(statement, name, agency, json.dumps({"keys": [key]}))
    return Actor("agency", name, agency)


@pytest.fixture
async def desk_client(office: Office) -> Actor:
    """G01, through its client `desk`."""
    return await _client(office, "desk", "G01")


@pytest.fixture
async def other_client(office: Office) -> Actor:
    """G12, through its client `other`."""
    return await _client(office, "other", "G12")
