"""Bring every database to this version of the code. Idempotent, and safe from two processes at once.

Comes before serving and seeding. One transaction per database: a revision that fails leaves its database as it was.
Never touches a database whose revisions it does not know.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from alembic import command
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from installation.databases import connect, database_name, database_url, databases_of, servers
from installation.errors import MigrationRefused
from installation.settings import Settings
from migrations.scripts import alembic_config, head, known
from migrations.servers import create_missing, only_one

Tell = Callable[[str], None]


async def migrate(settings: Settings, tell: Tell = lambda _: None) -> None:
    """Create what is missing, then run each database's outstanding revisions.

    Raises MigrationRefused (a newer or another's database, a right we lack) and DatabaseUnreachable.
    """
    async with AsyncExitStack() as locks:
        for server in servers(settings):
            connection = await locks.enter_async_context(only_one(server, tell))
            names = [database_name(settings, name) for name in server.databases]
            await create_missing(connection, server, names, tell)
        for name in databases_of(settings):
            await _upgrade(settings, name, tell)


async def check_current(settings: Settings, names: Sequence[str] | None = None) -> None:
    """Refuse to work with databases, all or these, that are not exactly of this version. Raises MigrationRefused.

    Also with one that an installation of this shape does not have.
    """
    there = databases_of(settings)
    for name in there if names is None else names:
        if name not in there:
            raise MigrationRefused(f"An installation of the shape {settings.shape} has no database {name}.")
        found = await revision_of(settings, name)
        if found != head(name):
            raise MigrationRefused(
                f"Database {database_name(settings, name)} is at {found or 'no revision'},"
                f" this version needs {head(name)}: run `lienthong migrate`."
            )


async def revision_of(settings: Settings, name: str) -> str | None:
    """The revision a database is at, None before the first. Raises MigrationRefused if the code does not know it."""
    async with engine_of(settings, name) as engine, engine.connect() as connection:
        return await connection.run_sync(_known_revision, settings, name)


async def _upgrade(settings: Settings, name: str, tell: Tell) -> None:
    async with engine_of(settings, name) as engine, engine.begin() as connection:
        before = await connection.run_sync(_known_revision, settings, name)
        if before == head(name):
            return
        try:
            await connection.run_sync(_run_revisions, name)
        except DBAPIError as error:
            reason = str(error.orig).splitlines()[0].rpartition(">: ")[2]
            raise MigrationRefused(f"Database {database_name(settings, name)} was left as it was: {reason}.") from None
    tell(f"Database {database_name(settings, name)}: {before or 'empty'} -> {head(name)}")


def _run_revisions(connection: Connection, name: str) -> None:
    config = alembic_config(name)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _known_revision(connection: Connection, settings: Settings, name: str) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None or revision in known(name):
        return revision
    database = database_name(settings, name)
    if not revision.startswith(f"{name}_"):
        raise MigrationRefused(f"Database {database} is no {name} database: it is at revision {revision}.")
    raise MigrationRefused(
        f"Database {database} is at revision {revision}, which is newer than this version: install the newer version."
    )


@asynccontextmanager
async def engine_of(settings: Settings, name: str) -> AsyncIterator[AsyncEngine]:
    """An engine for one database, disposed of on leaving."""
    opener = partial(connect, database_url(settings, name))
    engine = create_async_engine("postgresql+asyncpg://", async_creator=opener, poolclass=NullPool)
    try:
        yield engine
    finally:
        await engine.dispose()
