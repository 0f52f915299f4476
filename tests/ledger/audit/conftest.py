"""A sealed ledger, made once, and a copy of it for each test that touches it."""

import os
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from ledger.tables import STATEMENTS, metadata
from ledger.tree.notes import Signer
from tests.ledger.audit.world import World, fill
from tests.ledger.keys import Drawer
from tests.ledger.server import Server

_copies = count()


@pytest.fixture(scope="session")
async def original(server: Server, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Nobody changes this one."""
    name = f"original_{os.getpid()}"
    await server.execute(f"create database {name}")
    made = [CreateTable(table) for table in metadata.sorted_tables]
    indexes = [CreateIndex(index) for table in metadata.sorted_tables for index in table.indexes]
    said = [str(each.compile(dialect=dialect())) for kind in (made, indexes) for each in kind]  # type: ignore[no-untyped-call]
    for statement in (*said, *STATEMENTS):
        await server.execute(statement, name)
    world = World(server.url(name), Drawer(), Signer.new_key(), tmp_path_factory.mktemp("checkpoints"))
    for answers in (3, 300, 40):
        world.acts.add(2)
        await fill(world, answers)
        await world.seal()
    return world


@pytest.fixture
async def world(server: Server, original: World, tmp_path: Path) -> AsyncIterator[World]:
    """A copy of the ledger, with what is kept outside of it."""
    name = f"copy_{os.getpid()}_{next(_copies)}"
    await server.execute(f"create database {name} template {urlsplit(original.dsn).path[1:]}")
    yield original.copied(server.url(name), tmp_path / "checkpoints")
    await server.execute(f"drop database {name}")
