"""One invented nation for the properties, seeded once per worker; copies of it are served and changed."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import count

import asyncpg
import pytest

from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains
from installation.databases import DOMAINS, database_name, database_urls
from installation.postgres import Postgres
from installation.settings import Settings
from synthetic.seed import seed
from tests.properties.arguments import Arguments
from tests.properties.exploring import Serve
from tests.properties.grants import Grants
from tests.properties.interference import Trial
from tests.properties.met import Met
from tests.properties.nation import CITIZENS, SEED, Nation, loaded
from tests.properties.received import ServerLog, log_statements
from tests.properties.reference import Reference
from tests.properties.scrambled import scramble
from tests.properties.served import Served, served

STORED = (*DOMAINS, "ledger")


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of the properties: hypothesis calls plain functions, and they wait here."""
    own = asyncio.new_event_loop()
    yield own
    own.close()


@pytest.fixture(scope="session")
def composed() -> Composed:
    """The four registers as one graph."""
    return compose(installed_domains())


@pytest.fixture(scope="session")
def stored(templates: Settings, worker: str, loop: asyncio.AbstractEventLoop) -> Settings:
    """Databases with the nation in them, only ever copied."""
    own = loop.run_until_complete(copied(templates, f"{worker}_properties_"))
    loop.run_until_complete(seed(database_urls(own), CITIZENS, SEED, progress=False))
    return own


@pytest.fixture(scope="session")
def nation(composed: Composed, stored: Settings, loop: asyncio.AbstractEventLoop) -> Nation:
    """The nation's rows, as Python sees them."""
    return loop.run_until_complete(loaded(composed, database_urls(stored)))


@pytest.fixture(scope="session")
def arguments(composed: Composed, nation: Nation) -> Arguments:
    """What there is to ask for."""
    return Arguments(composed, nation)


@pytest.fixture(scope="session")
def reference(composed: Composed, nation: Nation) -> Reference:
    """The executor that the planned one must equal."""
    return Reference(composed, nation)


@pytest.fixture(scope="session")
def first(stored: Settings, worker: str, loop: asyncio.AbstractEventLoop) -> Mapping[str, str]:
    """The URLs of the nation that is served; the server's log holds what they receive."""
    return loop.run_until_complete(logged_copy(stored, f"{worker}_first_"))


@pytest.fixture(scope="session")
def graph(composed: Composed, first: Mapping[str, str], loop: asyncio.AbstractEventLoop) -> Iterator[Served]:
    """The nation as it is served."""
    serving = served(composed, first)
    yield loop.run_until_complete(serving.__aenter__())
    loop.run_until_complete(serving.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def log(postgres: Postgres, first: Mapping[str, str]) -> ServerLog:
    """What PostgreSQL received."""
    return ServerLog(postgres.cluster.log)


@pytest.fixture(scope="session")
def serve(
    composed: Composed, nation: Nation, stored: Settings, first: Mapping[str, str], log: ServerLog, worker: str
) -> Serve:
    """Serves the nation beside a second one, which differs in what the holder of some grants may not learn."""
    numbers = count(1)

    @asynccontextmanager
    async def both(grants: Grants, met: Met) -> AsyncIterator[Trial]:
        other = await copied(stored, f"{worker}_second_{next(numbers)}_")
        urls = database_urls(other)
        await scramble(composed, nation, urls, grants)
        async with served(composed, first) as one, served(composed, urls) as another:
            yield Trial(composed, nation, one, another, log, met)
        await _for_each(other, 'DROP DATABASE "{}"', other)

    return both


async def logged_copy(stored: Settings, prefix: str) -> Mapping[str, str]:
    """The URLs of a copy of the nation, of which the server logs every statement."""
    urls = database_urls(await copied(stored, prefix))
    for name in DOMAINS:
        await log_statements(urls[name])
    return urls


async def copied(databases: Settings, prefix: str) -> Settings:
    """Copies of databases that nobody uses."""
    own = databases.model_copy(update={"database_prefix": prefix})
    await _for_each(databases, 'CREATE DATABASE "{}" TEMPLATE "{}"', own, databases)
    return own


async def _for_each(server: Settings, statement: str, *owners: Settings) -> None:
    connection = await asyncpg.connect(dsn=server.database_url)
    try:
        for name in STORED:
            await connection.execute(statement.format(*(database_name(owner, name) for owner in owners)))
    finally:
        await connection.close()
