"""A ledger on a PostgreSQL of these tests' own, because they kill it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from ledger import Bounds, KeyRing, Ledger, Pseudonyms
from ledger.tables import STATEMENTS, metadata
from tests.ledger.desk import Desk
from tests.ledger.keys import key_ring
from tests.ledger.server import Server

_databases = count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    home = Path(tempfile.mkdtemp(prefix="ledger-"))
    home.chmod(0o755)  # the account that PostgreSQL runs under gets to its own directory in it
    server = Server(home)
    server.start()
    yield server
    server.remove()


@pytest.fixture(scope="session")
async def template(server: Server) -> str:
    """A ledger database that is only ever copied."""
    await server.execute("create database ledger_template")
    laid: list[ExecutableDDLElement] = [CreateTable(table) for table in metadata.sorted_tables]
    laid += [CreateIndex(index) for table in metadata.sorted_tables for index in table.indexes]
    written = [str(each.compile(dialect=dialect())) for each in laid]  # type: ignore[no-untyped-call]
    await server.execute(";\n".join((*written, *STATEMENTS)), "ledger_template")
    return "ledger_template"


@pytest.fixture
async def database(server: Server, template: str) -> str:
    """The name of a fresh ledger database."""
    name = f"ledger_{os.getpid()}_{next(_databases)}"
    await server.execute(f"create database {name} template {template}")
    return name


@pytest.fixture
def keys() -> KeyRing:
    return key_ring()


@pytest.fixture
def pseudonyms(keys: KeyRing) -> Pseudonyms:
    """Those of this month."""
    return keys.current()


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    """Where something else stands at the database's port: the driver has its own error for what it cannot read."""

    async def garbled(asked: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        await asked.read(1)
        answer.write(b"R" + b"\xff" * 8)
        await answer.drain()
        answer.close()

    async with await asyncio.start_server(garbled, "127.0.0.1", 0) as server:
        yield f"postgresql://ledger@127.0.0.1:{server.sockets[0].getsockname()[1]}/ledger?sslmode=disable"


@pytest.fixture
async def open_desk(server: Server, database: str, keys: KeyRing) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Opens a desk with a ledger of its own, as a further process would, on the one database; closes them."""
    async with AsyncExitStack() as opened:

        async def open_one(bounds: Bounds | None = None) -> Desk:
            ledger = Ledger(server.url(database), keys, bounds)
            await ledger.open()
            opened.push_async_callback(ledger.close)
            return Desk(ledger)

        yield open_one


@pytest.fixture
async def desk(open_desk: Callable[..., Awaitable[Desk]]) -> Desk:
    return await open_desk()
