"""An office: officers, two agencies and a desk on a migrated database of the test's own."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from joserfc.jwk import ECKey

from auth.acts.actors import Actor
from auth.acts.desk import CONNECTIONS, Desk
from auth.database import engine_of
from tests.auth.acts.people import OFFICERS, Office
from tests.auth.world import BASIS, CATALOGUE, Files, communes_of

PATIENCE_S = 30.0
"""Twenty who act at once wait for each other; on a busy machine longer than a client would."""


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
    engine = engine_of(dsn, CONNECTIONS, PATIENCE_S)
    desk = Desk(engine, CATALOGUE, communes_of, Files(), now=lambda: datetime.now(UTC) + clock[0])
    yield Office(desk, connection, dsn, clock)
    await engine.dispose()
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
