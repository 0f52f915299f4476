"""Whom the questions are about: bounded samples of the invented nation, the same in every run on the same nation.

A sample is drawn row by row from the whole table, so that what is asked lies as far apart as what citizens are asked
about; of ten million people a hundred thousand are enough for that, and are read in seconds.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from domains.kit.units import communes_of

PROVINCE = "01"  # Hà Nội
SAMPLE = 100_000  # rows; of a nation with fewer, everybody
HOUSEHOLDS = 5_000
CELL = 0.1  # degrees: the widest box that may be asked for
ROWS_IN_CELL = 50  # more than this, so that a page is full

_SIZE = "SELECT reltuples FROM pg_class WHERE oid = $1::text::regclass"
_PEOPLE = "SELECT pin FROM citizens {sample} ORDER BY pin"
_NAMED = """
    SELECT full_name, date_of_birth FROM citizens {sample} WHERE length(date_of_birth) = 10 ORDER BY pin
"""
_DIRECTORS = "SELECT DISTINCT pin FROM roles {sample} ORDER BY pin"
_HOLDERS = "SELECT DISTINCT holder_pin FROM land_rights WHERE holder_pin = ANY($1) ORDER BY 1"
_OWNED = """
    SELECT DISTINCT enterprise_code FROM members {sample} WHERE member_enterprise IS NOT NULL ORDER BY 1
"""
_FULL_CELLS = f"""
    SELECT floor(centroid[0] / {CELL})::int, floor(centroid[1] / {CELL})::int FROM parcels WHERE status = 'ACTIVE'
    GROUP BY 1, 2 HAVING count(*) > {ROWS_IN_CELL} ORDER BY 1, 2
"""  # noqa: S608 -- our own numbers
_AT_HOME = f"""
    SELECT pin FROM household_members WHERE household_code IN (
        SELECT household_code FROM household_members WHERE household_code IN (
            SELECT code FROM households WHERE commune_code = ANY($1) ORDER BY code LIMIT {HOUSEHOLDS}
        )
        GROUP BY household_code HAVING bool_and(residence_commune = ANY($1))
    )
    ORDER BY pin
"""  # noqa: S608 -- our own number


async def people(urls: dict[str, str]) -> list[str]:
    """Personal numbers."""
    return [row[0] for row in await _sampled(urls["identity"], "citizens", _PEOPLE)]


async def busy(urls: dict[str, str]) -> list[str]:
    """Personal numbers of people who hold land and have a role in an enterprise."""
    directors = [row[0] for row in await _sampled(urls["enterprises"], "roles", _DIRECTORS)]
    return [row[0] for row in await _rows(urls["land"], _HOLDERS, directors)]


async def named(urls: dict[str, str]) -> list[tuple[str, str]]:
    """Names and dates of birth."""
    return [(row[0], row[1]) for row in await _sampled(urls["identity"], "citizens", _NAMED)]


async def owned(urls: dict[str, str]) -> list[str]:
    """Codes of enterprises of which another enterprise is a member."""
    return [row[0] for row in await _sampled(urls["enterprises"], "members", _OWNED)]


async def full_cells(urls: dict[str, str]) -> list[tuple[int, int]]:
    """Columns and rows of the map's cells with more parcels than a page."""
    return [(row[0], row[1]) for row in await _rows(urls["land"], _FULL_CELLS)]


async def at_home(urls: dict[str, str]) -> list[str]:
    """Personal numbers of people in the benchmark's province whose whole household lives there."""
    return [row[0] for row in await _rows(urls["population"], _AT_HOME, sorted(communes_of(PROVINCE)))]


async def _sampled(url: str, table: str, sql: str) -> Sequence[Any]:
    """The rows of a statement, of at most about SAMPLE rows of a table."""
    rows = (await _rows(url, _SIZE, table))[0][0]
    sample = f"TABLESAMPLE BERNOULLI ({100 * SAMPLE / rows}) REPEATABLE (7)" if rows > SAMPLE else ""
    return await _rows(url, sql.format(sample=sample))


async def _rows(url: str, sql: str, *values: Any) -> Sequence[Any]:
    connection = await asyncpg.connect(url)
    try:
        found: Sequence[Any] = await connection.fetch(sql, *values)
        return found
    finally:
        await connection.close()
