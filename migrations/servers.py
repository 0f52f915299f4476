"""What is done on a server before any revision runs: one migrator at a time, and the databases are there.

The lock is an advisory lock in the server's maintenance database. Databases are made in the C locale on every server,
so that classification and order are the same everywhere; where we may not make them, an administrator is told what to
make.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import asyncpg

from installation.databases import Server, connect
from installation.errors import MigrationRefused
from installation.settings import without_password

LOCK = 0x4C69_656E  # one number for "somebody migrates Liên thông on this server"
OLDEST_SERVER = 150000  # PostgreSQL 15: CREATE DATABASE ... LOCALE_PROVIDER

Tell = Callable[[str], None]


@asynccontextmanager
async def only_one(server: Server, tell: Tell) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the maintenance database that holds the migrators' lock; waits for another migrator to finish."""
    connection = await connect(server.maintenance_url)
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            tell("Another process is migrating; waiting for it")
            await connection.execute("SET statement_timeout = 0")
            await connection.execute("SET lock_timeout = 0")
            await connection.fetchval("SELECT pg_advisory_lock($1)", LOCK)
        yield connection
    finally:
        await connection.close()


async def create_missing(connection: asyncpg.Connection, server: Server, names: Sequence[str], tell: Tell) -> None:
    """Make those databases of `names` that the server does not have. Raises MigrationRefused, naming what to make."""
    await _check_version(connection, server)
    there = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    statements = {name: _create(name) for name in names if name not in there}
    refused = []
    for name, statement in statements.items():
        try:
            await connection.execute(statement)
            tell(f"Created database {name}")
        except asyncpg.InsufficientPrivilegeError:
            refused.append(f"{statement[:-1]} OWNER {_quoted(connection_user(server))};")
        except asyncpg.DuplicateDatabaseError:
            continue
    if refused:
        raise MigrationRefused(f"This role may not create databases. Let an administrator run: {' '.join(refused)}")


def connection_user(server: Server) -> str:
    """The role in the server's URL; `lienthong` where it names none."""
    return server.maintenance_url.partition("://")[2].rpartition("@")[0].partition(":")[0] or "lienthong"


async def _check_version(connection: asyncpg.Connection, server: Server) -> None:
    version = int(await connection.fetchval("SHOW server_version_num"))
    if version < OLDEST_SERVER:
        place = without_password(server.maintenance_url)
        raise MigrationRefused(f"{place} is PostgreSQL {version // 10000}; 15 or newer is needed.")


def _create(name: str) -> str:
    return f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C';"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
