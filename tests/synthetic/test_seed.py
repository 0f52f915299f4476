"""Seeding: the same nation for the same seed, all of it or nothing, and never over somebody's data."""

from collections.abc import Mapping
from hashlib import sha256
from itertools import islice
from typing import Any

import asyncpg
import pytest

from installation.databases import database_urls
from installation.settings import Settings
from synthetic.load import CannotSeed, Register
from synthetic.nation import BLOCK, FEWEST_CITIZENS, blocks
from synthetic.seed import REGISTERS, seed

FEW = 400


def _digest(citizens: int, seed_: int) -> str:
    digest = sha256()
    for block in blocks(citizens, seed_):
        for name, parts in block.rows.items():
            for part in parts:
                digest.update(f"{name}.{part.table}{part.columns}{part.count}".encode() + part.data)
    return digest.hexdigest()


async def _answers(urls: Mapping[str, str], query: str) -> dict[str, list[Any]]:
    found = {}
    for name in REGISTERS:
        connection = await asyncpg.connect(dsn=urls[name])
        found[name] = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
    return found


async def _counts(urls: Mapping[str, str]) -> dict[str, int]:
    """Rows by table, of those that hold any."""
    counts = {}
    for name, metadata in REGISTERS.items():
        connection = await asyncpg.connect(dsn=urls[name])
        for table in metadata.tables:
            counts[f"{name}.{table}"] = await connection.fetchval(f"SELECT count(*) FROM {table}")
        await connection.close()
    return {table: count for table, count in counts.items() if count and not table.endswith("administrative_units")}


INDEXES = """
    SELECT pg_get_indexdef(indexrelid), indisprimary FROM pg_index JOIN pg_class ON oid = indrelid
    WHERE relnamespace = 'public'::regnamespace ORDER BY 1
"""


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    assert _digest(FEW, 5) == _digest(FEW, 5)
    assert _digest(FEW, 5) != _digest(FEW, 6)


def test_a_large_nation_comes_in_blocks_of_bounded_size() -> None:
    first = list(islice(blocks(1_000_000_000, 1), 3))
    assert [block.citizens <= BLOCK for block in first] == [True] * 3
    assert max(sum(len(part.data) for parts in block.rows.values() for part in parts) for block in first) < 64 << 20


def test_blocks_of_a_nation_add_up_to_its_citizens() -> None:
    assert sum(block.citizens for block in blocks(2 * BLOCK + 1_234, 1)) == 2 * BLOCK + 1_234


@pytest.mark.parametrize(("citizens", "seed_"), [(FEWEST_CITIZENS - 1, 1), (0, 1), (1_000, -1)])
def test_a_number_out_of_range_is_refused(citizens: int, seed_: int) -> None:
    with pytest.raises(ValueError, match=r"at least|from 0 on"):
        next(blocks(citizens, seed_))


@pytest.mark.parametrize("citizens", [FEWEST_CITIZENS, 137])
def test_the_smallest_nations_are_whole(citizens: int) -> None:
    assert sum(block.citizens for block in blocks(citizens, 3)) == citizens


async def test_seeding_fills_every_table_and_leaves_the_indexes_as_they_were(fresh_settings: Settings) -> None:
    urls = database_urls(fresh_settings)
    before = await _answers(urls, INDEXES)
    report = await seed(urls, 2_000, progress=False)
    assert await _answers(urls, INDEXES) == before
    assert await _counts(urls) == report.rows
    assert report.total == sum(report.rows.values())
    assert report.rows_per_second > 0


async def test_one_register_alone_gets_what_it_gets_in_a_whole_nation(
    fresh_settings: Settings, other_settings: Settings
) -> None:
    whole, alone = database_urls(fresh_settings), database_urls(other_settings)
    await seed(whole, FEW, progress=False)
    report = await seed({"land": alone["land"]}, FEW, progress=False)
    assert await _rows(alone["land"]) == await _rows(whole["land"])
    assert {table.partition(".")[0] for table in report.rows} == {"land"}
    assert await _counts(alone) == report.rows


async def _rows(url: str) -> list[Any]:
    connection = await asyncpg.connect(dsn=url)
    try:
        tables = sorted(table for table in REGISTERS["land"].tables if table != "administrative_units")
        return [await connection.fetch(f"SELECT t::text FROM {table} t ORDER BY 1") for table in tables]
    finally:
        await connection.close()


async def test_a_register_of_which_the_nation_knows_nothing_is_not_filled() -> None:
    with pytest.raises(CannotSeed, match="its own package fills it"):
        await seed({"weather": "postgresql://127.0.0.1:1/weather"}, FEW, progress=False)


async def test_a_database_that_holds_data_is_refused_and_kept(fresh_settings: Settings) -> None:
    urls = database_urls(fresh_settings)
    await seed(urls, FEW, progress=False)
    before = await _counts(urls)
    with pytest.raises(CannotSeed, match="holds data"):
        await seed(urls, FEW * 2, progress=False)
    assert await _counts(urls) == before


async def test_one_row_in_one_register_is_enough_to_refuse_all(fresh_settings: Settings) -> None:
    urls = database_urls(fresh_settings)
    connection = await asyncpg.connect(dsn=urls["enterprises"])
    await connection.execute("INSERT INTO industries VALUES ('0100000000', 1, '46', true, true)")
    await connection.close()
    with pytest.raises(CannotSeed, match="enterprises"):
        await seed(urls, FEW, progress=False)
    assert await _counts(urls) == {"enterprises.industries": 1}


async def test_force_replaces_what_is_there(fresh_settings: Settings) -> None:
    urls = database_urls(fresh_settings)
    await seed(urls, FEW, progress=False)
    report = await seed(urls, FEW + 100, seed=2, force=True, progress=False)
    assert await _counts(urls) == report.rows
    assert report.rows["identity.citizens"] == FEW + 100


async def test_a_failure_on_the_way_leaves_everything_as_it_was(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(self: Register) -> None:
        raise OSError("the disk is full")

    urls = database_urls(fresh_settings)
    before = await _answers(urls, INDEXES)
    monkeypatch.setattr(Register, "build_indexes", fails)
    with pytest.raises(OSError, match="disk"):
        await seed(urls, FEW, progress=False)
    assert await _counts(urls) == {}
    assert await _answers(urls, INDEXES) == before


async def test_a_database_without_tables_says_what_to_do(fresh_settings: Settings) -> None:
    urls = database_urls(fresh_settings)
    connection = await asyncpg.connect(dsn=urls["land"])
    await connection.execute("DROP TABLE parcels")
    await connection.close()
    with pytest.raises(CannotSeed, match="lienthong migrate"):
        await seed(urls, FEW, progress=False)


async def test_a_terminal_sees_progress_and_a_rate(
    fresh_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await seed(database_urls(fresh_settings), FEW)
    shown = capsys.readouterr()
    assert "rows/s" in shown.err
    assert shown.out == ""
