"""Invent insurance for the people of a demo installation: `python -m social_insurance.invent`.

Stands where a real register has its own records and the change feeds of others: the people and their rule columns are
copied from the population register, employers from the enterprise register. Every row is marked as invented; the same
nation gives the same rows. Safe to repeat: what was there is replaced.
"""

import asyncio
import datetime as dt
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import asyncpg

from installation.databases import connect, database_url
from installation.settings import load

SEED = 20_260_101
POSITIONS = ("Công nhân", "Kế toán", "Kỹ sư", "Lái xe", "Nhân viên bán hàng", "Trưởng phòng")
PENSION_FROM = 60
EMPLOYED, CHANGED = 0.6, 0.4  # shares of those of working age, and of these who had another employer before
TABLES = ("contributions", "benefits", "health_cards")

Row = tuple[Any, ...]


async def invent() -> int:
    """How many people have a health card now."""
    settings = load()
    if settings.mode != "demo":
        sys.exit("Insurance is invented in demo mode only: set LIENTHONG_MODE=demo.")
    population, employers = await _folk(database_url(settings, "population"), database_url(settings, "enterprises"))
    own = await connect(database_url(settings, "insurance"))
    try:
        async with own.transaction():
            await own.execute(f"TRUNCATE {', '.join(TABLES)}")
            for table, rows in zip(TABLES, _rows(population, employers), strict=True):
                await own.copy_records_to_table(table, records=rows)
    finally:
        await own.close()
    return len(population)


async def _folk(population_url: str, enterprises_url: str) -> tuple[list[asyncpg.Record], list[str]]:
    """The living with their rule columns, and the codes of those who may employ them."""
    population, enterprises = await connect(population_url), await connect(enterprises_url)
    try:
        people = await population.fetch(
            "SELECT pin, residence_commune, protected FROM persons WHERE vital_status = 'ALIVE' ORDER BY pin"
        )
        employers = await enterprises.fetch("SELECT code FROM enterprises WHERE status = 'ACTIVE' ORDER BY code")
    finally:
        await population.close()
        await enterprises.close()
    return people, [row["code"] for row in employers]


def _rows(people: Sequence[asyncpg.Record], employers: Sequence[str]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of the tables, in their order and that of their columns."""
    chance = random.Random(SEED)  # noqa: S311 -- the same rows for the same nation
    found: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for pin, commune, protected in people:
        rules = commune, protected, True
        age = 2026 - _year_of_birth(pin)
        found[0].extend((*row, *rules) for row in _contributions(chance, pin, age, employers))
        found[1].extend((*row, *rules) for row in _benefits(chance, pin, age))
        found[2].append((pin, _surrogate(chance), *_card(age), *rules))
    return found


def _contributions(chance: random.Random, pin: str, age: int, employers: Sequence[str]) -> Iterator[Row]:
    if not employers or not 18 <= age < PENSION_FROM or chance.random() > EMPLOYED:
        return
    since = dt.date(2026 - chance.randrange(1, age - 16), chance.randrange(1, 13), 1)
    if chance.random() < CHANGED:
        before = since.replace(year=since.year - 1)
        yield pin, _surrogate(chance), *_work(chance, employers), before, since, _wage(chance)
    yield pin, _surrogate(chance), *_work(chance, employers), since, None, _wage(chance)


def _benefits(chance: random.Random, pin: str, age: int) -> Iterable[Row]:
    if age < PENSION_FROM or chance.random() > EMPLOYED:
        return ()
    return [(pin, _surrogate(chance), "PENSION", _wage(chance) // 2, dt.date(2026 - age + PENSION_FROM, 1, 1), None)]


def _card(age: int) -> Row:
    group, level = ("TE", 1) if age < 6 else ("HT", 3) if age >= PENSION_FROM else ("DN", 4)
    return group, level, dt.date(2026, 1, 1), dt.date(2026, 12, 31)


def _work(chance: random.Random, employers: Sequence[str]) -> tuple[str, str]:
    return chance.choice(employers), chance.choice(POSITIONS)


def _wage(chance: random.Random) -> int:
    return chance.randrange(50, 400) * 100_000


def _surrogate(chance: random.Random) -> int:
    return chance.getrandbits(63)


def _year_of_birth(pin: str) -> int:
    """The fourth digit of a personal number says the century and the sex, the next two the year in it."""
    return 1900 + int(pin[3]) // 2 * 100 + int(pin[4:6])


if __name__ == "__main__":
    print(f"Invented insurance for {asyncio.run(invent()):,} people")  # noqa: T201
