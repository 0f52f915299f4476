"""A register's tables moved into parts, or back into one piece: for a nation that grew (docs/decisions/0029).

Comes after migrating, in a maintenance window: while a table moves nobody reads it. Tables move one after the other,
each in a transaction of its own; whoever is interrupted begins again, and what has moved is not moved twice.
"""

import time
from collections.abc import Callable, Mapping

import asyncpg
from sqlalchemy import Table

from domains.kit.units import UNITS_TABLE
from installation.databases import connect, database_name, database_url, servers
from installation.errors import MigrationRefused
from installation.settings import Settings
from migrations.layout import WHOLE, Standing, belongings, key_of, moving, standing, would_lose
from migrations.run import check_current
from migrations.servers import only_one
from migrations.targets import METADATA

_SETTINGS = """
    SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '15s';
    SET LOCAL maintenance_work_mem = '128MB'
"""

Tell = Callable[[str], None]


def tables_of(name: str) -> Mapping[str, Table]:
    """The tables of a register that grow with the nation."""
    return {name: table for name, table in sorted(METADATA[name].tables.items()) if name != UNITS_TABLE}


async def partition(settings: Settings, name: str, parts: int, tell: Tell = lambda _: None) -> None:
    """Have every table of a register in so many parts; 1 is one piece.

    Raises MigrationRefused, and DatabaseUnreachable; what has moved by then stays moved.
    """
    await check_current(settings, [name])
    server = next(server for server in servers(settings) if name in server.databases)
    async with only_one(server, tell):
        connection = await connect(database_url(settings, name))
        try:
            for each in await _to_move(connection, settings, name, parts):
                await _move(connection, tables_of(name)[each.name], parts, tell)
        finally:
            await connection.close()


async def layout(settings: Settings, name: str) -> list[Standing]:
    """How the tables of a register stand now."""
    connection = await connect(database_url(settings, name))
    try:
        return await standing(connection, [*tables_of(name)])
    finally:
        await connection.close()


async def _to_move(connection: asyncpg.Connection, settings: Settings, name: str, parts: int) -> list[Standing]:
    """The tables that stand otherwise. Raises MigrationRefused before any is touched."""
    tables = tables_of(name)
    found = await standing(connection, [*tables])
    database = database_name(settings, name)
    for each in found:
        if not each.is_ours(key_of(tables[each.name])):
            raise MigrationRefused(f"Table {each.name} of {database} was parted otherwise, and is left as it is.")
        if each.parts != parts:
            await _check_nothing_is_lost(connection, each.name)
    return [each for each in found if each.parts != parts]


async def _check_nothing_is_lost(connection: asyncpg.Connection, table: str) -> None:
    if lost := await would_lose(connection, table):
        raise MigrationRefused(f"Table {table} has {lost}, which would not move along.")


async def _move(connection: asyncpg.Connection, table: Table, parts: int, tell: Tell) -> None:
    began, rows = time.perf_counter(), 0
    try:
        async with connection.transaction():
            await connection.execute(_SETTINGS)
            await connection.execute(f"LOCK TABLE {table.name} IN ACCESS EXCLUSIVE MODE")
            await _check_nothing_is_lost(connection, table.name)  # nor was made since the first look
            for statement in moving(table, await belongings(connection, table), parts):
                done = await connection.execute(statement)
                rows = int(done.rpartition(" ")[2]) if done.startswith("INSERT") else rows
            if rows:  # else the planner would take it for known that there are none
                await connection.execute(f"ANALYZE {table.name}")
    except asyncpg.LockNotAvailableError:
        raise MigrationRefused(f"Table {table.name} is in use: stop what reads or changes it first.") from None
    except asyncpg.PostgresError as error:
        reason = str(error).splitlines()[0]
        raise MigrationRefused(f"Table {table.name} was left as it was: {reason}.") from None
    pieces = "one piece" if parts == WHOLE else f"{parts} parts"
    tell(f"Table {table.name} stands in {pieces}: {rows:,} rows in {time.perf_counter() - began:.1f} s")
