"""Migrated books of the test's own."""

from collections.abc import AsyncIterator

import pytest

from installation.postgres import Postgres
from installation.settings import Settings
from ledger.insight.books import BooksReader
from tests.ledger.insight.filled import Filled, filling


@pytest.fixture
async def filled(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Filled]:
    async with filling(postgres, templates, worker) as made:
        yield made


@pytest.fixture
def books(filled: Filled) -> BooksReader:
    return BooksReader(filled.dsn)
