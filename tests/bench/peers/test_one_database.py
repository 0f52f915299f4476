"""The copy for the peer that joins has the rows, keys and indexes of the registers, and lasts as long as they do."""

from collections.abc import Mapping

import asyncpg
import pytest

from bench.peers.one_database import TABLES, NoRoom, copy, url_of
from installation.databases import database_urls
from installation.settings import Settings
from synthetic.seed import seed

_INDEXED = "select indexdef from pg_indexes where schemaname = $1 and tablename = any($2) order by indexname"


@pytest.fixture
async def registers(fresh_settings: Settings) -> Mapping[str, str]:
    urls = database_urls(fresh_settings)
    await seed(urls, 100, seed=7, progress=False)
    return urls


async def _read(url: str, sql: str, *values: object) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [str(row[0]) for row in await connection.fetch(sql, *values)]
    finally:
        await connection.close()


async def test_a_bench_asks_for_the_copy_and_finds_what_the_registers_have(registers: Mapping[str, str]) -> None:
    assert await copy(registers)

    for schema, tables in TABLES.items():
        for table in tables:
            rows = f"select to_jsonb(t)::text from {{}}{table} t order by 1"
            original = await _read(registers[schema], rows.format(""))
            assert original, table
            assert await _read(url_of(registers), rows.format(f"{schema}.")) == original
        indexes = await _read(registers[schema], _INDEXED, "public", tables)
        copied = await _read(url_of(registers), _INDEXED, schema, tables)
        assert [each.replace(f" ON {schema}.", " ON public.") for each in copied] == indexes


async def test_a_bench_asks_again_and_the_copy_stays_until_a_register_is_filled_anew(
    registers: Mapping[str, str],
) -> None:
    await copy(registers)
    assert not await copy(registers)

    await _read(registers["identity"], "truncate contacts")

    assert await copy(registers)
    assert await _read(url_of(registers), "select count(*) from identity.contacts") == ["0"]


async def test_a_bench_without_room_for_the_copy_is_told_so_before_anything_is_copied(
    registers: Mapping[str, str],
) -> None:
    with pytest.raises(NoRoom, match="GB are free"):
        await copy(registers, free=lambda _: 1_000)

    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await _read(url_of(registers), "select 1")
