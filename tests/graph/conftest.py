"""The invented domains' databases, made once for each worker, and processes over them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest

from installation.postgres import Postgres
from tests.graph.invented.rows import statements
from tests.graph.world import World, opened

Open = Callable[..., Awaitable[World]]


@pytest.fixture(scope="session")
async def invented(postgres: Postgres, worker: str) -> Mapping[str, str]:
    """The URLs of this worker's databases of the invented domains, by domain. Tests read them only."""
    return {name: await _made(postgres, f"invented_{worker}_{name}", made) for name, made in statements().items()}


@pytest.fixture
async def open_world(invented: Mapping[str, str], urls: Mapping[str, str]) -> AsyncIterator[Open]:
    """Opens a process with other bounds than usual; all are closed at the end."""
    async with AsyncExitStack() as processes:

        async def one(databases: Mapping[str, str] | None = None, **bounds: Any) -> World:
            return await processes.enter_async_context(opened(databases or invented, urls["ledger"], **bounds))

        yield one


@pytest.fixture
async def world(open_world: Open) -> World:
    """A process of this test alone."""
    return await open_world()


async def _made(postgres: Postgres, name: str, made: Any) -> str:
    server = await asyncpg.connect(postgres.url("postgres"))
    await server.execute(f"create database {name}")
    await server.close()
    connection = await asyncpg.connect(postgres.url(name))
    for statement in made:
        await connection.execute(statement)
    await connection.close()
    return postgres.url(name)
