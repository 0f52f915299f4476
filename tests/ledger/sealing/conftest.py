"""A sealer over the database of a test, with a key and a shelf of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from ledger.sealing import seal_now
from ledger.tree.notes import Signer
from tests.ledger.server import Server


@pytest.fixture
def signer() -> Signer:
    return Signer("ledger.example.vn/ledger", Signer.new_key())


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


@pytest.fixture
def seal(server: Server, database: str, signer: Signer, shelf: Path) -> Callable[[], Awaitable[int]]:
    """Seals all that is there; the size of the tree."""

    async def sealed() -> int:
        return await seal_now(server.url(database), signer, shelf)

    return sealed


@pytest.fixture
async def books(server: Server, database: str) -> AsyncIterator[asyncpg.Connection]:
    """A look into the database."""
    connection = await asyncpg.connect(server.url(database))
    yield connection
    await connection.close()
