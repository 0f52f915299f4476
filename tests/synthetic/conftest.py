"""A nation of three thousand in databases of this worker's own, written once and only read."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from installation.databases import database_name, database_urls
from installation.settings import Settings
from synthetic.seed import REGISTERS, Report, seed

CITIZENS = 3_000


@dataclass(frozen=True, slots=True)
class Nation:
    """The report of its making, and a connection to each of its registers."""

    report: Report
    connections: Mapping[str, Any]

    async def rows(self, register: str, query: str) -> list[asyncpg.Record]:
        """What a query answers."""
        found: list[asyncpg.Record] = await self.connections[register].fetch(query)
        return found

    async def column(self, register: str, query: str) -> list[Any]:
        """The first column of what a query answers."""
        return [row[0] for row in await self.rows(register, query)]


@pytest.fixture(scope="session")
async def nation(templates: Settings, worker: str) -> AsyncIterator[Nation]:
    own = templates.model_copy(update={"database_prefix": f"{worker}_nation_"})
    async with AsyncExitStack() as stack:
        server = await asyncpg.connect(dsn=templates.database_url)
        stack.push_async_callback(server.close)
        for name in REGISTERS:
            await server.execute(
                f'CREATE DATABASE "{database_name(own, name)}" TEMPLATE "{database_name(templates, name)}"'
            )
        urls = database_urls(own)
        report = await seed(urls, CITIZENS, seed=7, progress=False)
        connections = {}
        for name in REGISTERS:
            connections[name] = await asyncpg.connect(dsn=urls[name])
            stack.push_async_callback(connections[name].close)
        yield Nation(report, connections)
