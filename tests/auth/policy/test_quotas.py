"""Persons per day: never more than the limit, whoever asks in which process, and nothing lost by who closes cleanly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import clock
from auth.caller import Choice, Limit
from auth.errors import GrantsUnconfirmed
from auth.policy.quotas import Exhausted, Quotas, Reservation
from tests.auth.world import NAME, Installation

Open = Callable[[], Awaitable[Quotas]]
NOON = datetime(2026, 3, 2, 5, tzinfo=UTC).timestamp()  # in Vietnam
HOUR = 3_600


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock on the wall; it stands at noon in Vietnam."""

    def set_to(moment: float) -> None:
        monkeypatch.setattr(clock, "wall", lambda: moment)

    return set_to


@pytest.fixture
async def process(dsn: str) -> AsyncIterator[Open]:
    """Opens what one process counts with; all are closed at the end."""
    async with AsyncExitStack() as stack:

        async def one() -> Quotas:
            quotas = Quotas(dsn)
            await quotas.open()
            stack.push_async_callback(quotas.close)
            return quotas

        yield one


async def limited(here: Installation, persons: int) -> Limit:
    """A grant with this limit."""
    return Limit(await here.grant(NAME, persons_per_day=persons), persons)


async def lent(here: Installation, limit: Limit) -> int:
    """What the table says is used or lent, over all days."""
    query = "select coalesce(sum(leased), 0) from quotas where grant_id = $1"
    return int(await here.connection.fetchval(query, limit.grant))


async def reserve(quotas: Quotas, limit: Limit | Choice, persons: int) -> Reservation | None:
    """Room by one of these grants, or None where it is exhausted."""
    choice = (limit,) if isinstance(limit, Limit) else limit
    found = await quotas.reserve({NAME: (choice,)}, persons)
    return found if isinstance(found, Reservation) else None


async def test_a_client_is_served_up_to_the_limit_and_no_further(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 3)
    served = [await reserve(quotas, limit, 1) is not None for _ in range(5)]
    assert served == [True, True, True, False, False]


async def test_a_client_that_asks_for_too_many_at_once_is_told_the_limit_and_until_when(
    here: Installation, process: Open, at: Callable[[float], None]
) -> None:
    at(NOON)
    quotas, limit = await process(), await limited(here, 30)
    assert await quotas.reserve({NAME: ((limit,),)}, 31) == Exhausted(NAME, (limit,), 31, 12 * HOUR)
    assert await lent(here, limit) == 0


async def test_what_was_not_looked_at_is_free_again(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 100)
    room = await reserve(quotas, limit, 100)
    assert room is not None
    quotas.settle(room, 5)
    assert [await reserve(quotas, limit, size) is not None for size in (96, 95)] == [False, True]


async def test_a_process_asks_the_database_once_for_a_portion(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 2_000)
    assert await reserve(quotas, limit, 1) is not None
    assert await lent(here, limit) == 100
    await here.connection.execute("alter table quotas rename to hidden")
    assert all([await reserve(quotas, limit, 1) is not None for _ in range(99)])
    with pytest.raises(GrantsUnconfirmed):
        await reserve(quotas, limit, 1)
    await here.connection.execute("alter table hidden rename to quotas")


@pytest.mark.parametrize(("persons", "portion"), [(1, 1), (19, 1), (40, 2), (2_000, 100), (1_000_000, 100)])
async def test_a_portion_is_a_twentieth_of_the_limit_and_at_most_a_hundred(
    here: Installation, process: Open, persons: int, portion: int
) -> None:
    quotas, limit = await process(), await limited(here, persons)
    await reserve(quotas, limit, 1)
    assert await lent(here, limit) == portion


async def test_a_request_for_more_than_a_portion_is_served_where_there_is_room(
    here: Installation, process: Open
) -> None:
    quotas, limit = await process(), await limited(here, 1_000)
    room = await reserve(quotas, limit, 1_000)
    assert room is not None
    quotas.settle(room, 10)
    assert await reserve(quotas, limit, 990) is not None


async def test_what_a_process_has_left_when_it_closes_serves_the_others(here: Installation, process: Open) -> None:
    limit = await limited(here, 100)
    first, second = await process(), await process()
    room = await reserve(first, limit, 100)
    assert room is not None
    first.settle(room, 40)
    assert await reserve(second, limit, 60) is None
    await first.close()
    await asyncio.sleep(1.05)  # for so long the second does not ask again
    assert await reserve(second, limit, 60) is not None


async def test_what_a_process_held_when_it_crashed_counts_as_used(here: Installation, process: Open) -> None:
    limit = await limited(here, 100)
    crashed, other = await process(), await process()
    assert await reserve(crashed, limit, 1) is not None
    assert crashed._engine is not None
    await crashed._engine.dispose()
    assert [await reserve(other, limit, size) is not None for size in (96, 95)] == [False, True]


async def test_a_closed_process_counts_nothing_more(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 100)
    await quotas.close()
    with pytest.raises(GrantsUnconfirmed):
        await reserve(quotas, limit, 1)


async def test_a_request_is_charged_to_the_lowest_numbered_grant_with_room(here: Installation, process: Open) -> None:
    quotas = await process()
    small, large = await limited(here, 2), await limited(here, 50)
    for _ in range(3):
        assert await reserve(quotas, (small, large), 1) is not None
    assert await lent(here, small) == 2
    assert await lent(here, large) == 2  # a portion
    assert await reserve(quotas, (small, large), 3) is not None


async def test_a_request_that_needs_two_grants_is_charged_to_both_or_to_neither(
    here: Installation, process: Open
) -> None:
    quotas = await process()
    wide, narrow = await limited(here, 20), await limited(here, 1)
    both = {"a": ((wide,),), "b": ((narrow,),)}
    assert isinstance(await quotas.reserve(both, 1), Reservation)
    assert await quotas.reserve(both, 1) == Exhausted("b", (narrow,), 1, _any_seconds(await quotas.reserve(both, 1)))
    await quotas.close()
    assert (await lent(here, wide), await lent(here, narrow)) == (1, 1)


def _any_seconds(found: object) -> int:
    assert isinstance(found, Exhausted)
    return found.seconds


async def test_a_grant_that_supplies_several_scopes_is_charged_once(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 10)
    room = await quotas.reserve({"a": ((limit,),), "b": ((limit,), (limit,))}, 10)
    assert isinstance(room, Reservation)
    assert len(room.portions) == 1


async def test_the_limit_begins_anew_at_midnight_in_vietnam(
    here: Installation, process: Open, at: Callable[[float], None]
) -> None:
    quotas, limit = await process(), await limited(here, 10)
    at(NOON + 12 * HOUR - 1)
    assert await reserve(quotas, limit, 10) is not None
    assert await reserve(quotas, limit, 1) is None
    at(NOON + 12 * HOUR)
    assert await reserve(quotas, limit, 10) is not None


async def test_what_was_left_of_yesterday_is_given_back_once_nobody_uses_it(
    here: Installation, process: Open, at: Callable[[float], None]
) -> None:
    """The table then says how much of each day was used."""
    quotas, limit = await process(), await limited(here, 2_000)
    at(NOON)
    early, late = await reserve(quotas, limit, 10), await reserve(quotas, limit, 10)
    assert early is not None
    assert late is not None
    quotas.settle(early, 4)
    at(NOON + 24 * HOUR)
    await reserve(quotas, limit, 1)
    yesterday = "select leased from quotas where grant_id = $1 and day = '2026-03-02'"
    assert await here.connection.fetchval(yesterday, limit.grant) == 100
    quotas.settle(late, 3)
    await quotas.close()
    assert await here.connection.fetchval(yesterday, limit.grant) == 7


async def test_a_limit_that_was_lowered_counts_from_the_next_request_on(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 2_000)
    room = await reserve(quotas, limit, 60)
    assert room is not None
    quotas.settle(room, 60)
    lowered = Limit(limit.grant, 61)
    assert [await reserve(quotas, lowered, size) is not None for size in (2, 1)] == [False, True]
    assert await reserve(quotas, lowered, 1) is None


async def test_a_limit_that_was_raised_counts_from_the_next_request_on(here: Installation, process: Open) -> None:
    quotas, limit = await process(), await limited(here, 1)
    assert await reserve(quotas, limit, 1) is not None
    assert await reserve(quotas, limit, 1) is None
    assert await reserve(quotas, Limit(limit.grant, 2), 1) is not None


async def test_many_requests_at_once_are_counted_one_by_one(here: Installation, process: Open) -> None:
    """All of them find nothing lent, and would each borrow a portion."""
    limit = await limited(here, 50)
    processes = [await process() for _ in range(3)]
    found = await asyncio.gather(*(reserve(processes[n % 3], limit, 1) for n in range(120)))
    assert len([room for room in found if room is not None]) <= 50
    assert await lent(here, limit) == 50


async def test_a_client_that_goes_on_asking_for_what_is_used_up_does_not_reach_the_database(
    here: Installation, process: Open
) -> None:
    quotas, limit = await process(), await limited(here, 1)
    await reserve(quotas, limit, 1)
    assert await reserve(quotas, limit, 1) is None
    await here.connection.execute("alter table quotas rename to hidden")
    assert [await reserve(quotas, limit, 1) for _ in range(50)] == [None] * 50
    await here.connection.execute("alter table hidden rename to quotas")


async def test_a_database_that_does_not_answer_in_the_middle_of_lending_leaves_no_room_that_was_not_lent(
    here: Installation, process: Open
) -> None:
    quotas, limit = await process(), await limited(here, 100)
    room = await reserve(quotas, limit, 5)
    assert room is not None
    quotas.settle(room, 2)  # 3 are left of the portion
    transaction = here.connection.transaction()
    await transaction.start()
    await here.connection.execute("lock table quotas in access exclusive mode")
    with pytest.raises(GrantsUnconfirmed):
        await reserve(quotas, limit, 4)
    await transaction.rollback()
    held = sum(portion.free for portion in quotas._portions.values())
    assert held + 2 <= await lent(here, limit)
    assert await reserve(quotas, limit, 3) is not None


# --- random interleavings ---------------------------------------------------------------------------------------------

PROCESSES = 3
Move = tuple[str, int, int]
moves = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), st.integers(0, PROCESSES - 1), st.integers(0, 40)),
        st.tuples(st.just("together"), st.integers(0, PROCESSES - 1), st.integers(1, 15)),
        st.tuples(st.just("settle"), st.integers(0, 30), st.integers(0, 40)),
        st.tuples(st.just("restart"), st.integers(0, PROCESSES - 1), st.just(0)),
        st.tuples(st.just("crash"), st.integers(0, PROCESSES - 1), st.just(0)),
    ),
    max_size=25,
)


class Day:
    """A day of some processes that share a limit: what each reserved, and what was looked at."""

    def __init__(self, dsn: str, limit: Limit) -> None:
        self._dsn, self._limit = dsn, limit
        self.processes: list[Quotas] = []
        self.open: list[tuple[Quotas, Reservation]] = []
        self.used = 0
        self.crashes = 0

    async def start(self) -> None:
        self.processes = [await self._process() for _ in range(PROCESSES)]

    async def do(self, move: Move) -> None:
        what, one, size = move
        if what == "reserve":
            await self._reserve(self.processes[one], size)
        elif what == "together":
            everybody = self.processes
            await asyncio.gather(*(self._reserve(everybody[(one + n) % PROCESSES], size) for n in range(5)))
        elif what == "settle" and self.open:
            quotas, room = self.open.pop(one % len(self.open))
            self._settle(quotas, room, min(size, room.at_most))
        elif what in {"restart", "crash"}:
            await self._leave(one, cleanly=what == "restart")

    async def end(self) -> None:
        """Everything is settled with half of what was reserved, and every process closes."""
        while self.open:
            quotas, room = self.open.pop()
            self._settle(quotas, room, room.at_most // 2)
        for quotas in self.processes:
            await quotas.close()

    def taken(self) -> int:
        """What was looked at, what requests have room for, and what the processes hold."""
        reserved = sum(room.at_most for _, room in self.open)
        free = sum(portion.free for quotas in self.processes for portion in quotas._portions.values())
        return self.used + reserved + free

    async def _reserve(self, quotas: Quotas, persons: int) -> None:
        room = await reserve(quotas, self._limit, persons)
        if room is not None:
            self.open.append((quotas, room))

    def _settle(self, quotas: Quotas, room: Reservation, persons: int) -> None:
        quotas.settle(room, persons)
        self.used += persons

    async def _leave(self, number: int, *, cleanly: bool) -> None:
        """A process that leaves answers no more: cleanly, once its requests are answered."""
        quotas = self.processes[number]
        mine = [entry for entry in self.open if entry[0] is quotas]
        self.open = [entry for entry in self.open if entry[0] is not quotas]
        for _, room in mine:
            self._settle(quotas, room, room.at_most)
        if cleanly:
            await quotas.close()
        else:
            self.crashes += 1
            assert quotas._engine is not None
            await quotas._engine.dispose()
        self.processes[number] = await self._process()

    async def _process(self) -> Quotas:
        quotas = Quotas(self._dsn)
        await quotas.open()
        return quotas


async def lived(dsn: str, limit: Limit, sequence: Sequence[Move]) -> tuple[Day, int]:
    """The day at its end, and what the table says then."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("delete from quotas")
    day = Day(dsn, limit)
    await day.start()
    for move in sequence:
        await day.do(move)
        leased = await connection.fetchval("select coalesce(sum(leased), 0) from quotas")
        assert day.taken() <= leased <= limit.persons_per_day
    await day.end()
    lent_at_last = int(await connection.fetchval("select coalesce(sum(leased), 0) from quotas"))
    await connection.close()
    return day, lent_at_last


async def test_processes_in_whatever_order_never_exceed_the_limit_and_lose_nothing_when_they_close(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit holds at every moment. Where nobody crashed, the table says at the end exactly what was looked at."""
    monkeypatch.setattr("auth.policy.quotas.NO_ROOM_S", 0.0)
    limit = await limited(here, 60)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(moves)
    def check(sequence: list[Move]) -> None:
        day, lent_at_last = asyncio.run(lived(here.dsn, limit, sequence))
        assert day.used <= lent_at_last <= limit.persons_per_day
        if day.crashes == 0:
            assert lent_at_last == day.used

    await asyncio.to_thread(check)
