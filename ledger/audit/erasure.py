"""Erasure by retention: what is personal goes when its purpose's time is over; what proves it stays.

First it is put on record, as entries of the ledger like any other, what will be erased; when those are sealed, it is
done. So a gap is always explained, and whoever finds an explanation without a gap has found a crash. The next run
finishes what the last began: an entry is only made when what the one before names is done. Entries can be forged by
whoever writes segments, so by themselves they erase nothing: what is emptied is always beyond its purpose's time, too.

A month's key is destroyed when nothing of that month may be kept, for any purpose, and all of it is sealed and erased.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from asyncpg import Connection

from ledger.audit.emptying import empty_people, empty_segments
from ledger.audit.recorded import erasures
from ledger.audit.retention import Retention, months_before, sealed_before
from ledger.segments.entries import AnyEvent, KeyDestroyed, PeopleErased, SegmentsErased
from ledger.segments.keyring import begins_at
from ledger.segments.pseudonyms import Pseudonyms
from ledger.tree.leaves import canonical

Sealed = Callable[[Sequence[AnyEvent]], Awaitable[None]]
"""Puts events on record and returns when they are sealed."""
Tell = Callable[[str, int], None]
"""Told what is being erased, and how much of it so far."""

A_DAY = timedelta(days=1)
"""By which a month's last records may have been sealed late, at a turn of the month under load."""
_PURPOSES = "select distinct purpose from parties order by purpose nulls first"
_PEOPLE = """
select sum(people) from answers join parties using (party)
where purpose is not distinct from $1 and leaf >= $2 and leaf < $3 and seed is not null
"""
_SEGMENTS = """
select count(*) from segments join (
    select distinct stream, seq from answers join parties using (party)
    join unnest($1::text[], $2::bigint[], $3::bigint[]) as due (purpose, first, upto)
        on parties.purpose is not distinct from due.purpose and leaf >= due.first and leaf < due.upto
) as standing using (stream, seq) where data is not null
"""
_UNSEALED = """
select exists (select from segments left join progress using (stream)
    where written_at < $1 and data is not null and seq >= coalesce(progress.segments, 0))
"""
_LEFT = "select exists (select from answers where leaf < $1 and seed is not null)"
_DESTROYED = "select exists (select from events where kind = 'key.destroyed' and content = $1)"


class Keys(Protocol):
    """Of `KeyRing`, what erasure needs."""

    def all(self) -> list[Pseudonyms]: ...

    def destroy(self, epoch: int) -> None: ...


class AnotherErases(Exception):
    """An erasure is under way in another process."""


LOCK = 0x657261736572  # "eraser", one for each database


def silence(_what: str, _done: int) -> None:
    """Tells nobody."""


@dataclass(slots=True)
class Erased:
    """What a run did, or would do."""

    people: dict[str | None, int] = field(default_factory=dict)
    segments: int = 0
    keys: list[int] = field(default_factory=list)
    odd: list[int] = field(default_factory=list)
    """Leaves of answers that were left, as they are not what was sealed: `verify` says more."""


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Due(NamedTuple):
    """Leaves whose persons are to be erased for a purpose."""

    purpose: str | None
    first: int
    upto: int
    people: int = 0
    sealed_at: datetime = _LONG_AGO
    """Of one that is on record."""


@dataclass(slots=True)
class _OnRecord:
    """How far erasures are on record. What the last entry for a purpose names may not all be done."""

    last: dict[str | None, _Due] = field(default_factory=dict)
    segments: int = 0

    def add(self, event: PeopleErased | SegmentsErased, at: datetime, sealed_at: datetime) -> None:
        """The next in the order of leaves."""
        if isinstance(event, PeopleErased):
            before = self.last.get(event.purpose) or _Due(event.purpose, 0, 0)
            # Of two entries that waited for the sealer together, the later one does not say that the first is done.
            first = before.upto if at > before.sealed_at else before.first
            self.last[event.purpose] = before._replace(
                first=first, upto=max(event.upto, before.upto), sealed_at=sealed_at
            )
        else:
            self.segments = max(event.upto, self.segments)

    def upto(self, purpose: str | None) -> int:
        return self.last[purpose].upto if purpose in self.last else 0


class Erasure:
    """One run, on a connection with the sealer's role."""

    def __init__(self, connection: Connection, retention: Retention, now: datetime, tell: Tell = silence) -> None:
        self._connection = connection
        self._retention = retention
        self._now = now
        self._tell = tell
        self._erased = Erased()

    async def rehearse(self) -> Erased:
        """What `run` would do. Changes nothing."""
        due = [*await self._unfinished(await self._on_record()), *await self._due()]
        for each in due:
            people = await self._count(each) or 0
            self._erased.people[each.purpose] = people + self._erased.people.get(each.purpose, 0)
        self._erased.segments = await self._count_segments(due)
        return self._erased

    async def run(self, sealed: Sealed) -> Erased:
        """Raises `AnotherErases`, and what `sealed` raises: then nothing further was erased."""
        if not await self._connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
            raise AnotherErases
        try:
            await self._empty(await self._on_record())
            due = await self._due()
            if due:
                segments = await self._count_segments(due)
                events: list[AnyEvent] = [PeopleErased(each.purpose, each.upto, each.people) for each in due]
                if segments:
                    events.append(SegmentsErased(max(each.upto for each in due), segments))
                await sealed(events)
                await self._empty(await self._on_record())
            return self._erased
        finally:
            await self._connection.execute("select pg_advisory_unlock($1)", LOCK)

    async def destroy_keys(self, keys: Keys, sealed: Sealed) -> list[int]:
        """Destroys the keys of months of which nothing may be kept; which. After `run`."""
        for epoch in sorted(pseudonyms.epoch for pseudonyms in keys.all()):
            if await self._is_over(epoch):
                gone = KeyDestroyed(epoch)
                if not await self._connection.fetchval(_DESTROYED, canonical(gone).decode()):
                    await sealed([gone])
                keys.destroy(epoch)
                self._erased.keys.append(epoch)
        return self._erased.keys

    async def _on_record(self) -> _OnRecord:
        found = _OnRecord()
        for recorded in await erasures(self._connection):
            found.add(*recorded)
        return found

    async def _due(self) -> list[_Due]:
        """What is beyond its time and in no entry yet."""
        on_record, due = await self._on_record(), []
        for purpose in await self._purposes():
            each = _Due(purpose, on_record.upto(purpose), await self._beyond_its_time(purpose))
            people = await self._count(each) if each.first < each.upto else None
            if people is not None:  # a refusal has nobody in it, and may have an officer
                due.append(each._replace(people=people))
        return due

    async def _empty(self, on_record: _OnRecord) -> None:
        unfinished = await self._unfinished(on_record)
        for purpose, first, upto, *_ in unfinished:
            async for people, odd in empty_people(self._connection, purpose, first, upto):
                self._erased.people[purpose] = self._erased.people.get(purpose, 0) + people
                self._erased.odd += odd
                self._tell("people", sum(self._erased.people.values()))
        first = min((each.first for each in unfinished), default=0)
        async for segments in empty_segments(self._connection, first, on_record.segments):
            self._erased.segments += segments
            self._tell("segments", self._erased.segments)

    async def _unfinished(self, on_record: _OnRecord) -> list[_Due]:
        """What the last entries name, as far as it may be erased."""
        return [
            each._replace(upto=min(each.upto, await self._beyond_its_time(each.purpose)))
            for each in on_record.last.values()
        ]

    async def _beyond_its_time(self, purpose: str | None) -> int:
        """How many leaves were sealed longer ago than the purpose's months."""
        return await sealed_before(self._connection, months_before(self._now, self._retention.of(purpose)))

    async def _count(self, due: _Due) -> int | None:
        """None: there is no answer with anything to erase."""
        people: int | None = await self._connection.fetchval(_PEOPLE, *due[:3])
        return people

    async def _count_segments(self, due: Sequence[_Due]) -> int:
        purposes, first, upto = zip(*(each[:3] for each in due), strict=True) if due else ((), (), ())
        segments: int = await self._connection.fetchval(_SEGMENTS, purposes, first, upto)
        return segments

    async def _purposes(self) -> list[str | None]:
        return [row["purpose"] for row in await self._connection.fetch(_PURPOSES)]

    async def _is_over(self, epoch: int) -> bool:
        """Whether nothing recorded in the key's month may be kept, and nothing of it is left anywhere."""
        ended = datetime.fromtimestamp(begins_at(epoch + 1), UTC) + A_DAY
        if ended > months_before(self._now, self._retention.longest(await self._purposes())):
            return False
        if await self._connection.fetchval(_UNSEALED, ended):
            return False
        return not await self._connection.fetchval(_LEFT, await sealed_before(self._connection, ended))
