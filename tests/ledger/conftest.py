"""A ledger on a PostgreSQL of these tests' own, because they kill it."""

import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateTable

from ledger import Bounds, Ledger, Pseudonyms
from ledger.tables import segments
from tests.ledger.desk import Desk
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


@pytest.fixture
async def database(server: Server) -> str:
    """The name of a fresh ledger database."""
    name = f"ledger_{os.getpid()}_{next(_databases)}"
    await server.execute(f"create database {name}")
    await server.execute(str(CreateTable(segments).compile(dialect=dialect())), name)  # type: ignore[no-untyped-call]
    return name


@pytest.fixture
def pseudonyms() -> Pseudonyms:
    return Pseudonyms(bytes(range(16)))


@pytest.fixture
async def open_desk(
    server: Server, database: str, pseudonyms: Pseudonyms
) -> AsyncIterator[Callable[..., Awaitable[Desk]]]:
    """Opens a desk with a ledger of its own, as a further process would, on the one database; closes them."""
    async with AsyncExitStack() as opened:

        async def open_one(bounds: Bounds | None = None) -> Desk:
            ledger = Ledger(server.url(database), pseudonyms, bounds)
            await ledger.open()
            opened.push_async_callback(ledger.close)
            return Desk(ledger)

        yield open_one


@pytest.fixture
async def desk(open_desk: Callable[..., Awaitable[Desk]]) -> Desk:
    return await open_desk()
