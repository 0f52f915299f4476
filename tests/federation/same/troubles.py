"""What data, a register or the grants can do to a question, done to both shapes at once: the databases are the same."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import asyncpg

Urls = Mapping[str, str]  # of databases, by name

NAMESAKES = 11
NAMESAKE, BORN, NUMBER = "NGUYỄN KHÔNG AI", "1990-01-01", "000000001"
LINES = 21
LAND_RIGHTS = "land_rights"


@asynccontextmanager
async def namesakes(urls: Urls) -> AsyncIterator[None]:
    """More people of one name and one old number than a search lists."""
    names = "full_name", "folded_name", "old_identity_number"
    values = NAMESAKE, "nguyen khong ai", NUMBER
    async with _connected(urls["identity"]) as identity:
        rows = await identity.fetch(f"select pin, {', '.join(names)} from citizens order by pin limit {NAMESAKES}")
        change = "update citizens set (full_name, folded_name, old_identity_number) = ($2, $3, $4) where pin = $1"
        await identity.executemany(change, [(row["pin"], *values) for row in rows])
        try:
            yield
        finally:
            await identity.executemany(change, [tuple(row.values()) for row in rows])


@asynccontextmanager
async def lines(urls: Urls) -> AsyncIterator[str]:
    """An enterprise with more lines of business than one list shows; its code."""
    async with _connected(urls["enterprises"]) as enterprises:
        code = str(await enterprises.fetchval("select code from enterprises order by code limit 1"))
        last = await enterprises.fetchval("select max(surrogate) from industries")
        insert = (
            "insert into industries (enterprise_code, surrogate, industry_code, is_main) values ($1, $2, '01', false)"
        )
        await enterprises.executemany(insert, [(code, last + place) for place in range(1, LINES + 1)])
        try:
            yield code
        finally:
            await enterprises.execute("delete from industries where surrogate > $1", last)


@asynccontextmanager
async def broken(urls: Urls) -> AsyncIterator[None]:
    """No statement over rights in land succeeds."""
    async with _connected(urls["land"]) as land:
        await land.execute(f"alter table {LAND_RIGHTS} rename to elsewhere")
        try:
            yield
        finally:
            await land.execute(f"alter table elsewhere rename to {LAND_RIGHTS}")


@asynccontextmanager
async def locked(urls: Urls) -> AsyncIterator[None]:
    """No statement over rights in land ends."""
    async with _connected(urls["land"]) as land, land.transaction():
        await land.execute(f"lock table {LAND_RIGHTS} in access exclusive mode")
        yield


@asynccontextmanager
async def without_grants(urls: Urls) -> AsyncIterator[None]:
    """Nobody reaches the grants."""
    async with _connected(urls["land"]) as elsewhere:
        name = await _name(urls["auth"])
        await elsewhere.execute(f'alter database "{name}" allow_connections false')
        await elsewhere.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        try:
            yield
        finally:
            await elsewhere.execute(f'alter database "{name}" allow_connections true')


async def _name(url: str) -> str:
    async with _connected(url) as connection:
        return str(await connection.fetchval("select current_database()"))


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn=url)
    try:
        yield connection
    finally:
        await connection.close()
