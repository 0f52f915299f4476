"""PostgreSQL killed, frozen or slow: nothing acknowledged is missing, and what cannot be recorded is soon withheld."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest

from ledger import Bounds, ChainBroken, LedgerUnreachable, NotDurable, NotRecorded, read_disclosures
from tests.ledger.desk import Desk, pin
from tests.ledger.server import Server

OpenDesk = Callable[..., Awaitable[Desk]]


class Load:
    """Clients that ask one after the other, and note what they received."""

    def __init__(self, desk: Desk, clients: int) -> None:
        self.received: list[bytes] = []
        self.withheld = 0
        self._desk = desk
        self._stopping = False
        self._clients = [asyncio.create_task(self._ask(client)) for client in range(clients)]

    async def _ask(self, client: int) -> None:
        while not self._stopping:
            try:
                self.received.append(await self._desk.answer([pin(client)], [pin(client + 1), pin(client + 2)]))
            except NotRecorded:
                self.withheld += 1
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._stopping = True
        await asyncio.gather(*self._clients)


async def received_again(load: Load, *, within: float) -> None:
    """Returns when clients receive answers again."""
    before = len(load.received)
    async with asyncio.timeout(within):
        while len(load.received) == before:  # noqa: ASYNC110 - the clients' progress is a number
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("rounds", [3, pytest.param(100, marks=pytest.mark.slow)])
async def test_postgresql_killed_under_load_loses_no_received_answer_and_the_ledger_goes_on_by_itself(
    desk: Desk, server: Server, database: str, rounds: int
) -> None:
    load = Load(desk, clients=48)
    for _ in range(rounds):
        await asyncio.sleep(0.3)

        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await received_again(load, within=10)
    await load.stop()

    recorded = {found.request_id.bytes for found in read_disclosures(await server.segments(database))}
    assert len(load.received) > 100 * rounds
    assert set(load.received) <= recorded
    assert load.withheld > 0


async def test_kill_finds_received_answers_missing_where_commits_are_not_durable(
    open_desk: OpenDesk, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without it, the test above could pass because a kill never loses anything."""

    async def require_nothing(connection: asyncpg.Connection) -> None:
        await connection.execute("set synchronous_commit = off")

    monkeypatch.setattr("ledger.recording.session.require_durability", require_nothing)
    load = Load(await open_desk(), clients=48)
    await asyncio.sleep(0.5)

    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await received_again(load, within=10)
    await load.stop()

    segments = await server.segments(database)
    everything = b"".join(segment.data for segment in segments)
    assert any(request_id not in everything for request_id in load.received)
    with pytest.raises(ChainBroken):
        list(read_disclosures(segments))


async def test_clients_get_not_recorded_while_postgresql_is_down(desk: Desk, server: Server) -> None:
    await asyncio.to_thread(server.kill)
    try:
        for _ in range(3):
            with pytest.raises(NotRecorded):
                await desk.answer([pin(1)])
        with pytest.raises(LedgerUnreachable):
            await desk.ledger.confirm()
    finally:
        await asyncio.to_thread(server.start)

    await desk.ledger.confirm()
    await desk.answer([pin(1)])


async def test_sessions_ended_while_idle_cost_no_answer(desk: Desk, server: Server, database: str) -> None:
    await desk.answer([pin(1)])
    await server.end_sessions(database)
    await asyncio.sleep(0.05)

    await desk.answer([pin(2)])

    assert desk.ledger.counts.withheld == 0


@asynccontextmanager
async def table_locked(server: Server, database: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(server.url(database))
    try:
        async with connection.transaction():
            await connection.execute("lock table segments in access exclusive mode")
            yield
    finally:
        await connection.close()


async def test_ledger_slower_than_its_limit_withholds_all_that_waits_within_twice_the_limit(
    open_desk: OpenDesk, server: Server, database: str
) -> None:
    desk = await open_desk(Bounds(seconds=0.4))
    first = await desk.answer([pin(1)])

    async with table_locked(server, database):
        began = time.monotonic()
        writing = asyncio.create_task(desk.answer([pin(2)]))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(desk.answer([pin(i)])) for i in range(3, 20)]
        outcomes = await asyncio.gather(writing, *waiting, return_exceptions=True)
        took = time.monotonic() - began

    assert {type(outcome) for outcome in outcomes} == {NotRecorded}
    assert 0.4 <= took < 1.2
    last = await desk.answer([pin(20)])
    recorded = {found.request_id.bytes for found in read_disclosures(await server.segments(database))}
    assert {first, last} <= recorded


async def test_postgresql_that_accepts_and_never_answers_withholds_in_bounded_time(
    open_desk: OpenDesk, server: Server
) -> None:
    desk = await open_desk(Bounds(seconds=0.4))

    with server.frozen():
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(NotRecorded):
                await desk.answer([pin(1)])
            assert time.monotonic() - began < 1.2
        with pytest.raises(LedgerUnreachable):
            await desk.ledger.confirm()

    await desk.answer([pin(1)])


async def test_write_of_unknown_outcome_ends_its_stream(open_desk: OpenDesk, server: Server, database: str) -> None:
    desk = await open_desk(Bounds(seconds=0.3))
    before = await desk.answer([pin(1)])
    async with table_locked(server, database):
        unknown, done = desk.record([pin(2)])
        with pytest.raises(NotRecorded):
            await done
    after = await desk.answer([pin(3)])

    segments = await server.segments(database)
    assert {segment.seq for segment in segments if segment.stream != segments[0].stream} == {0}
    recorded = {found.request_id.bytes for found in read_disclosures(segments)}
    assert {before, after} <= recorded <= {before, unknown, after}


async def test_write_while_another_is_under_way_gathers_into_one(desk: Desk, server: Server, database: str) -> None:
    async with table_locked(server, database):
        first = asyncio.create_task(desk.answer([pin(1)]))
        await asyncio.sleep(0.05)
        others = [asyncio.create_task(desk.answer([pin(i)])) for i in range(2, 30)]
        await asyncio.sleep(0.05)
        assert desk.ledger.counts.waiting == 28
    await asyncio.gather(first, *others)

    assert [segment.n for segment in await server.segments(database)] == [0, 1, 28]


async def test_answers_waiting_behind_a_write_that_failed_are_written_by_the_next(
    desk: Desk, server: Server, database: str
) -> None:
    async with table_locked(server, database):
        failing = desk.record([pin(1)])[1]
        await asyncio.sleep(0.05)
        waiting = [desk.record([pin(i)])[1] for i in range(2, 5)]
        await server.end_sessions(database, "application_name = 'lienthong ledger'")
        with pytest.raises(NotRecorded):
            await failing
    await asyncio.gather(*waiting)

    assert (desk.ledger.counts.recorded, desk.ledger.counts.withheld) == (3, 1)


async def test_database_that_refuses_a_write_is_asked_anew_whether_it_is_durable(
    desk: Desk, server: Server, database: str
) -> None:
    await server.execute("alter table segments add constraint full_disk check (n > 1) not valid", database)
    with pytest.raises(NotRecorded):
        await desk.answer([pin(1)])

    await server.execute("alter table segments drop constraint full_disk", database)
    await server.execute(f"alter database {database} set synchronous_commit = off")

    with pytest.raises(NotDurable):
        await desk.ledger.confirm()


async def test_answer_that_nobody_waits_for_any_more_fails_without_a_complaint_of_the_loop(
    open_desk: OpenDesk, server: Server, database: str
) -> None:
    complaints: list[object] = []
    desk = await open_desk(Bounds(seconds=0.1))
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    try:
        async with table_locked(server, database):
            desk.record([pin(1)])
            await asyncio.sleep(0.3)
            gc.collect()
    finally:
        asyncio.get_running_loop().set_exception_handler(None)

    assert desk.ledger.counts.withheld == 1
    assert complaints == []


async def test_loop_that_shuts_down_while_writing_withholds_what_waits(
    desk: Desk, server: Server, database: str
) -> None:
    async with table_locked(server, database):
        first = desk.record([pin(1)])[1]
        await asyncio.sleep(0.05)
        second = desk.record([pin(2)])[1]
        writer = desk.ledger._writer
        assert writer is not None
        assert writer._drain is not None
        writer._drain.cancel()
        outcomes = await asyncio.gather(first, second, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {NotRecorded}
    await desk.answer([pin(3)])
