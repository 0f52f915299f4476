"""Persons per day: how much of a grant's daily limit is left, counted over all processes.

A process borrows a portion of a limit from the table `quotas`, serves requests from it without asking the database,
and gives back what is left when it closes or the day, in Vietnam, is over. So the limit is never exceeded: what all
processes hold and have used is what the table says is lent, and that stays within the limit as it stood when it was
lent. The price is on the other side: what one process holds, the others cannot use, so a limit may look reached while
up to a portion for each other process is left; and what a process that crashed held counts as used. Where a limit is
lowered in the middle of a day, requests that are under way keep their room: an overshoot of a portion at most.

A request is given room for the most persons that it could look at, before it reads anything; afterwards it keeps what
it did look at. A person counts for each answer, as often as there are answers.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

import structlog
from sqlalchemy import Insert, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from auth import clock
from auth.caller import Choice, Limit
from auth.database import OUTAGES, engine_of
from auth.errors import GrantsUnconfirmed
from auth.tables import quotas

VIETNAM = timezone(timedelta(hours=7))
LARGEST_PORTION = 100
SHARE = 20
"""A portion is this part of a limit, and at least one person."""

CONNECTIONS = 2
NO_ROOM_S = 1.0
"""For so long the database is not asked again for what it did not have: another process may have given back."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """No grant that supplies this scope has room for so many persons today."""

    scope: str
    limits: Choice
    at_most: int
    seconds: int
    """Until the day is over."""


@dataclass(eq=False, slots=True)
class _Portion:
    """What this process holds of one grant's limit on one day."""

    limit: Limit
    day: date
    free: int = 0
    reserved: int = 0
    refused: int = 0
    refused_at: float = float("-inf")
    lending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self, persons: int) -> bool:
        if self.free < persons:
            return False
        self.free -= persons
        self.reserved += persons
        return True

    @property
    def size(self) -> int:
        return max(1, min(LARGEST_PORTION, self.limit.persons_per_day // SHARE))

    def was_refused(self, persons: int) -> bool:
        """Whether there was no room for fewer a moment ago."""
        recent = clock.lease() - self.refused_at < NO_ROOM_S
        return persons > self.limit.persons_per_day or (recent and persons >= self.refused)


@dataclass(frozen=True, slots=True)
class Reservation:
    """Room for so many persons by each of these grants; to be settled once."""

    portions: tuple[_Portion, ...]
    at_most: int


class Quotas:
    """The daily limits, as one process sees them."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._engine: AsyncEngine | None = None
        self._portions: dict[int, _Portion] = {}
        self._over: list[_Portion] = []

    async def open(self) -> None:
        """Connects when there is something to count."""
        self._engine = engine_of(self._dsn, CONNECTIONS)

    async def close(self) -> None:
        """Give back what is left; from then on nothing is reserved."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        self._over += self._portions.values()
        self._portions = {}
        for portion in self._over:
            await _give_back(engine, portion)
        await engine.dispose()

    async def reserve(self, limits: Mapping[str, Sequence[Choice]], at_most: int) -> Reservation | Exhausted:
        """Room for this many persons by one grant of every choice of every scope: the lowest-numbered that has it.

        Raises `GrantsUnconfirmed` where the database cannot be asked.
        """
        taken: dict[int, _Portion] = {}
        try:
            for scope, choices in limits.items():
                for choice in choices:
                    if not await self._take_one(choice, at_most, taken):
                        self.settle(Reservation((*taken.values(),), at_most), 0)
                        return Exhausted(scope, choice, at_most, _seconds_left())
        except BaseException:
            self.settle(Reservation((*taken.values(),), at_most), 0)
            raise
        return Reservation((*taken.values(),), at_most)

    def settle(self, reservation: Reservation, persons: int) -> None:
        """This many persons were looked at; the rest of the room is free again."""
        for portion in reservation.portions:
            portion.reserved -= reservation.at_most
            portion.free += reservation.at_most - persons

    async def _take_one(self, choice: Choice, persons: int, taken: dict[int, _Portion]) -> bool:
        if any(limit.grant in taken for limit in choice):
            return True
        for limit in choice:
            portion = self._portion(limit)
            if (portion.limit == limit and portion.take(persons)) or await self._borrow(portion, limit, persons):
                taken[limit.grant] = portion
                return True
        return False

    def _portion(self, limit: Limit) -> _Portion:
        """What is held of a grant today; what is left of yesterday waits to be given back."""
        portion, day = self._portions.get(limit.grant), _today()
        if portion is None or portion.day != day:
            if portion is not None:
                self._over.append(portion)
            portion = self._portions[limit.grant] = _Portion(limit, day)
        return portion

    async def _borrow(self, portion: _Portion, limit: Limit, persons: int) -> bool:
        """Exchange what is left of a portion for one that is large enough, under the limit of now."""
        async with portion.lending:
            if portion.limit != limit:
                await self._renew(portion, limit)
            elif portion.take(persons):
                return True
            if portion.was_refused(persons):
                return False
            left, portion.free = portion.free, 0
            try:
                lent = await self._exchange(portion, left, persons)
            except BaseException as error:
                # Whether it was lent is unknown. What is kept is less than what the table then says is lent here.
                portion.free += min(left, persons)
                if isinstance(error, OUTAGES):
                    raise GrantsUnconfirmed from error
                raise
            portion.free += lent if lent is not None else left
            if lent is None:
                portion.refused, portion.refused_at = persons, clock.lease()
            return lent is not None and portion.take(persons)

    async def _renew(self, portion: _Portion, limit: Limit) -> None:
        """Of a grant whose limit changed nothing is kept that was lent under the old one."""
        if self._engine is not None:
            await _give_back(self._engine, portion)
        portion.limit, portion.refused_at = limit, float("-inf")

    async def _exchange(self, portion: _Portion, left: int, persons: int) -> int | None:
        """Give back, borrow anew: a portion or as much as is needed, or just what is needed; None: not even that."""
        if self._engine is None:
            raise GrantsUnconfirmed
        await self._give_back_what_is_over(self._engine)
        async with self._engine.begin() as connection:
            for size in dict.fromkeys((max(persons, portion.size), persons)):
                if (await connection.execute(_lend(portion, left, size))).first() is not None:
                    return size
        return None

    async def _give_back_what_is_over(self, engine: AsyncEngine) -> None:
        over, self._over = self._over, []
        self._over += [portion for portion in over if portion.reserved]
        for portion in over:
            if not portion.reserved:
                await _give_back(engine, portion)


def _lend(portion: _Portion, left: int, size: int) -> Insert:
    """In place of what is left, so many persons: if the whole of what is lent then lies within the limit."""
    lent = quotas.c.leased - left + size
    statement = insert(quotas).values(grant_id=portion.limit.grant, day=portion.day, leased=size)
    return statement.on_conflict_do_update(
        index_elements=[quotas.c.grant_id, quotas.c.day],
        set_={"leased": lent},
        where=lent <= portion.limit.persons_per_day,
    ).returning(quotas.c.leased)


async def _give_back(engine: AsyncEngine, portion: _Portion) -> None:
    """What is left of a portion; where the database does not answer, it counts as used."""
    left, portion.free = portion.free, 0
    if left == 0:
        return
    row = (quotas.c.grant_id == portion.limit.grant) & (quotas.c.day == portion.day)
    try:
        async with engine.begin() as connection:
            await connection.execute(update(quotas).where(row).values(leased=quotas.c.leased - left))
    except OUTAGES as error:
        log.warning("quota_not_given_back", grant=portion.limit.grant, error=type(error).__name__)


def _today() -> date:
    return datetime.fromtimestamp(clock.wall(), VIETNAM).date()


def _seconds_left() -> int:
    """Until midnight in Vietnam."""
    now = datetime.fromtimestamp(clock.wall(), UTC).astimezone(VIETNAM)
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), VIETNAM)
    return max(1, int((midnight - now).total_seconds()))
