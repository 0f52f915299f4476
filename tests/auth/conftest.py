"""Processes of an installation over a migrated database of the test's own."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from auth.opening import opened
from auth.scopes import Catalogue
from installation.databases import database_name
from installation.postgres import Postgres
from installation.settings import Settings
from tests.auth.databases import lent
from tests.auth.logs import Logged
from tests.auth.portals import Portal, add_portal, portal_at
from tests.auth.world import BASIS, BORN, CATALOGUE, ISSUER, NAME, Files, Installation, communes_of, settled

Install = Callable[..., Awaitable[Installation]]


def database(postgres: Postgres, templates: Settings, worker: str) -> contextlib.AbstractAsyncContextManager[str]:
    """The URL of a migrated, empty database of the authority."""
    return lent(postgres, database_name(templates, "auth"), worker)


@contextlib.asynccontextmanager
async def installing(dsn: str) -> AsyncIterator[Install]:
    async with contextlib.AsyncExitStack() as processes:
        host = Path(processes.enter_context(tempfile.TemporaryDirectory()))

        async def start(files: Files | None = None, catalogue: Catalogue = CATALOGUE) -> Installation:
            files = files if files is not None else Files()
            server = await processes.enter_async_context(
                opened(
                    dsn,
                    issuer=ISSUER,
                    catalogue=catalogue,
                    communes_of=communes_of,
                    files=files,
                    proofs=host / "proofs.db",
                )
            )
            connection = await asyncpg.connect(dsn)
            processes.push_async_callback(connection.close)
            return Installation(dsn, server, connection, files)

        yield start


async def with_desk(made: Installation) -> Installation:
    """The purposes `security` and `tax`, and client `desk` of G01, granted names and births everywhere for one."""
    for code in ("security", "tax"):
        await made.insert(
            "purposes", purpose=code, legal_basis=BASIS, title_vi=code, title_en=code, retention_months=12
        )
    await made.add_client("desk")
    await made.grant(NAME, BORN)
    await settled(made)
    return made


@pytest.fixture
async def dsn(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[str]:
    """A migrated, empty database of the authority, of this test alone."""
    async with database(postgres, templates, worker) as made:
        yield made


@pytest.fixture
async def install(dsn: str) -> AsyncIterator[Install]:
    """Starts further processes on the same database; all are closed at the end."""
    async with installing(dsn) as start:
        yield start


@pytest.fixture
async def here(install: Install) -> Installation:
    """An installation with client `desk`, of this test alone."""
    return await with_desk(await install())


@pytest.fixture(scope="module")
async def unchanged(postgres: Postgres, templates: Settings, worker: str) -> AsyncIterator[Installation]:
    """The same for tests that change no row of it but used assertions."""
    async with database(postgres, templates, worker) as dsn, installing(dsn) as start:
        yield await with_desk(await start())


@pytest.fixture
async def portal(here: Installation) -> AsyncIterator[Portal]:
    """Client `portal`, registered for Bearer tokens, and the citizens who use it."""
    await add_portal(here)
    async with portal_at(here) as made:
        yield made


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Logged:
    """What this test makes the program say, down to what is said while looking for faults."""
    caplog.set_level("DEBUG")
    return Logged(caplog, capsys)


@pytest.fixture(scope="module")
async def same_portal(unchanged: Installation) -> AsyncIterator[Portal]:
    """The same for tests that change no row of it but requests that were pushed."""
    await add_portal(unchanged, tokens_per_minute=100_000)
    async with portal_at(unchanged) as made:
        yield made
