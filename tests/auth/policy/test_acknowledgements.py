"""After a change the officer is told where it is in force; from then on no process decides by what was before."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from asyncpg import Connection, Record
from sqlalchemy.ext.asyncio import AsyncEngine

from auth import clock
from auth.database import engine_of
from auth.errors import GrantsUnconfirmed
from auth.policy.acknowledgements import FORGOTTEN_S, LEASE_S, InForce, announce, in_force
from auth.policy.feed import POLL_S, PolicyFeed, Read
from auth.policy.rows import PolicyReader
from auth.policy.snapshot import Policy
from tests.auth.world import CATALOGUE, communes_of, until

ENOUGH = 12
"""Changes that processes which stumble must have learned of."""


class Process:
    """A process that decides; `revision` is by which, None while it refuses."""

    def __init__(self, dsn: str, how: Read | None = None) -> None:
        self.feed = PolicyFeed(dsn, how or PolicyReader(CATALOGUE, communes_of))

    @property
    def revision(self) -> int | None:
        try:
            return self.feed.policy().revision
        except GrantsUnconfirmed:
            return None

    async def dies(self) -> None:
        """It stops following without a word."""
        task = self.feed._task
        assert task is not None
        task.cancel()
        await asyncio.wait({task})

    def revives(self) -> None:
        """It goes on as if it had only been slow."""
        self.feed._task = asyncio.create_task(self.feed._keep_following())


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    made = engine_of(dsn, 2)
    yield made
    await made.dispose()


@pytest.fixture
async def officer(dsn: str) -> AsyncIterator["Connection[Record]"]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def processes(dsn: str) -> AsyncIterator[contextlib.AsyncExitStack]:
    """Closes at the end what was opened."""
    async with contextlib.AsyncExitStack() as stack:
        yield stack


async def opened(stack: contextlib.AsyncExitStack, dsn: str, how: Read | None = None) -> Process:
    process = Process(dsn, how)
    stack.push_async_callback(process.feed.close)
    await process.feed.open()
    return process


async def change(officer: "Connection[Record]") -> int:
    """Change what is allowed; the revision that was committed."""
    async with officer.transaction():
        await officer.execute(
            "insert into agencies (agency, name_vi, name_en) values ('G01', 'a', 'a') "
            "on conflict (agency) do update set name_en = agencies.name_en || 'a'"
        )
        return int(await officer.fetchval("select revision from policy"))


async def first_revision(process: Process) -> int:
    """By which revision a process decides once it does, at the first moment that it does."""
    async with asyncio.timeout(5):
        while process.revision is None:  # noqa: ASYNC110  nothing happens at that moment but that it may be asked
            await asyncio.sleep(0)
    return process.revision


async def test_a_change_is_in_force_on_two_of_two_processes(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    both, took = [await opened(processes, dsn) for _ in range(2)], []
    for _ in range(10):
        revision = await change(officer)
        started = clock.lease()
        told = await in_force(engine, revision, wait_s=5)
        took.append(clock.lease() - started)
        assert [process.revision for process in both] == [revision, revision]
        assert told == InForce(serving=2, refusing=0, of=2)
        assert told.everywhere
    assert min(took) < 1


async def test_a_process_that_died_counts_as_refusing_after_its_lease_and_is_gone_later(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    alive, dead = [await opened(processes, dsn) for _ in range(2)]
    await dead.dies()
    revision = await change(officer)
    told = await in_force(engine, revision, wait_s=1)
    assert told == InForce(serving=1, refusing=0, of=2)
    assert not told.everywhere
    assert dead.revision is not None
    assert dead.revision < revision
    told = await in_force(engine, revision, wait_s=LEASE_S + 1)
    assert told == InForce(serving=1, refusing=1, of=2)
    assert told.everywhere
    assert [process.revision for process in (alive, dead)] == [revision, None]
    await officer.execute(
        "update processes set confirmed_at = confirmed_at - make_interval(secs => $1) where revision < $2",
        FORGOTTEN_S,
        revision,
    )
    await asyncio.sleep(2 * POLL_S)
    assert await in_force(engine, revision) == InForce(serving=1, refusing=0, of=1)


async def test_a_process_that_closes_is_no_longer_counted_and_decides_nothing(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    staying, leaving = [await opened(processes, dsn) for _ in range(2)]
    await leaving.feed.close()
    assert leaving.revision is None
    revision = await change(officer)
    assert await in_force(engine, revision) == InForce(serving=1, refusing=0, of=1)
    assert staying.revision == revision


async def test_nobody_is_waited_for_where_no_process_decides(
    engine: AsyncEngine, officer: "Connection[Record]"
) -> None:
    assert await in_force(engine, await change(officer)) == InForce(serving=0, refusing=0, of=0)


async def test_a_process_that_starts_in_the_middle_of_a_change_is_waited_for(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    has_read, go_on, read = asyncio.Event(), asyncio.Event(), PolicyReader(CATALOGUE, communes_of)

    async def slowly(connection: "Connection[Record]", known: Policy | None) -> Policy:
        policy = await read(connection, known)
        if known is None:
            has_read.set()
            await go_on.wait()
        return policy

    starting = asyncio.create_task(opened(processes, dsn, slowly))
    await has_read.wait()
    revision = await change(officer)
    assert await in_force(engine, revision, wait_s=0.2) == InForce(serving=0, refusing=0, of=1)
    go_on.set()
    process = await starting
    assert process.revision is not None
    assert process.revision < revision  # so it had to be waited for
    told = await in_force(engine, revision)
    assert process.revision == revision
    assert told == InForce(serving=1, refusing=0, of=1)


async def test_a_process_that_was_cut_off_announces_itself_before_it_reads(
    dsn: str,
    engine: AsyncEngine,
    officer: "Connection[Record]",
    processes: contextlib.AsyncExitStack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process = await opened(processes, dsn)
    await process.dies()
    await until(lambda: process.revision is None)
    about_to, go_on = asyncio.Event(), asyncio.Event()

    async def late(*what: Any, **more: Any) -> None:
        about_to.set()
        await go_on.wait()
        await announce(*what, **more)

    monkeypatch.setattr("auth.policy.feed.announce", late)
    process.revives()
    await about_to.wait()
    revision = await change(officer)
    assert await in_force(engine, revision) == InForce(serving=0, refusing=1, of=1)
    go_on.set()
    assert await first_revision(process) == revision


async def test_what_took_longer_to_read_than_the_lease_is_never_decided_by(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    has_read, go_on, read = asyncio.Event(), asyncio.Event(), PolicyReader(CATALOGUE, communes_of)

    async def slowly(connection: "Connection[Record]", known: Policy | None) -> Policy:
        policy = await read(connection, known)
        has_read.set()
        await go_on.wait()
        return policy

    process = Process(dsn, slowly)
    processes.push_async_callback(process.feed.close)
    starting = asyncio.create_task(process.feed.open())
    await has_read.wait()
    revision = await change(officer)
    assert await in_force(engine, revision, wait_s=LEASE_S + 1) == InForce(serving=0, refusing=1, of=1)
    go_on.set()
    assert await first_revision(process) == revision
    await starting


async def test_whatever_processes_do_none_decides_by_what_was_before_once_the_officer_was_told(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]", processes: contextlib.AsyncExitStack
) -> None:
    random, told_everywhere = Random(3), 0  # noqa: S311
    several = [await opened(processes, dsn) for _ in range(4)]

    async def stumble(process: Process) -> None:
        while True:
            await asyncio.sleep(random.random() / 5)
            await random.choice([process.feed.close, process.dies])()
            await asyncio.sleep(random.choice([0, 0, LEASE_S + 0.05 + random.random() / 5]))
            process.revives()

    stumbling = [asyncio.create_task(stumble(process)) for process in several[1:]]
    give_up = clock.lease() + 60
    while told_everywhere < ENOUGH and clock.lease() < give_up:
        revision = await change(officer)
        if (await in_force(engine, revision, wait_s=LEASE_S + 1)).everywhere:
            told_everywhere += 1
            assert [process.revision for process in several if (process.revision or revision) < revision] == []
        await asyncio.sleep(random.random() / 20)
    for task in stumbling:
        task.cancel()
    await asyncio.wait(stumbling)
    assert told_everywhere == ENOUGH


STOPPABLE = """\
import asyncio, sys
from tests.auth.policy.test_acknowledgements import Process

async def main():
    process, said = Process(sys.argv[1]), None
    await process.feed.open()
    while True:
        if process.revision != said:
            said = process.revision
            print("decides by", said, flush=True)
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


async def said_next(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while True:
            line = (await process.stdout.readline()).decode()
            if line.startswith("decides by "):
                return line.split()[-1]


async def test_a_process_that_the_machine_stopped_refuses_when_it_goes_on(
    dsn: str, engine: AsyncEngine, officer: "Connection[Record]"
) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", STOPPABLE, dsn, stdout=asyncio.subprocess.PIPE)
    try:
        before = int(await said_next(process))
        os.kill(process.pid, signal.SIGSTOP)
        revision = await change(officer)
        told = await in_force(engine, revision, wait_s=LEASE_S + 1)
        assert told == InForce(serving=0, refusing=1, of=1)
        os.kill(process.pid, signal.SIGCONT)
        said = [await said_next(process)]
        while said[-1] == "None":
            said.append(await said_next(process))
        assert int(said[-1]) == revision > before
    finally:
        os.kill(process.pid, signal.SIGCONT)
        process.kill()
        await process.wait()


async def test_processes_that_forget_others_at_once_do_not_hinder_each_other(dsn: str) -> None:
    connections = [await asyncpg.connect(dsn) for _ in range(4)]
    for _ in range(20):
        await connections[0].execute(
            "insert into processes (process, revision, confirmed_at) "
            "select gen_random_uuid(), 1, now() - interval '1 day' from generate_series(1, 20)"
        )
        await asyncio.gather(*(announce(connection, uuid4(), 1) for connection in connections))
    stale = "select count(*) from processes where confirmed_at < now() - interval '1 hour'"
    assert await connections[0].fetchval(stale) == 0
    for connection in connections:
        await connection.close()
