"""Held connections: set up as the measurements assume, dropped when they do not answer, and replaced."""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from domains.kit import database as module
from domains.kit.database import SESSION, Database, SourceUnavailable, _check_session
from domains.kit.loader import RowsLoader, one_per_key
from domains.kit.statements import Statement
from tests.domains.kit.conftest import OpenDatabase
from tests.ledger.server import Server

WORDS = Statement("select n, word from words where n = any($1::text::int[])", ("keys",))
SLEEP = Statement("select n, pg_sleep(5)::text from words where n = any($1::text::int[])", ("keys",))


async def word(database: Database, n: int = 1) -> str:
    rows = await RowsLoader(database, WORDS, one_per_key).load(((n,), ()))
    return str(rows[n][1])


async def pids(database: Database) -> set[int]:
    """The processes of the server that serve this database's idle connections."""
    return {connection.raw.get_server_pid() for connection in database._idle}


async def until(is_so: Callable[[], bool], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():  # noqa: ASYNC110 - the state of another process
            await asyncio.sleep(0.01)


async def test_a_connection_is_set_up_as_promised(open_database: OpenDatabase) -> None:
    database = await open_database(statement_seconds=1.5)
    raw = database._idle[0].raw
    found = {name: await raw.fetchval("select current_setting($1)", name) for name in (*SESSION, "statement_timeout")}
    assert found == {**SESSION, "statement_timeout": "1500ms"}


@pytest.mark.parametrize("forgotten", [*SESSION, "statement_timeout"])
async def test_a_server_that_swallows_a_setting_is_not_used(words: str, forgotten: str) -> None:
    """A pooler in between may; then every plan would be made anew, or a statement could run for ever."""
    settings = {**SESSION, "statement_timeout": "1000ms"}
    del settings[forgotten]
    settings |= {"plan_cache_mode": "auto"} if forgotten == "plan_cache_mode" else {}
    settings |= {"jit": "on"} if forgotten == "jit" else {}
    raw = await asyncpg.connect(words, server_settings=settings)
    with pytest.raises(SourceUnavailable, match=forgotten):
        await _check_session(raw)
    await raw.close()


async def test_a_connection_writes_nothing(open_database: OpenDatabase) -> None:
    database = await open_database()
    deletes = Statement("delete from words where n = any($1::text::int[]) returning n", ("keys",))
    with pytest.raises(SourceUnavailable):
        await RowsLoader(database, deletes, one_per_key).load(((1,), ()))
    assert await word(database) == "word 1"


async def test_a_register_that_cannot_be_reached_is_said_so_in_one_line_without_its_address() -> None:
    with pytest.raises(SourceUnavailable) as refused:
        await Database("words", "postgresql://nobody:secret@127.0.0.1:1/words").open()
    assert str(refused.value).startswith("register words: ")
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_connection_keeps_a_bounded_number_of_statements(
    open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENTS_PER_CONNECTION", 5)
    database = await open_database(connections=1)
    for number in range(20):
        statement = Statement(f"{WORDS.sql} and {number} = {number}", WORDS.parameters)
        await RowsLoader(database, statement, one_per_key).load(((1,), ()))
    kept = "select count(*) from pg_prepared_statements where name like 'lienthong%'"
    assert 5 <= await database._idle[0].raw.fetchval(kept) <= 6  # the one forgotten is closed with the next statement


async def test_a_statement_is_planned_once_for_all_its_executions(open_database: OpenDatabase) -> None:
    """Without its cache asyncpg prepares namelessly unless it is told a name: for every execution anew."""
    database = await open_database(connections=1)
    for n in range(5):
        await word(database, n)
    plans = "select generic_plans, custom_plans from pg_prepared_statements where name like 'lienthong%'"
    assert [tuple(row) for row in await database._idle[0].raw.fetch(plans)] == [(5, 0)]


async def test_the_statement_used_last_is_forgotten_last(
    open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENTS_PER_CONNECTION", 2)
    database = await open_database(connections=1)
    connection = database._idle[0]
    for sql in ("select 1", "select 2", "select 1", "select 3"):
        await connection.fetch(sql, ())
    assert [*connection._prepared] == ["select 1", "select 3"]


# --- a migration under running readers -------------------------------------------------------------------------------


async def test_a_statement_that_a_migration_made_invalid_is_prepared_anew(
    open_database: OpenDatabase, words: str
) -> None:
    database = await open_database(connections=1)
    migration = await asyncpg.connect(words)
    try:
        await migration.execute("create table changing as select n, n as amount from words where n < 3")
        amounts = RowsLoader(
            database, Statement("select n, amount from changing where n = any($1::text::int[])", ("keys",)), one_per_key
        )
        assert (await amounts.load(((2,), ())))[2][1] == 2
        await migration.execute("alter table changing alter column amount type text using 'changed ' || amount")
        assert (await amounts.load(((2,), ())))[2][1] == "changed 2"
    finally:
        await migration.execute("drop table if exists changing")
        await migration.close()


async def test_a_column_more_disturbs_nobody(open_database: OpenDatabase, words: str) -> None:
    database = await open_database(connections=1)
    migration = await asyncpg.connect(words)
    try:
        assert await word(database) == "word 1"
        await migration.execute("alter table words add column more text")
        assert await word(database) == "word 1"
    finally:
        await migration.execute("alter table words drop column if exists more")
        await migration.close()


# --- connections that are lost ---------------------------------------------------------------------------------------


async def test_a_statement_past_its_limit_fails_and_the_next_one_does_not(open_database: OpenDatabase) -> None:
    database = await open_database(connections=1, statement_seconds=0.2)
    began = time.monotonic()
    with pytest.raises(SourceUnavailable):
        await RowsLoader(database, SLEEP, one_per_key).load(((1,), ()))
    assert time.monotonic() - began < 2
    await until(lambda: database.is_ready)
    assert await word(database) == "word 1"


async def test_who_waits_for_a_connection_that_does_not_answer_is_served_by_its_replacement(
    open_database: OpenDatabase,
) -> None:
    database = await open_database(connections=1, statement_seconds=0.3)
    (silent,) = await pids(database)
    os.kill(silent, signal.SIGSTOP)
    try:
        first = asyncio.ensure_future(word(database, 1))
        await asyncio.sleep(0.1)
        second = asyncio.ensure_future(word(database, 2))
        found = await asyncio.gather(first, second, return_exceptions=True)
    finally:
        os.kill(silent, signal.SIGCONT)
    assert isinstance(found[0], SourceUnavailable)
    assert found[1] == "word 2" or isinstance(found[1], SourceUnavailable)
    assert await word(database, 3) == "word 3"


async def test_connections_that_the_server_ended_are_replaced_before_somebody_asks(
    open_database: OpenDatabase, words: str
) -> None:
    database = await open_database(connections=2)
    ended = await pids(database)
    administrator = await asyncpg.connect(words)
    for pid in ended:
        await administrator.fetchval("select pg_terminate_backend($1, 5000)", pid)
    await administrator.close()
    await until(
        lambda: (
            not ended & {connection.raw.get_server_pid() for connection in database._idle} and len(database._idle) == 2
        )
    )
    assert [await word(database, n) for n in range(5)] == [f"word {n}" for n in range(5)]


@pytest.fixture
def server() -> Iterator[Server]:
    """A PostgreSQL of one test, which kills it."""
    home = Path(tempfile.mkdtemp(prefix="kit-"))
    home.chmod(0o755)
    server = Server(home)
    server.start()
    yield server
    server.remove()


async def test_a_process_outlives_its_server(server: Server, open_database: OpenDatabase) -> None:
    await server.execute("create table words as select n, 'word ' || n as word from generate_series(0, 9) as n")
    database = await open_database(server.url())
    assert await word(database) == "word 1"
    server.kill()
    await until(lambda: not database.is_ready)
    with pytest.raises(SourceUnavailable):
        await word(database)
    server.start()
    await until(lambda: database.is_ready, 10)
    assert await word(database) == "word 1"


async def test_who_still_waits_at_the_end_is_told(open_database: OpenDatabase) -> None:
    database = await open_database(connections=1)
    working = asyncio.ensure_future(RowsLoader(database, SLEEP, one_per_key).load(((1,), ())))
    await asyncio.sleep(0.05)
    waiting = asyncio.ensure_future(word(database))
    await asyncio.sleep(0.05)
    await database.close()
    async with asyncio.timeout(2):
        found = await asyncio.gather(working, waiting, return_exceptions=True)
    assert [type(each) for each in found] == [SourceUnavailable, SourceUnavailable]
