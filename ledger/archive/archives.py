"""A citizen's list over all registered ledgers: where each ministry keeps one of its own, one query stands in several.

Each ledger is read in its own order, and the lists are merged by time. What several ledgers say of one request is one
row: the first of them in the order of registration lists it, and the others are looked up by the request's id, so that
no row comes twice and none is passed over however the pages fall. Rows are joined across ledgers only, and only where
they say the same of who asked and why: whoever sends one request id a thousand times hides none of the thousand.

A page looks at no more than `LOOKED_THROUGH` rows of a ledger for what a filter asks for.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any

import msgspec

from ledger.archive.answers import Answers
from ledger.archive.books import Books
from ledger.archive.conditions import Conditions
from ledger.archive.database import LedgerDatabase, LedgerSilent
from ledger.archive.guard import Rules
from ledger.archive.own import Filter, OwnPage, OwnRow, is_shown, own_row, told_of
from ledger.archive.proofs import proof_of
from ledger.archive.rows import Row
from ledger.archive.sealed import NotGivenOutHere, Seal
from ledger.archive.subjects import BEGINNING, END, Place, SubjectRows, window_for
from ledger.segments.keyring import begins_at
from ledger.segments.pseudonyms import Pseudonyms
from ledger.tree.evidence import Proof

LOOKED_THROUGH = 2_000

A_DAY = timedelta(days=1)
FIRST_EPOCH = 1
"""Of the one key that installations had before there was one a month."""
_CURSOR, _ID = "cursor", "id"
Keys = Callable[[], Iterable[Pseudonyms]]
"""The pseudonyms of every epoch that can still be opened (`KeyRing.all`)."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One ledger: its origin, its database, and the keys of its pseudonyms."""

    origin: str
    dsn: str
    keys: Keys


class Archive:
    """One ledger, as its readers see it."""

    def __init__(self, registered: Registered) -> None:
        self.origin = registered.origin
        self.keys = registered.keys
        self.database = LedgerDatabase(registered.origin, registered.dsn)
        self.books = Books(self.database)
        self.subjects = SubjectRows(self.database, self.books)
        self.answers = Answers(self.database, self.books)

    def pseudonyms(self, pin: str, since: datetime | None = None, until: datetime | None = None) -> list[bytes]:
        """Under which a person stands in what was recorded in that time, the newest epoch first."""
        return [epoch.of_persons([pin]) for epoch in self.keys() if _reaches(epoch.epoch, since, until)]


@dataclass(frozen=True, slots=True)
class _Looking:
    """One citizen who looks, at one moment."""

    pin: str
    rules: Rules
    wanted: Filter
    now: datetime


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one ledger that are shown, in its order, and up to where it was looked at; None: it is silent."""

    rows: tuple[Row, ...]
    upto: Place | None


class Archives:
    """All registered ledgers. `reader` below is a citizen's sealed name: ids and cursors are bound to it."""

    def __init__(self, registered: Sequence[Registered], key: bytes) -> None:
        self._archives = {each.origin: Archive(each) for each in registered}
        if len(self._archives) != len(registered):
            raise ValueError("two ledgers have one origin")
        self.seal = Seal(key)

    async def close(self) -> None:
        for archive in self._archives.values():
            await archive.database.close()

    @property
    def own(self) -> Archive:
        """The ledger of this installation: the first."""
        return next(iter(self._archives.values()))

    async def page(
        self,
        pin: str,
        reader: str,
        rules: Rules,
        *,
        first: int,
        after: str | None = None,
        wanted: Filter | None = None,
        now: datetime | None = None,
    ) -> OwnPage:
        """The citizen's readings. Raises `NotGivenOutHere` for another's cursor; `LedgerSilent`, if all are."""
        looking = _Looking(pin, rules, wanted or Filter(), now or datetime.now(UTC))
        before = self._positions(after, reader)
        parts = await self._all(lambda archive: _shown(archive, looking, before[archive.origin], first + 1))
        entries, before, more = await self._taken(parts, before, looking, first)
        return OwnPage(
            rows=tuple(self._own_row(entry, reader, looking) for entry in entries),
            next=self.seal.seal(before, _CURSOR, reader) if more else None,
            silent=tuple(origin for origin, part in parts.items() if part.upto is None),
        )

    async def find(self, pin: str, reader: str, rules: Rules, id_: str, now: datetime | None = None) -> Row | None:
        """The row of that id, whole, if the citizen is shown it at all. Raises `NotGivenOutHere`, `LedgerSilent`."""
        origin, *place = self.seal.open(id_, _ID, reader)
        archive = self._archives.get(origin)
        if archive is None:
            return None
        row = await archive.subjects.at(archive.pseudonyms(pin), Place(*place))
        return row if row and is_shown(row, rules, Filter(), now or datetime.now(UTC)) else None

    async def proof(self, pin: str, reader: str, rules: Rules, id_: str, now: datetime | None = None) -> Proof | None:
        """The proof of the row of that id; None as for `find`, and where it is not sealed or is erased.

        Raises `NotGivenOutHere`, `LedgerSilent`, `RecordBroken`.
        """
        row = await self.find(pin, reader, rules, id_, now)
        if row is None:
            return None
        opened = told_of(row, rules, now or datetime.now(UTC)) is not None
        return await proof_of(self._archives[row.answer.origin].database, row, opened=opened)

    def of(self, origin: str) -> Archive | None:
        """The registered ledger of that origin."""
        return self._archives.get(origin)

    def id_of(self, row: Row, reader: str) -> str:
        """The name under which this citizen may ask for the row's proof."""
        return self.seal.seal((row.answer.origin, row.answer.leaf, row.place), _ID, reader)

    # --- Merging and joining -----------------------------------------------------------------------------------------

    async def _taken(
        self, parts: Mapping[str, _Part], before: Mapping[str, Place], looking: _Looking, first: int
    ) -> tuple[list[list[Row]], dict[str, Place], bool]:
        """The first entries of the merged lists, where each ledger goes on afterwards, and whether there is more."""
        entries: list[list[Row]] = []
        reached = dict(before)
        merged = list(merge(*(part.rows for part in parts.values()), key=lambda row: row.answer.at, reverse=True))
        joined = await self._joined(merged, looking)
        for row in merged:
            if len(entries) == first:
                return entries, reached, True
            reached[row.answer.origin] = Place(row.answer.leaf, row.place)
            entry = joined[_name(row)]
            if entry[0] == row:
                entries.append(entry)
        reached |= {origin: part.upto for origin, part in parts.items() if part.upto is not None}
        more = any(part.upto not in {None, END} for part in parts.values())
        return entries, reached, more

    async def _joined(self, rows: Sequence[Row], looking: _Looking) -> dict[tuple[str, int, int], list[Row]]:
        """By name of each row, the rows of all ledgers that are one entry with it."""
        if len(self._archives) == 1 or not rows:
            return {_name(row): [row] for row in rows}
        requests = {row.answer.request_id for row in rows}
        found = await self._all(lambda archive: _of_requests(archive, looking, requests))
        entries: dict[Any, list[Row]] = {}
        named: dict[tuple[str, int, int], list[Row]] = {}
        for origin in self._archives:  # in the order of registration: the first of an entry lists it
            times: dict[Any, int] = {}
            for row in found[origin].rows:
                said = (row.answer.request_id, row.answer.party, row.answer.case_reference)
                times[said] = times.get(said, 0) + 1
                entry = entries.setdefault((*said, times[said]), [])
                entry.append(row)
                named[_name(row)] = entry
        return {_name(row): named.get(_name(row), [row]) for row in rows}

    async def _all(self, ask: Callable[[Archive], Any]) -> dict[str, _Part]:
        """The same of every ledger at once. Raises `LedgerSilent` where none answers."""
        answers = await asyncio.gather(*map(ask, self._archives.values()), return_exceptions=True)
        parts: dict[str, _Part] = {}
        for origin, answer in zip(self._archives, answers, strict=True):
            if isinstance(answer, BaseException) and not isinstance(answer, LedgerSilent):
                raise answer
            parts[origin] = _Part((), None) if isinstance(answer, BaseException) else answer
        if all(part.upto is None for part in parts.values()):
            raise LedgerSilent(self.own.origin)
        return parts

    def _own_row(self, entry: Sequence[Row], reader: str, looking: _Looking) -> OwnRow:
        return own_row(tuple((self.id_of(row, reader), row) for row in entry), looking.rules, looking.now)

    def _positions(self, cursor: str | None, reader: str) -> dict[str, Place]:
        said = {} if cursor is None else self.seal.open(cursor, _CURSOR, reader)
        try:
            said = msgspec.convert(said, dict[str, Place])
        except msgspec.ValidationError as error:
            raise NotGivenOutHere from error
        return {origin: said.get(origin, BEGINNING) for origin in self._archives}


def _reaches(epoch: int, since: datetime | None, until: datetime | None) -> bool:
    """Whether anything of an epoch's month may have been recorded in that time, clocks a day apart."""
    begins = datetime.fromtimestamp(begins_at(epoch), UTC) - A_DAY
    ends = datetime.fromtimestamp(begins_at(epoch + 1), UTC) + A_DAY
    is_a_month = epoch > FIRST_EPOCH
    return not is_a_month or ((until is None or begins < until) and (since is None or since < ends))


async def _shown(archive: Archive, looking: _Looking, before: Place, most: int) -> _Part:
    """The next rows of one ledger that the citizen is shown; fewer, where too many had to be looked at for a filter."""
    parties = await archive.books.matching(looking.wanted.agency, None, looking.wanted.purpose)
    if parties == []:
        return _Part((), END)
    subjects, conditions = archive.pseudonyms(looking.pin), Conditions(parties=parties)
    shown: list[Row] = []
    looked, window = 0, window_for(most)
    while len(shown) < most and before != END and (parties is None or looked < LOOKED_THROUGH):
        found = await archive.subjects.latest(subjects, before, window, conditions)
        shown += [row for row in found.rows if is_shown(row, looking.rules, looking.wanted, looking.now)]
        before, looked, window = found.upto, looked + window, window_for(4 * window)
    return _Part(tuple(shown), before)


async def _of_requests(archive: Archive, looking: _Looking, requests: Collection[Any]) -> _Part:
    rows = await archive.subjects.of_requests(archive.pseudonyms(looking.pin), requests)
    return _Part(tuple(row for row in rows if is_shown(row, looking.rules, looking.wanted, looking.now)), END)


def _name(row: Row) -> tuple[str, int, int]:
    return row.answer.origin, row.answer.leaf, row.place
