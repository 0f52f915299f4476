"""How long the first page of a list takes with ten million disclosures: for a citizen, and for officers.

Measured is what the office does for one question without HTTP: the ledger's archive, and its PostgreSQL. Every question
is asked of the books as they are after a start, then again and again.
"""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

import asyncpg
from rich.console import Console

from auth.database import engine_of
from bench import processes
from bench import views_books as books
from bench.circumstances import Circumstances
from bench.place import HOME
from bench.report import under
from installation.postgres import Postgres
from ledger.archive.answers import Wanted
from ledger.archive.archives import Archives, Registered
from ledger.archive.counts import By, Counted, counts
from ledger.archive.guard import PurposeRule, Rules
from ledger.archive.own import Filter
from ledger.archive.persons import person_page
from ledger.archive.rows import Kind
from ledger.tables import metadata

TITLE = "## Views of the ledger"
LIMIT_MS = 50
ROWS = 10_000_000
PAGE = 20
_DATABASE = "views"
_TIMES = 20

err = Console(stderr=True)

Ask = Callable[[], Awaitable[object]]
"""Asks a question."""


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of one question: on a processor; waited the first time; the middle and the longest of the others."""

    question: str
    processor: float
    first: float
    middle: float
    longest: float


def measured(rows: int) -> list[Took]:
    """Every list, with as many disclosures in the books."""
    home = HOME / "views"
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    postgres = Postgres.of(home)
    postgres.start()
    try:
        return asyncio.run(_lists(postgres, rows))
    finally:
        postgres.stop()


async def _lists(postgres: Postgres, rows: int) -> list[Took]:
    await _have(postgres, rows)
    archives = Archives([Registered("bench/ledger", postgres.url(_DATABASE), books.keys)], bytes(range(64)))
    try:
        postmaster = postgres.pid() or 0
        return [await _measured(name, ask, postmaster) for name, ask in _questions(archives).items()]
    finally:
        await archives.close()


async def _have(postgres: Postgres, rows: int) -> None:
    """Books of this size; only finished ones are used again."""
    mark = HOME / "views" / "rows"
    if mark.exists() and mark.read_text() == str(rows):
        return
    mark.unlink(missing_ok=True)
    server = await asyncpg.connect(postgres.url("postgres"))
    await server.execute(f"drop database if exists {_DATABASE}")
    await server.execute(f"create database {_DATABASE}")
    await server.close()
    await _make_tables(postgres.url(_DATABASE))
    connection = await asyncpg.connect(postgres.url(_DATABASE))
    await books.fill(connection, rows, lambda said: err.print(f"Filling the books: {said}"))
    await connection.close()
    mark.write_text(str(rows))


async def _make_tables(dsn: str) -> None:
    engine = engine_of(dsn, 1)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()


def _questions(archives: Archives) -> Mapping[str, Ask]:
    own, now = archives.own, datetime.now(UTC)
    rules = Rules.of(PurposeRule(code, (code, code)) for code in books.PURPOSES)
    drawn = random.Random(7)  # noqa: S311 - whom to look up in a benchmark is no secret

    def citizen(number: Callable[[], int], wanted: Filter | None = None) -> Ask:
        return lambda: archives.page(books.pin(number()), "me", rules, first=PAGE, wanted=wanted)

    def officer(**wanted: object) -> Ask:
        return lambda: own.answers.page(Wanted(**wanted), PAGE)  # type: ignore[arg-type]

    heaviest = books.pin(books.HEAVIEST)
    return {
        "citizen with a few rows": citizen(lambda: drawn.randrange(books.ORDINARY, books.CITIZENS)),
        "citizen with 10,000 rows": citizen(lambda: drawn.randrange(books.HEAVY, books.HEAVY + 10)),
        "citizen with 100,000 rows": citizen(lambda: books.HEAVIEST),
        "the same, of one agency": citizen(lambda: books.HEAVIEST, Filter(agency=books.AGENCIES[3])),
        "the same, of an agency that hardly asks": citizen(lambda: books.HEAVIEST, Filter(agency=books.RARE_AGENCY)),
        "officers, everything": officer(),
        "officers, one agency": officer(agency=books.AGENCIES[3]),
        "officers, an agency that hardly asks": officer(agency=books.RARE_AGENCY),
        "officers, one purpose": officer(purpose=books.PURPOSES[1]),
        "officers, one field": officer(coordinate=books.FIELDS[5]),
        "officers, a field that is hardly read": officer(coordinate=books.RARE_FIELD),
        "officers, one agency and field": officer(agency=books.AGENCIES[3], coordinate=books.FIELDS[5]),
        "officers, one agency and field, a year ago": officer(
            agency=books.AGENCIES[3], coordinate=books.FIELDS[5], until=now - timedelta(days=365)
        ),
        "officers, one day a year ago": officer(since=now - timedelta(days=366), until=now - timedelta(days=365)),
        "officers, refused": officer(kind=Kind.REFUSED),
        "officers, withheld": officer(kind=Kind.WITHHELD),
        "officers, person of a case with 100,000 rows": lambda: person_page(own, heaviest, Wanted(), PAGE),
        "officers, the same of one field a year ago": lambda: person_page(
            own, heaviest, Wanted(coordinate=books.FIELDS[5], until=now - timedelta(days=365)), PAGE
        ),
        "counts by agency of 30 days": lambda: counts(
            own.database, [By.AGENCY], Counted(since=(now - timedelta(days=30)).date())
        ),
    }


async def _measured(question: str, ask: Ask, postmaster: int) -> Took:
    first = await _waited(ask)
    before = [processes.reading(each) for each in (os.getpid(), postmaster)]
    times = [await _waited(ask) for _ in range(_TIMES)]
    after = [processes.reading(each) for each in (os.getpid(), postmaster)]
    spent = sum(map(processes.between, before, after))
    return Took(question, spent / _TIMES / 1e6, first, median(times), max(times))


async def _waited(ask: Ask) -> float:
    began = time.perf_counter()
    await ask()
    return (time.perf_counter() - began) * 1000


def as_markdown(took: Sequence[Took], seen: Circumstances) -> Iterator[str]:
    """The section of the page."""
    yield from (TITLE, "", under(seen), "")
    yield (
        f"First page of {PAGE}, with {ROWS:,} disclosures of {books.MONTHS} months in the books; milliseconds in the"
        f" office and its PostgreSQL, without HTTP. Bound: {LIMIT_MS} ms. Processor: what both worked; the others are"
        " waits, in which other work of the machine counts. First: right after the start of PostgreSQL."
    )
    yield ""
    yield "| list | processor | first | middle | longest | within |"
    yield "|---|---:|---:|---:|---:|---|"
    yield from map(_row, took)


def _row(each: Took) -> str:
    within = "yes" if each.middle < LIMIT_MS else "**no**"
    figures = (each.processor, each.first, each.middle, each.longest)
    return f"| {each.question} | {' | '.join(f'{figure:.1f}' for figure in figures)} | {within} |"
