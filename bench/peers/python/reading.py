"""How Ariadne reads: the statements of statements.sql on pools, a request's keys gathered by loaders."""

import json
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from aiodataloader import DataLoader

CONNECTIONS_PER_REGISTER = 8
SOURCE = Path(__file__).parents[1] / "statements.sql"

_STATEMENT = re.compile(
    r"(?ms)^-- name: (\w+), register: (\w+), rows: (\w+)\n(.*?)(?=^-- name|\Z)", re.MULTILINE | re.DOTALL
)
_pools: "dict[str, asyncpg.Pool[Any]]" = {}

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; asyncpg prepares it once on each connection."""

    name: str
    register: str
    rows: str
    text: str

    async def read(self, *values: Any) -> list[Row]:
        """Its rows."""
        return [dict(row) for row in await _pools[self.register].fetch(self.text, *values)]

    async def one(self, keys: list[Any]) -> Sequence[Row | None]:
        """The row of each key."""
        found = {row["k"]: row for row in await self.read(keys)}
        return [found.get(key) for key in keys]

    async def many(self, keys: list[Any]) -> Sequence[list[Row]]:
        """The rows of each key."""
        found: dict[Any, list[Row]] = {key: [] for key in keys}
        for row in await self.read(keys):
            found[row["k"]].append(row)
        return [found[key] for key in keys]


STATEMENTS = {found[0]: Statement(*found) for found in _STATEMENT.findall(SOURCE.read_text())}
BATCHES: dict[str, Callable[[list[Any]], Any]] = {
    name: getattr(each, each.rows) for name, each in STATEMENTS.items() if each.rows != "all"
}


def loaders() -> "dict[str, DataLoader[Any, Any]]":
    """The loaders of one request."""
    return {name: DataLoader(batch) for name, batch in BATCHES.items()}


@asynccontextmanager
async def connected(_: object) -> AsyncIterator[None]:
    """The pools, as long as the server runs. Connections hold no state between requests, so none is reset."""
    async with AsyncExitStack() as stack:
        for register, url in json.loads(os.environ["BENCH_DATABASES"]).items():
            size = CONNECTIONS_PER_REGISTER
            settings = {"options": os.environ["BENCH_SESSION"]}
            pool = asyncpg.create_pool(url, min_size=size, max_size=size, server_settings=settings, reset=_leave)
            _pools[register] = await stack.enter_async_context(pool)
        yield


async def _leave(_: object) -> None:
    pass
