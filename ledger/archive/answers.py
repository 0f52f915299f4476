"""Answers of one ledger by who asked, why, what was read and when: for officers, and for an agency about itself.

The latest first. A list is driven by the index that the question fits best (parties, operations, or time alone); what
that index does not tell is looked at row by row, and a page looks at no more than `LOOKED_THROUGH` of them.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ledger.archive.books import Books
from ledger.archive.conditions import Conditions
from ledger.archive.database import LedgerDatabase
from ledger.archive.rows import Answer, Kind, coordinates_of, kind_of
from ledger.archive.subjects import answers_of
from ledger.segments.entries import Outcome
from ledger.tree.leaves import Reading

LOOKED_THROUGH = 10_000
MANY = 200
"""Parties or operations of which each is looked up by itself; more are sorted out in the order of time."""
_WINDOW = 1_000
"""Candidates that are looked at first, where not all of them fit; then twice as many each time."""

LAST = datetime(9999, 1, 1, tzinfo=UTC)
FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers; None: all."""

    agency: str | None = None
    """Whose rights were used, or whose client used another's."""
    within: str | None = None
    """Shown to this agency: only what it has such a part in, whatever else is asked."""
    client: str | None = None
    purpose: str | None = None
    coordinate: str | None = None
    """Read, or looked up by."""
    since: datetime | None = None
    until: datetime | None = None
    """Before that moment."""
    kind: Kind | None = None
    """In which somebody's reading is of this kind."""


class Moment(NamedTuple):
    """A place in the order of time: before it, a page goes on."""

    at: datetime
    leaf: int


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer, and what it read of how many."""

    answer: Answer
    kinds: Counter[Kind]
    """How many subjects' readings are of each kind."""
    readings: tuple[Reading, ...]

    @property
    def kind(self) -> Kind:
        """What became of the answer, in one word."""
        return next((kind for kind in _TELLING if self.kinds[kind]), _WITHOUT_SUBJECTS[self.answer.outcome])

    def has(self, kind: Kind | None) -> bool:
        """Whether somebody's reading is of this kind; what the statement finds are those that may have one."""
        return kind is None or self.kinds[kind] > 0 or self.kind is kind

    @property
    def coordinates(self) -> tuple[str, ...]:
        """What was read; of an answer that read nothing, what was asked."""
        return coordinates_of(self.readings) or self.answer.operation.coordinates


_TELLING = (
    Kind.REFUSED, Kind.WITHHELD, Kind.DISCLOSED, Kind.LISTED, Kind.VERIFIED, Kind.NO_HIT, Kind.SPOKE_FOR
)  # fmt: skip
_WITHOUT_SUBJECTS = {
    Outcome.GRANTED: Kind.DISCLOSED, Outcome.REFUSED: Kind.REFUSED, Outcome.NO_HIT: Kind.NO_HIT
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Shorter than was asked for where too many were looked at; None: there are no more."""

    rows: tuple[AnswerRow, ...]
    next: Moment | None


_READ = """\
select leaf, reading, array_agg(place) as places from people where leaf = any($1::bigint[]) group by leaf, reading"""

_IN_ORDER = """\
select at, leaf from answers where {of} (at, leaf) < ($1::timestamptz, $2::bigint) and at >= $3::timestamptz
order by at desc, leaf desc limit $4::int"""
_EACH = "select n.at, n.leaf from unnest($5::int[]) as k(key) cross join lateral ({in_order}) as n"
_WITHHELD = """\
select answers.at, answers.leaf
from marks join answers on answers.request_id = marks.request_id and answers.at = marks.answered_at
where marks.kind = 'withheld' and marks.answered_at <= $1::timestamptz and marks.answered_at >= $3::timestamptz
and (answers.at, answers.leaf) < ($1::timestamptz, $2::bigint)
order by answers.at desc, answers.leaf desc limit $4::int"""
_PAGE = """\
with candidate as materialized (
    select at, leaf, row_number() over (order by at desc, leaf desc) as number from ({source}) as s
    order by at desc, leaf desc limit $4
)
select c.number, c.at as at_time, c.leaf as at_leaf, a.leaf, a.request_id, a.at, a.outcome, a.party, a.operation,
    a.case_reference, a.officer, a.grants_revision, a.emergencies, a.missing, a.people
from candidate as c
left join lateral (select * from answers where answers.leaf = c.leaf {and_also} offset 0) as a on true
where a.leaf is not null or c.number = $4
order by c.number"""


class Answers:
    """Lists of the answers of one ledger."""

    def __init__(self, database: LedgerDatabase, books: Books) -> None:
        self._database, self._books = database, books

    async def page(self, wanted: Wanted, first: int, before: Moment | None = None) -> AnswerPage:
        """Raises `LedgerSilent`."""
        parties = await self._books.matching(wanted.agency, wanted.client, wanted.purpose, wanted.within)
        operations = await self._books.with_coordinate(wanted.coordinate, MANY + 1)
        if [] in (parties, operations):
            return AnswerPage((), None)
        question = _Question(parties, operations, wanted)
        place: Moment | None = before or Moment(wanted.until or LAST, 0)
        found: list[Any] = []
        looked, window = 0, first + 1 if question.is_exact else _WINDOW
        while place is not None and len(found) <= first and looked < LOOKED_THROUGH:
            given = (*place, wanted.since or FIRST, window, *question.given)
            rows = await self._database.fetch(question.statement, *given)
            found += [row for row in rows if row["leaf"] is not None]
            place = Moment(rows[-1]["at_time"], rows[-1]["at_leaf"]) if rows and rows[-1]["number"] == window else None
            looked, window = looked + window, min(2 * window, LOOKED_THROUGH - looked - window)
        if len(found) > first:
            found = found[:first]
            place = Moment(found[-1]["at"], found[-1]["leaf"])
        shown = await self._rows(found)
        return AnswerPage(tuple(row for row in shown if row.has(wanted.kind)), place)

    async def _rows(self, found: Sequence[Any]) -> tuple[AnswerRow, ...]:
        if not found:
            return ()
        answers = await answers_of(self._database, self._books, found)
        read = await self._database.fetch(_READ, list(answers))
        readings = await self._books.readings.of({row["reading"] for row in read})
        said: dict[int, list[tuple[Reading, Sequence[int]]]] = {leaf: [] for leaf in answers}
        for row in read:
            said[row["leaf"]].append((readings[row["reading"]], row["places"]))
        return tuple(_row(answer, said[leaf]) for leaf, answer in answers.items())


def _row(answer: Answer, read: Collection[tuple[Reading, Sequence[int]]]) -> AnswerRow:
    kinds = Counter(kind_of(answer, reading, place) for reading, places in read for place in places)
    return AnswerRow(answer, kinds, tuple(reading for reading, _ in read))


class _Question:
    """The statement that finds candidates and sorts them out, and what it is given from its fifth parameter on."""

    def __init__(self, parties: list[int] | None, operations: list[int] | None, wanted: Wanted) -> None:
        left = Conditions(parties=parties, coordinate=wanted.coordinate, kind=wanted.kind)
        source, self.given = _IN_ORDER.format(of=""), list[Any]()
        if parties is not None and len(parties) <= MANY:
            source, self.given, left = _each("party"), [parties], replace(left, parties=None)
        elif operations is not None and len(operations) <= MANY:
            source, self.given, left = _each("operation"), [operations], replace(left, coordinate=None)
        elif wanted.kind is Kind.WITHHELD:
            source = _WITHHELD
        self.is_exact = left.is_empty
        and_also, given = left.written(5 + len(self.given))
        self.given += given
        self.statement = _PAGE.format(source=source, and_also=and_also)


def _each(column: str) -> str:
    return _EACH.format(in_order=_IN_ORDER.format(of=f"{column} = k.key and"))
