"""A register that does not answer costs the asker its limit and the process one connection, which is replaced."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping

import pytest

from domains.kit.breaker import PAUSES_S, SILENCES
from domains.kit.database import Connection, Database, Limits, SourceUnavailable
from domains.kit.loader import RowsLoader, as_list
from domains.kit.statements import Statement

LIMIT_SECONDS = 0.3
PATIENCE_SECONDS = 10


@pytest.fixture
async def register(urls: Mapping[str, str]) -> AsyncIterator[Database]:
    database = Database("identity", urls["identity"], Limits(connections=1, statement_seconds=LIMIT_SECONDS))
    await database.open()
    yield database
    await database.close()


class Asking:
    """A loader of one statement."""

    def __init__(self, register: Database, sql: str) -> None:
        self._register = register
        self._sql = sql
        self.answer: asyncio.Future[list[object]] = asyncio.get_running_loop().create_future()
        self.connection: Connection | None = None

    async def dispatch(self) -> None:
        self.connection = self._register.take()
        try:
            self.answer.set_result(await self.connection.fetch(self._sql, []))
        except SourceUnavailable as error:
            self.fail(error)
        finally:
            self._register.give_back(self.connection)

    def fail(self, error: Exception) -> None:
        self.answer.set_exception(error)


async def ask(register: Database, sql: str) -> int:
    asking = Asking(register, sql)
    register.wants(asking)
    rows = await asyncio.wait_for(asking.answer, PATIENCE_SECONDS)
    return int(rows[0][0])  # type: ignore[index]


async def test_a_loader_asks_a_server_that_hangs_and_is_told_within_the_limit(register: Database) -> None:
    hanging = await ask(register, "select pg_backend_pid()")
    os.kill(hanging, signal.SIGSTOP)
    try:
        with pytest.raises(SourceUnavailable):
            await ask(register, "select 1")
    finally:
        os.kill(hanging, signal.SIGCONT)


async def test_a_loader_asks_after_a_server_hung_and_gets_a_new_connection(register: Database) -> None:
    hanging = await ask(register, "select pg_backend_pid()")
    os.kill(hanging, signal.SIGSTOP)
    try:
        with pytest.raises(SourceUnavailable):
            await ask(register, "select 1")
        for _ in range(100):
            if register.is_ready:
                break
            await asyncio.sleep(0.05)
        assert await ask(register, "select pg_backend_pid()") != hanging
    finally:
        os.kill(hanging, signal.SIGCONT)


async def test_a_loader_asks_often_and_keeps_its_connection(register: Database) -> None:
    """The limit of one statement is no limit of a connection."""
    first = await ask(register, "select pg_backend_pid()")
    await asyncio.sleep(LIMIT_SECONDS * 2)
    assert await ask(register, "select pg_backend_pid()") == first


async def test_a_loader_asks_after_a_server_died_without_a_word_and_gets_a_new_connection(register: Database) -> None:
    """Of some connections that a dying server leaves behind asyncpg tells nobody."""
    before = await ask(register, "select pg_backend_pid()")
    (connection,) = register._idle
    connection.raw._termination_listeners.clear()  # type: ignore[attr-defined]
    connection.raw.terminate()
    with pytest.raises(SourceUnavailable):
        await ask(register, "select 1")

    for _ in range(100):
        if register.is_ready:
            break
        await asyncio.sleep(0.05)

    assert await ask(register, "select pg_backend_pid()") != before


async def test_a_loader_asks_a_register_that_is_slow_each_time_and_is_soon_told_at_once(register: Database) -> None:
    waits: list[float] = []
    for _ in range(SILENCES + 1):
        for _ in range(100):
            if register.is_ready or len(waits) == SILENCES:
                break
            await asyncio.sleep(0.05)
        began = asyncio.get_running_loop().time()
        with pytest.raises(SourceUnavailable):
            await ask(register, "select pg_sleep(60)")
        waits.append(asyncio.get_running_loop().time() - began)

    assert min(waits[:SILENCES]) > LIMIT_SECONDS / 2
    assert waits[-1] < LIMIT_SECONDS / 2
    assert not register.is_ready


async def test_a_loader_asks_after_a_register_was_left_alone_and_is_answered(register: Database) -> None:
    for _ in range(SILENCES):
        register._breaker.silent()
    with pytest.raises(SourceUnavailable):
        await ask(register, "select 1")

    await asyncio.sleep(PAUSES_S[0])

    assert await ask(register, "select 1") == 1
    assert register.is_ready


async def test_a_statement_that_fails_shuts_no_register_for_others(register: Database) -> None:
    for _ in range(SILENCES * 2):
        with pytest.raises(SourceUnavailable):
            await ask(register, "select 1 / 0")
    assert await ask(register, "select 1") == 1


async def test_whoever_has_left_before_a_register_is_tried_again_says_nothing_of_it_and_another_tries(
    register: Database,
) -> None:
    """The connection answered somebody, some time ago: that is no answer to the question that was not asked."""
    assert await ask(register, "select 1") == 1
    for _ in range(SILENCES):
        register._breaker.silent()
    await asyncio.sleep(PAUSES_S[0])

    gone = RowsLoader(register, Statement("select 1", ()), as_list).load(((), ()))
    gone.cancel()
    await asyncio.sleep(0.05)
    with pytest.raises(SourceUnavailable):
        await ask(register, "select 1")
    await asyncio.sleep(PAUSES_S[1])

    assert await ask(register, "select 1") == 1
    assert register.is_ready
