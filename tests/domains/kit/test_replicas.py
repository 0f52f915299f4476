"""Which server a register's statements are read from, and what is said of the age of what they show."""

import asyncio
import time
from dataclasses import dataclass

import pytest

from domains.kit.database import SourceUnavailable
from domains.kit.loader import one_per_key
from domains.kit.replicas import Replicated, loader_of
from domains.kit.statements import Statement
from tests.domains.kit.conftest import OpenDatabase
from tests.overheard import overhear

BY_NUMBER = Statement("select n, word from words where n = any($1::text::int[])", ("keys",))
INVERSE = Statement("select n, 100 / n from words where n = any($1::text::int[])", ("keys",))
STALENESS_S, SETTLING_S = 5.0, 3.0


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class World:
    """A register, one replica of it (a second set of connections to the same server), and what each is sent."""

    clock: Clock
    register: Replicated

    def __post_init__(self) -> None:
        self.register.replicas[0].life = self.register.replicas[0].database.lives
        self.to_primary = overhear(self.register.primary, [])
        self.to_replica = overhear(self.register.replicas[0].database, [])

    def seen(self, as_of: float) -> None:
        """The replica was looked at."""
        self.register.replicas[0].freshness.seen(as_of, self.clock.now)

    def settled(self) -> None:
        """The replica has been fresh for long enough, and is."""
        self.seen(self.clock.now)
        self.clock.now += SETTLING_S
        self.seen(self.clock.now)

    @property
    def age(self) -> float:
        """How old an answer that begins now is said to be."""
        return time.time() - self.register.as_of()

    async def read(self, statement: Statement = BY_NUMBER, number: int = 1) -> object:
        return await loader_of(self.register, statement, (one_per_key,)).load(((number,), ()))


@pytest.fixture
async def world(open_database: OpenDatabase) -> World:
    clock = Clock()
    replica = await open_database(tries_each=False)
    return World(clock, Replicated(await open_database(), [replica], STALENESS_S, SETTLING_S, clock))


async def test_a_replica_of_which_nothing_is_known_is_not_asked(world: World) -> None:
    await world.read()
    assert (len(world.to_primary), len(world.to_replica)) == (1, 0)
    assert world.age == pytest.approx(0, abs=0.1)


async def test_a_fresh_replica_is_asked_in_place_of_the_register(world: World) -> None:
    world.settled()
    await asyncio.gather(*(world.read(number=number) for number in range(5)))
    assert len(world.to_primary) == 0
    assert world.to_replica


async def test_a_replica_is_told_of_before_it_is_asked(world: World) -> None:
    """Requests that were told a later moment have ended when it is."""
    world.seen(world.clock.now - 2)
    assert world.age == pytest.approx(2, abs=0.1)
    assert world.register.chosen() is None
    world.clock.now += SETTLING_S - 0.1
    assert world.register.chosen() is None
    world.clock.now += 0.1
    assert world.register.chosen() is not None


async def test_a_replica_that_nothing_was_heard_of_for_too_long_is_left(world: World) -> None:
    world.settled()
    world.clock.now += STALENESS_S
    assert world.register.chosen() is not None
    world.clock.now += 0.1
    assert world.register.chosen() is None
    assert world.age == pytest.approx(0, abs=0.1)
    world.seen(world.clock.now)
    assert world.register.chosen() is None  # and is asked again only after a while


async def test_a_replica_whose_connections_are_lost_is_left(world: World) -> None:
    world.settled()
    await world.register.replicas[0].database.close()
    for connection in [*world.register.replicas[0].database._held]:
        connection.raw.terminate()
    await asyncio.sleep(0)
    assert world.register.chosen() is None


async def test_a_replica_that_was_lost_and_is_back_is_not_known_any_more(world: World) -> None:
    """It may have come back with an earlier state."""
    world.settled()
    replica = world.register.replicas[0].database
    for connection in [*replica._held]:
        connection.raw.terminate()
    await asyncio.sleep(0.5)  # the first attempt to connect again is made at once
    assert replica.lives == 2
    assert replica.is_ready
    assert world.register.chosen() is None
    assert world.age == pytest.approx(0, abs=0.1)


async def test_what_a_replica_does_not_answer_the_register_does(world: World) -> None:
    world.settled()
    with pytest.raises(SourceUnavailable):
        await world.read(INVERSE, 0)
    assert (len(world.to_replica), len(world.to_primary)) == (1, 1)


async def test_a_replica_that_does_not_answer_is_not_tried_again_for_each(world: World) -> None:
    world.settled()
    good, bad = await asyncio.gather(world.read(INVERSE, 1), world.read(INVERSE, 0), return_exceptions=True)
    assert isinstance(bad, SourceUnavailable)
    assert not isinstance(good, BaseException)
    assert (len(world.to_replica), len(world.to_primary)) == (1, 3)  # the register: both together, then each


async def test_who_waits_for_a_replica_and_leaves_is_not_read_for(world: World) -> None:
    world.settled()
    reading = asyncio.ensure_future(world.read())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await asyncio.sleep(0.05)
    assert (world.to_primary, world.to_replica) == ([], [])
