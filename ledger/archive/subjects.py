"""The readings of one subject in one ledger, the latest first, a page at a time.

A person has one pseudonym for each epoch of the keys. Each has its readings in an index in the order of leaves, so that
the latest of all epochs are found without looking at the others, however many there are. Leaves are sealed within a
second or so: their order is nearly that of time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from ledger.archive.books import Books
from ledger.archive.conditions import Conditions
from ledger.archive.database import LedgerDatabase
from ledger.archive.rows import Answer, Mark, Row
from ledger.segments.entries import Outcome


class Place(NamedTuple):
    """Where a reading stands in its ledger."""

    leaf: int
    place: int


BEGINNING = Place(2**63 - 1, 0)
"""Before the latest of all."""
END = Place(0, 0)
"""After the first of all."""
WINDOWS = (32, 128, 512, 1_024)
"""How many rows are looked at by one statement: few sizes, so that the statements are few."""


def window_for(rows: int) -> int:
    """The smallest window with so many rows, or the largest."""
    return next((window for window in WINDOWS if window >= rows), WINDOWS[-1])


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that were looked for, and the place up to which all were looked at."""

    rows: tuple[Row, ...]
    upto: Place


_ANSWER = """\
a.leaf, a.request_id, a.at, a.outcome, a.party, a.operation, a.case_reference, a.officer, a.grants_revision, \
a.emergencies, a.missing, a.people"""

_OF_EPOCH = """\
(select leaf, place, reading from people where subject = ${number} and (leaf, place) < ($1::bigint, $2::int)
order by leaf desc, place desc limit {window})"""
# All epochs together are read in the order of leaves, each as far as is needed: a merge of their indexes, which the
# planner takes only where it knows that a few rows are wanted, so that their number is written and no parameter.
# `offset 0` keeps it from joining all answers at once: a page needs a few, each by its number.
_LATEST = """\
with candidate as materialized (
    select leaf, place, reading, row_number() over (order by leaf desc, place desc) as number
    from (select * from ({epochs}) as e order by leaf desc, place desc limit {window}) as p
)
select c.number, c.leaf as at_leaf, c.place, c.reading, {answer}
from candidate as c
left join lateral (select * from answers where answers.leaf = c.leaf{and_also} offset 0) as a on true
where a.leaf is not null or c.number = {window}
order by c.number"""

_OF_REQUESTS = f"""\
select p.place, p.reading, {_ANSWER}
from answers as a join people as p using (leaf)
where a.request_id = any($1::uuid[]) and p.subject = any($2::bytea[])
order by a.leaf, p.place"""  # noqa: S608 - columns named above""

_AT = f"""\
select p.place, p.reading, {_ANSWER}
from people as p join answers as a using (leaf)
where p.leaf = $1 and p.place = $2 and p.subject = any($3::bytea[])"""  # noqa: S608 - columns named above""

_MARKS = "select request_id, answered_at, kind, reason, places from marks where request_id = any($1::uuid[])"


ALL = Conditions()


class SubjectRows:
    """Rows of subjects in one ledger. `subjects` are the pseudonyms of one subject under each epoch."""

    def __init__(self, database: LedgerDatabase, books: Books) -> None:
        self._database, self._books = database, books

    async def latest(
        self, subjects: Sequence[bytes], before: Place, window: int, conditions: Conditions = ALL
    ) -> Found:
        """Of so many rows before that place (one of `WINDOWS`), those of answers that fulfil the conditions.

        Raises `LedgerSilent`.
        """
        if not subjects:
            return Found((), END)
        and_also, given = conditions.written(3 + len(subjects), "c.reading")
        epochs = " union all ".join(
            _OF_EPOCH.format(number=number, window=window) for number, _ in enumerate(subjects, 3)
        )
        statement = _LATEST.format(epochs=epochs, answer=_ANSWER, and_also=and_also, window=window)
        found = await self._database.fetch(statement, *before, *subjects, *given)
        is_cut = len(found) > 0 and found[-1]["number"] == window
        upto = Place(found[-1]["at_leaf"], found[-1]["place"]) if is_cut else END
        return Found(await self._rows([row for row in found if row["leaf"] is not None]), upto)

    async def of_requests(self, subjects: Sequence[bytes], requests: Collection[UUID]) -> tuple[Row, ...]:
        """What answers to these requests read of the subject, in the order of leaves. Raises `LedgerSilent`."""
        return await self._rows(await self._database.fetch(_OF_REQUESTS, list(requests), subjects))

    async def at(self, subjects: Sequence[bytes], place: Place) -> Row | None:
        """The row at a place, if it is the subject's. Raises `LedgerSilent`."""
        rows = await self._rows(await self._database.fetch(_AT, *place, subjects))
        return rows[0] if rows else None

    async def _rows(self, found: Sequence[Any]) -> tuple[Row, ...]:
        if not found:
            return ()
        answers = await answers_of(self._database, self._books, found)
        readings = await self._books.readings.of({row["reading"] for row in found})
        return tuple(Row(answers[row["leaf"]], row["place"], readings[row["reading"]]) for row in found)


async def answers_of(database: LedgerDatabase, books: Books, found: Sequence[Any]) -> dict[int, Answer]:
    """By leaf, the answers that rows with the columns of one tell of, with their marks. Raises `LedgerSilent`."""
    parties = await books.parties.of({row["party"] for row in found})
    operations = await books.operations.of({row["operation"] for row in found})
    marks = await _marks(database, {row["request_id"] for row in found})
    return {
        row["leaf"]: Answer(
            origin=database.origin,
            leaf=row["leaf"],
            request_id=row["request_id"],
            at=row["at"],
            outcome=Outcome(row["outcome"]),
            party=parties[row["party"]],
            operation=operations[row["operation"]],
            case_reference=row["case_reference"],
            officer=row["officer"],
            grants_revision=row["grants_revision"],
            emergencies=tuple(row["emergencies"]),
            missing=tuple(row["missing"]),
            people=row["people"],
            marks=tuple(marks.get((row["request_id"], row["at"]), ())),
        )
        for row in found
    }


async def _marks(database: LedgerDatabase, requests: Collection[UUID]) -> dict[tuple[Any, Any], list[Mark]]:
    """By request and time of its answer."""
    marks: dict[tuple[Any, Any], list[Mark]] = {}
    for row in await database.fetch(_MARKS, list(requests)):
        mark = Mark(row["kind"], row["reason"], frozenset(row["places"]))
        marks.setdefault((row["request_id"], row["answered_at"]), []).append(mark)
    return marks
