"""A database as the first version of the code left it, for what becomes of its rows since."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from alembic import command
from sqlalchemy.engine import Connection

from installation.databases import connect, database_name, database_url
from installation.settings import Settings
from migrations.run import engine_of
from migrations.scripts import alembic_config


@asynccontextmanager
async def first_version(settings: Settings, name: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection to it."""
    maintenance = await connect(str(settings.database_url))
    await maintenance.execute(f'CREATE DATABASE "{database_name(settings, name)}"')
    await maintenance.close()
    async with engine_of(settings, name) as engine, engine.begin() as made:
        await made.run_sync(partial(_upgrade, name))
    rows = await connect(database_url(settings, name))
    try:
        yield rows
    finally:
        await rows.close()


def _upgrade(name: str, connection: Connection) -> None:
    config = alembic_config(name)
    config.attributes["connection"] = connection
    command.upgrade(config, f"{name}_0001")
