"""An office on a migrated database of the test's own, with officers who hold passkeys in software."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from auth.acts.desk import desk_at
from auth.caller import Caller
from auth.officers.door import Officers
from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from ledger.archive.archives import Archives, Registered
from ledger.insight.books import BooksReader
from office.context import Office
from tests.auth.conftest import database, installing, with_desk
from tests.auth.databases import lent
from tests.auth.officers.conftest import ORIGIN, Room
from tests.auth.world import CATALOGUE, communes_of
from tests.ledger.archive.world import ARCHIVE_KEY, EPOCHS
from tests.office.world import Place

LEDGER = "lienthong.example/ledger"


def works(text: str, variables: Mapping[str, Any], caller: Caller) -> list[str]:
    """Stands for the graph: a document is a list of scopes, and works for whoever holds them all."""
    return [f"SCOPE_REQUIRED {scope}" for scope in text.split() if scope not in caller.rights.reach]


def recorded_as(text: str) -> list[str]:
    """Stands for the graph: the ledger knows a document by the first letters of its text."""
    return [text[:16].encode().hex()]


@asynccontextmanager
async def office(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Place]:
    async with (
        database(postgres, templates, worker) as dsn,
        lent(postgres, database_name(templates, "ledger"), worker) as ledger,
        installing(dsn) as install,
    ):
        here = await with_desk(await install())
        async with desk_at(dsn, catalogue=CATALOGUE, communes_of=communes_of, files=here.files, demo=True) as desk:
            room = Room(Officers(desk.engine, ORIGIN))
            archives = Archives([Registered(LEDGER, ledger, lambda: EPOCHS)], ARCHIVE_KEY)
            parts = works, recorded_as, archives, BooksReader(ledger)
            yield Place(here, Office(desk, here.authority.snapshot, room.here, *parts), room, ledger=ledger)
            await archives.close()


@pytest.fixture
async def place(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Place]:
    async with office(postgres, templates, worker) as made:
        yield made


@pytest.fixture(scope="module")
async def shared(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Place]:
    """The same for tests that do not mind each other."""
    async with office(postgres, templates, worker) as made:
        yield made
