"""For the peer that joins: the tables of the four registers that the questions need, as schemas of one database.

It stands in the same server, and its tables have the columns, keys and indexes that the registers' have. The copy is
kept as long as the nation is the same: filling a register anew gives its tables new files.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import disk_usage
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import asyncpg

EXPOSED = Path(__file__).with_name("postgraphile.sql")
TABLES = {
    "identity": ("administrative_units", "citizens", "contacts", "identity_cards"),
    "population": ("persons", "residences", "households", "household_members"),
    "land": ("parcels", "land_rights"),
    "enterprises": ("enterprises", "roles"),
}
_PIECES = 16  # of a stream that may wait between the two databases
_ROOM = 1.3  # on the disk, for each byte that is copied: what is written ahead, too

Connection: TypeAlias = "asyncpg.Connection[Any]"

_COLUMNS = """
select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
  (select collname from pg_collation c where c.oid = a.attcollation and c.collname = 'C') as collation
from pg_attribute a where a.attrelid = $1::text::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum"""
_KEYS = """
select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
where conrelid = $1::text::regclass and contype in ('p', 'u') order by conname"""
_INDEXES = """
select pg_get_indexdef(indexrelid) from pg_index i where indrelid = $1::text::regclass
  and not exists (select from pg_constraint c where c.conindid = i.indexrelid) order by indexrelid::regclass::text"""
_SIZE = "select pg_total_relation_size($1::text::regclass)"
_FILE = "select pg_relation_filenode($1::text::regclass)"
_MARK = "select shobj_description(oid, 'pg_database') from pg_database where datname = $1"


class NoRoom(RuntimeError):
    """The disk cannot hold the copy."""


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a register."""

    connection: Connection
    schema: str
    table: str

    @property
    def target(self) -> str:
        return f"{self.schema}.{self.table}"


def _free(directory: str) -> int:
    return disk_usage(directory).free


def url_of(registers: Mapping[str, str]) -> str:
    """The URL of the copy."""
    land = urlsplit(registers["land"])
    return land._replace(path=f"{land.path}_and_all").geturl()


async def copy(registers: Mapping[str, str], free: Callable[[str], int] = _free) -> bool:
    """Have the copy; what is the same nation's already stays. False: it stayed.

    Raises NoRoom. `free` says how many bytes are free where a path is.
    """
    async with AsyncExitStack() as stack:
        opened = {name: await stack.enter_async_context(_connected(registers[name])) for name in TABLES}
        sources = [Source(opened[schema], schema, table) for schema, tables in TABLES.items() for table in tables]
        mark, server = await _mark(sources), opened["land"]
        url = url_of(registers)
        name = urlsplit(url).path.removeprefix("/")
        if await server.fetchval(_MARK, name) == mark:
            return False
        await server.execute(f'drop database if exists "{name}" with (force)')
        await _require_room(sources, free(await server.fetchval("show data_directory")))
        await server.execute(f'create database "{name}" template template0')
        target = await stack.enter_async_context(_connected(url))
        await _fill(target, sources)
        await target.execute(f"comment on database \"{name}\" is '{mark}'")
        return True


async def _require_room(sources: list[Source], free: int) -> None:
    size = sum([await source.connection.fetchval(_SIZE, source.table) for source in sources])
    if size * _ROOM > free:
        raise NoRoom(f"a copy of the registers takes {size * _ROOM / 1e9:.0f} GB, and {free / 1e9:.0f} GB are free")


async def _mark(sources: list[Source]) -> str:
    """What the copy was made of."""
    files = [str(await source.connection.fetchval(_FILE, source.table)) for source in sources]
    indexes = [str(row[0]) for source in sources for row in await source.connection.fetch(_INDEXES, source.table)]
    return sha256("\n".join([*files, *indexes, EXPOSED.read_text()]).encode()).hexdigest()


async def _fill(target: Connection, sources: list[Source]) -> None:
    """All rows first, then keys and indexes, which is the fast way round; then what the peer is told of the tables."""
    await target.execute("set maintenance_work_mem = '256MB'; set synchronous_commit = off")
    await target.execute("".join(f"create schema {schema};" for schema in TABLES))
    for source in sources:
        await _copy(target, source)
    for source in sources:
        await _index(target, source)
    await target.execute(EXPOSED.read_text())
    await target.execute("vacuum (analyze)")


async def _copy(target: Connection, source: Source) -> None:
    columns = await source.connection.fetch(_COLUMNS, source.table)
    described = ", ".join(
        f"{column['name']} {column['type']}"
        + (' collate "C"' if column["collation"] else "")
        + (" not null" if column["required"] else "")
        for column in columns
    )
    await target.execute(f"create table {source.target} ({described})")
    async with asyncio.TaskGroup() as both:
        pieces: asyncio.Queue[bytes] = asyncio.Queue(_PIECES)
        both.create_task(_send(source, pieces))
        both.create_task(
            target.copy_to_table(source.table, schema_name=source.schema, source=_received(pieces), format="binary")
        )


async def _send(source: Source, pieces: "asyncio.Queue[bytes]") -> None:
    await source.connection.copy_from_table(source.table, output=pieces.put, format="binary")
    await pieces.put(b"")


async def _received(pieces: "asyncio.Queue[bytes]") -> AsyncIterator[bytes]:
    while piece := await pieces.get():
        yield piece


async def _index(target: Connection, source: Source) -> None:
    for key in await source.connection.fetch(_KEYS, source.table):
        await target.execute(f"alter table {source.target} add constraint {key['name']} {key['definition']}")
    for (definition,) in await source.connection.fetch(_INDEXES, source.table):
        await target.execute(definition.replace(f" ON public.{source.table} ", f" ON {source.target} "))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
