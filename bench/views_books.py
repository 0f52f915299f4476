"""Ten million disclosures that never were: the books of a ledger of two years, filled without a tree under them.

Most citizens have a few rows, ten have ten thousand, one has a hundred thousand: whoever everybody looks up. Hashes are
random, since the views do not look at them; nothing here can be proven.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, repeat
from uuid import UUID

import asyncpg
import numpy as np

from ledger.segments.entries import Subject, Way
from ledger.segments.pseudonyms import Pseudonyms
from ledger.tree.leaves import Reading, StepRead, canonical, digest
from ledger.tree.readings import coordinates_of, kind_of

MONTHS = 24
CITIZENS = 2_000_000
HEAVIEST, HEAVY, ORDINARY = 0, 1, 1_000
"""Of the first citizen of each sort, the number: one, ten, all others."""
_HEAVIEST_ROWS, _HEAVY_ROWS, _HEAVY_CITIZENS = 100_000, 10_000, 10
AGENCIES = tuple(f"G{number:02}" for number in range(1, 41))
PURPOSES = ("tax", "welfare", "civil_registration", "land_registry", "security")
FIELDS = tuple(f"Citizen.field{number}" for number in range(60))
RARE_AGENCY, RARE_FIELD = "H99", "Citizen.rare"
_EPOCH_OF_FIRST_MONTH = 59
_SECONDS = 30 * 86_400


def keys() -> list[Pseudonyms]:
    """Of every month, the newest first."""
    first = _EPOCH_OF_FIRST_MONTH
    return [Pseudonyms(epoch.to_bytes(16), epoch) for epoch in range(first + MONTHS - 1, first - 1, -1)]


def pin(citizen: int) -> str:
    """A personal number of nobody: no province has code 000."""
    return f"000{citizen:09d}"


@dataclass(frozen=True, slots=True)
class Shape:
    """Numbers of what many rows share."""

    parties: int
    operations: int
    readings: int


async def fill(connection: asyncpg.Connection, rows: int, told: Callable[[str], None]) -> None:
    """So many disclosures in the books, those of the last month last."""
    index = await connection.fetchval("select indexdef from pg_indexes where indexname = 'people_subject'")
    await connection.execute("drop index people_subject")
    shape = await _shared(connection)
    random = np.random.default_rng(1)
    begins = datetime.now(UTC) - timedelta(seconds=_SECONDS) * MONTHS
    leaf = 0
    for month, epoch in enumerate(reversed(keys())):
        told(f"month {month + 1} of {MONTHS}")
        leaf = await _month(connection, random, shape, rows // MONTHS, epoch, begins + month * timedelta(days=30), leaf)
    told("the index of subjects")
    await connection.execute(index)
    await connection.execute(
        "insert into usage select (at at time zone '+07')::date, party, operation, outcome, count(*), sum(people), 0"
        " from answers group by 1, 2, 3, 4"
    )
    await connection.execute("vacuum analyze")


async def _shared(connection: asyncpg.Connection) -> Shape:
    """Who asks for what, and what is read; the last of each is rare."""
    parties = [(agency, purpose) for agency in AGENCIES for purpose in PURPOSES] + [(RARE_AGENCY, "tax")]
    rows: list[tuple[object, ...]] = [
        (digest(said), said[0], f"client-of-{said[0]}", [], said[1], "Law 26/2023, art. 10") for said in parties
    ]
    columns = ["digest", "agency", "client", "through", "purpose", "legal_basis"]
    await connection.copy_records_to_table("parties", records=rows, columns=columns)
    readings = [_reading(field, way) for field in (*FIELDS, RARE_FIELD) for way in (Way.OPENED, Way.REACHED)]
    await connection.copy_records_to_table(
        "readings",
        records=[
            (digest(each), each.subject, kind_of(each), coordinates_of(each), canonical(each).decode())
            for each in readings
        ],
        columns=["digest", "subject", "kind", "coordinates", "content"],
    )
    operations: list[tuple[object, ...]] = [
        (digest(f), digest(f)[:16], f"Ask{f}", [], sorted([f, "Citizen.pin"]), "[]") for f in (*FIELDS, RARE_FIELD)
    ]
    columns = ["digest", "document", "name", "needs", "coordinates", "steps"]
    await connection.copy_records_to_table("operations", records=operations, columns=columns)
    return Shape(len(rows), len(operations), len(readings))


def _reading(field: str, way: Way) -> Reading:
    return Reading(Subject.PERSON, (StepRead("citizen", way, (field,), ("Citizen.pin",)),))


async def _month(
    connection: asyncpg.Connection,
    random: np.random.Generator,
    shape: Shape,
    rows: int,
    epoch: Pseudonyms,
    begins: datetime,
    leaf: int,
) -> int:
    """The answers of one month and the people in them; the number of the next leaf."""
    sizes = list(_sizes(random, rows))
    count = len(sizes)
    parties = np.where(random.random(count) < 1e-5, shape.parties, random.integers(1, shape.parties, count))
    asked = np.where(random.random(count) < 1e-5, shape.operations, random.integers(1, shape.operations, count))
    outcomes = np.where(random.random(count) < 0.02, 2, np.where(random.random(count) < 0.02, 3, 1))
    seconds = np.sort(random.random(count)) * _SECONDS
    answers = (
        (leaf + n, _NOBODY, leaf + n, 0, UUID(bytes=random.bytes(16)), begins + timedelta(seconds=float(seconds[n])),
         int(outcomes[n]), int(parties[n]), int(asked[n]), f"HS-{leaf + n}", 7, _SALT, _SALT, sizes[n], _ROOT)
        for n in range(count)
    )  # fmt: skip
    await connection.copy_records_to_table("answers", records=answers, columns=_ANSWERS)
    subjects = epoch.of_persons([pin(citizen) for citizen in _citizens(random, sum(sizes))])
    blocks = (subjects[at : at + 16] for at in range(0, len(subjects), 16))
    leaves = chain.from_iterable(repeat(leaf + n, size) for n, size in enumerate(sizes))
    places = chain.from_iterable(map(range, sizes))
    read = chain.from_iterable(repeat(2 * int(asked[n]) - 1, size) for n, size in enumerate(sizes))
    people = zip(leaves, places, blocks, read, strict=True)
    await connection.copy_records_to_table("people", records=people, columns=["leaf", "place", "subject", "reading"])
    marks = [(leaf + count + n, leaf + at) for n, at in enumerate(range(0, count, 500))]
    await connection.executemany(_MARK, marks)
    return leaf + count + len(marks)


def _sizes(random: np.random.Generator, rows: int) -> Iterator[int]:
    """Numbers of people of answers: profiles, and of fifty one list of a hundred."""
    drawn = np.where(random.random(rows) < 0.02, 100, random.integers(1, 5, rows))
    for size, total in zip(drawn, accumulate(drawn), strict=True):
        if total > rows:
            return
        yield int(size)


def _citizens(random: np.random.Generator, rows: int) -> list[int]:
    """Who was read, by number."""
    drawn = random.integers(ORDINARY, CITIZENS, rows)
    heaviest, heavy = _HEAVIEST_ROWS // MONTHS, _HEAVY_ROWS * _HEAVY_CITIZENS // MONTHS
    places = random.permutation(rows)
    drawn[places[:heaviest]] = HEAVIEST
    drawn[places[heaviest : heaviest + heavy]] = random.integers(HEAVY, HEAVY + _HEAVY_CITIZENS, heavy)
    found: list[int] = drawn.tolist()
    return found


_NOBODY, _SALT, _ROOT = UUID(int=0), bytes(16), bytes(32)
_ANSWERS = [
    "leaf", "stream", "seq", "place", "request_id", "at", "outcome", "party", "operation", "case_reference",
    "grants_revision", "salt", "seed", "people", "root",
]  # fmt: skip
_MARK = """\
insert into marks (leaf, request_id, answered_at, kind, reason, at)
select $1, request_id, at, 'withheld', 'client_left', at from answers where leaf = $2"""
