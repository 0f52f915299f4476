"""A database with one small table, and connections to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest

from domains.kit.database import Database, Limits
from installation.postgres import Postgres

OpenDatabase = Callable[..., Awaitable[Database]]


@pytest.fixture(scope="session")
async def words(postgres: Postgres, worker: str) -> str:
    """The URL of a database with the table `words`: numbers 0 to 9,999, each with a word, a town and its halves."""
    name = f"kit_{worker}"
    server = await asyncpg.connect(postgres.url("postgres"))
    await server.execute(f"create database {name}")
    await server.close()
    connection = await asyncpg.connect(postgres.url(name))
    await connection.execute(
        "create table words as select n, n::bigint as surrogate, 'word ' || n as word, 'town ' || n % 3 as town, "
        "n / 2 as half from generate_series(0, 9999) as n"
    )
    await connection.close()
    return postgres.url(name)


@pytest.fixture
async def open_database(words: str) -> AsyncIterator[OpenDatabase]:
    """Opens connections with the bounds given; closes them at the end."""
    async with AsyncExitStack() as opened:

        async def one(url: str = words, **limits: Any) -> Database:
            database = Database("words", url, Limits(**limits))
            await database.open()
            opened.push_async_callback(database.close)
            return database

        yield one
