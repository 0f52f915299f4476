"""A database that may lose what it committed is refused, at the start and at every reconnection."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from ledger import Bounds, KeyRing, Ledger, LedgerUnreachable, NotDurable, NotRecorded
from tests.ledger.desk import Desk, pin
from tests.ledger.server import Server

Without = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def without(server: Server, database: str) -> Without:
    """The ledger's database with a setting off, for as long as the test asks for it."""

    @asynccontextmanager
    async def switched_off(setting: str) -> AsyncIterator[None]:
        if setting == "synchronous_commit":
            await server.execute(f"alter database {database} set synchronous_commit = off")
            yield
            return
        await server.set_for_all(setting, "off")
        try:
            yield
        finally:
            await server.set_for_all(setting, "on")

    return switched_off


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
async def test_process_on_a_database_that_may_lose_commits_does_not_start(
    setting: str, without: Without, server: Server, database: str, keys: KeyRing
) -> None:
    async with without(setting):
        with pytest.raises(NotDurable, match=f"{setting} is off"):
            await Ledger(server.url(database), keys).open()


async def test_process_that_reconnects_to_a_database_made_unsafe_withholds_its_answers(
    without: Without, desk: Desk, server: Server, database: str
) -> None:
    await desk.answer([pin(1)])

    async with without("synchronous_commit"):
        await server.end_sessions(database)
        with pytest.raises(NotRecorded):
            await desk.answer([pin(2)])
        with pytest.raises(NotDurable):
            await desk.ledger.confirm()


async def test_reload_that_turns_synchronous_commit_off_does_not_reach_an_open_ledger(
    desk: Desk, server: Server
) -> None:
    await server.set_for_all("synchronous_commit", "off")
    try:
        await desk.answer([pin(1)])
        writer = desk.ledger._writer
        assert writer is not None
        assert writer._session is not None
        assert await writer._session._connection.fetchval("show synchronous_commit") == "on"
    finally:
        await server.set_for_all("synchronous_commit", "on")


async def test_process_whose_database_is_not_there_says_so_in_one_line(server: Server, keys: KeyRing) -> None:
    for url in (server.url("nowhere"), "postgresql://ledger@127.0.0.1:1/ledger"):
        with pytest.raises(LedgerUnreachable, match="does not answer"):
            await Ledger(url, keys, Bounds(seconds=1)).open()


async def test_process_whose_database_answers_what_is_no_answer_says_so_in_one_line(
    stranger: str, keys: KeyRing
) -> None:
    with pytest.raises(LedgerUnreachable, match="does not answer"):
        await Ledger(stranger, keys).open()


async def test_process_whose_database_never_answers_says_so_and_closes_in_bounded_time(
    server: Server, desk: Desk, keys: KeyRing
) -> None:
    with server.frozen():
        with pytest.raises(LedgerUnreachable, match="does not answer"):
            await Ledger(server.url(), keys, Bounds(seconds=0.3)).open()
        async with asyncio.timeout(5):
            await desk.ledger.close()


async def test_process_whose_database_lacks_the_table_is_told_to_migrate(server: Server, keys: KeyRing) -> None:
    with pytest.raises(LedgerUnreachable, match="lienthong migrate"):
        await Ledger(server.url(), keys).open()
