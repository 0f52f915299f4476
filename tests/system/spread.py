"""One nation three times on Debian's PostgreSQL: in one piece, in parts, and spread over the databases of two servers.

The spread one is set up by the commands of docs/operating.md.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from domains.kit.layout import Layout
from domains.kit.units import UNITS_TABLE
from installation.databases import DATABASES, DOMAINS, database_name, database_urls
from installation.settings import Settings
from migrations.partition import partition
from migrations.run import migrate
from migrations.targets import METADATA
from synthetic.seed import seed
from tests.serving import ROOT
from tests.system.postgresql import Server

SCRIPT = ROOT / "deploy" / "postgresql" / "spread.sql"
CITIZENS, PARTS = 1_500, 3


@dataclass(frozen=True, slots=True)
class Spread:
    """The URLs of the same nation's databases, by layout."""

    urls: Mapping[Layout, Mapping[str, str]]


async def spread(first: Server, second: Server, home: Path) -> Spread:
    """The nation in every layout; the second server holds one shard and nothing else."""
    whole, parted, coordinator, *shards = (
        Settings(home=home, database_url=server.url("postgres"), database_prefix=f"{name}_")
        for name, server in (("whole", first), ("parted", first), ("all", first), ("part", first), ("part", second))
    )
    await migrate(whole)
    await migrate(shards[1])
    for name in DATABASES:
        for settings in (parted, coordinator, shards[0]):  # migrated, too
            made = f'CREATE DATABASE "{database_name(settings, name)}" TEMPLATE "{database_name(whole, name)}"'
            first.psql("postgres", "-c", made)
    for name in DOMAINS:
        await partition(parted, name, PARTS)
        for command in commands(database_name(shards[0], name), (first, second)):
            first.psql(database_name(coordinator, name), "-c", command)
        first.psql(database_name(coordinator, name), "-f", str(SCRIPT))
    found = dict(zip(Layout, map(database_urls, (whole, parted, coordinator)), strict=True))
    await seed({name: found[Layout.WHOLE][name] for name in DOMAINS}, CITIZENS, progress=False)
    for name in DOMAINS:
        for layout in (Layout.PARTED, Layout.SPREAD):
            await _copy(name, found[Layout.WHOLE][name], found[layout][name])
    return Spread(found)


def commands(database: str, servers: tuple[Server, ...]) -> Iterator[str]:
    """What an administrator types on the coordinator, as docs/operating.md has it."""
    text = (ROOT / "docs" / "operating.md").read_text().partition("## Parts on several servers")[2]
    template = text.partition("```sql\n")[2].partition("```")[0]
    extension, *each = (part.strip() for part in template.split(";") if part.strip())
    yield extension
    for number, server in enumerate(servers):
        for command in each:
            yield (
                command.replace("shard_0", f"shard_{number}")
                .replace("'land-0.example'", f"'127.0.0.1', port '{server.port}'")
                .replace("'lienthong_land'", f"'{database}'")
                .replace("'lienthong', password '…'", "'postgres'")
            )


async def _copy(name: str, source: str, target: str) -> None:
    """Every row of a register; through the coordinator, to the servers where they belong."""
    one, other = await asyncpg.connect(source), await asyncpg.connect(target)
    for table in METADATA[name].tables:
        if table != UNITS_TABLE:
            pieces: list[bytes] = []

            async def kept(piece: bytes, pieces: list[bytes] = pieces) -> None:
                pieces.append(piece)

            await one.copy_from_table(table, output=kept)
            await other.copy_to_table(table, source=_each(pieces))
            await other.execute(f"ANALYZE {table}")
    await one.close()
    await other.close()


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
