"""Ledgers with books, and the archives that read them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.archive.archives import Archives
from tests.auth.databases import lent
from tests.ledger.archive.world import Books, archives


@asynccontextmanager
async def books_at(postgres: Postgres, templates: Settings, worker: str, origin: str) -> AsyncIterator[Books]:
    """An empty ledger of this test alone."""
    async with lent(postgres, database_name(templates, "ledger"), worker) as dsn:
        connection = await asyncpg.connect(dsn)
        try:
            yield Books(connection, dsn, origin)
        finally:
            await connection.close()


@pytest.fixture
async def books(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Books]:
    async with books_at(postgres, templates, worker, "lienthong.example/ledger") as made:
        yield made


@pytest.fixture
async def land(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Books]:
    """The ledger of another ministry."""
    async with books_at(postgres, templates, worker, "land.example/ledger") as made:
        yield made


@pytest.fixture
async def here(books: Books) -> AsyncIterator[Archives]:
    """The one ledger."""
    async with AsyncExitStack() as opened:
        made = archives(books)
        opened.push_async_callback(made.close)
        yield made


@pytest.fixture
async def both(books: Books, land: Books) -> AsyncIterator[Archives]:
    """Two ledgers, this installation's own first."""
    async with AsyncExitStack() as opened:
        made = archives(books, land)
        opened.push_async_callback(made.close)
        yield made
