"""Migrated books of the test's own."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest

from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.insight.books import Books
from tests.ledger.insight.filled import Filled

_numbers = count(1)


@pytest.fixture
async def filled(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Filled]:
    """Empty books, and a hand that fills them."""
    name = f"insight_{worker}_{next(_numbers)}"
    server = await asyncpg.connect(postgres.url("postgres"))
    await server.execute(f'create database {name} template "{database_name(templates, "ledger")}"')
    await server.close()
    connection = await asyncpg.connect(postgres.url(name))
    yield Filled(postgres.url(name), connection)
    await connection.close()


@pytest.fixture
def books(filled: Filled) -> Books:
    return Books(filled.dsn)
