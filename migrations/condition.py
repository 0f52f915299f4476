"""What state an installation is in, one line per part: for `lienthong doctor`. Changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from platform import python_version

import asyncpg

from domains.kit.lag import WHERE, Place
from installation import databases
from installation.errors import Refusal
from installation.interpreter import ASKED_FOR, optimized
from installation.settings import Settings, without_password
from migrations.layout import WHOLE
from migrations.partition import layout
from migrations.run import revision_of
from migrations.scripts import head

NOT_OPTIMIZED = (
    f"Python {python_version()} is not an optimized build, so that requests take half as much time again: use the"
    f" distribution's, or build with {ASKED_FOR}"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the installation, whether it can do its work, and what to do if not."""

    healthy: bool
    line: str
    advice: bool = False  # it works, and could work better


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """The server that is ours, each database and replica, and the connections there are."""
    if databases.uses_embedded(settings):
        yield _embedded(settings)
    for name in databases.databases_of(settings):
        yield await _database(settings, name)
    for name in databases.registers_of(settings):
        for url in databases.replica_urls(settings, name):
            yield await _replica(databases.database_url(settings, name), url)
        if (found := await _parts(settings, name)) is not None:
            yield found
    yield await _room(settings)
    if optimized() is False:
        yield Finding(healthy=True, line=NOT_OPTIMIZED, advice=True)


def _embedded(settings: Settings) -> Finding:
    server = databases.embedded(settings)
    pid = server.pid()
    state = f"runs as process {pid}" if pid else "is not running: `lienthong database start`"
    return Finding(pid is not None, f"PostgreSQL in {server.cluster.directory} {state}")


async def _database(settings: Settings, name: str) -> Finding:
    try:
        found, needed = await revision_of(settings, name), head(name)
    except Refusal as refusal:
        return Finding(healthy=False, line=str(refusal))
    state = "is current" if found == needed else "is not of this version: `lienthong migrate`"
    return Finding(found == needed, f"Database {databases.database_name(settings, name)} {state}")


async def _replica(origin: str, url: str) -> Finding:
    try:
        there, here = await _place(origin), await _place(url)
    except Refusal as refusal:
        return Finding(healthy=False, line=str(refusal))
    follows = here.follows and (here.cluster, here.timeline) == (there.cluster, there.timeline)
    state = "follows its register" if follows else "is no replica of its register, and is never asked"
    return Finding(follows, f"{without_password(url)} {state}")


async def _place(url: str) -> Place:
    connection = await databases.connect(url)
    try:
        (row,) = await connection.fetch(WHERE)
        return Place(*row)
    finally:
        await connection.close()


async def _parts(settings: Settings, name: str) -> Finding | None:
    """How a register's tables stand, if not all in one piece. A later revision lays a table in one piece."""
    try:
        found = await layout(settings, name)
    except (Refusal, asyncpg.UndefinedTableError):
        return None  # said of the database already
    counts = {each.parts for each in found}
    most, place = max(counts, default=WHOLE), databases.database_name(settings, name)
    if most == WHOLE:
        return None
    if len(counts) == 1:
        return Finding(healthy=True, line=f"Tables of {place} stand in {most} parts")
    others = ", ".join(each.name for each in found if each.parts != most)
    advice = f"Tables of {place} stand in {most} parts, but not {others}: `lienthong partition {name} --parts {most}`"
    return Finding(healthy=True, line=advice, advice=True)


async def _room(settings: Settings) -> Finding:
    try:
        await databases.check_room(settings)
    except Refusal as refusal:
        return Finding(healthy=False, line=str(refusal))
    return Finding(healthy=True, line=f"Room for {databases.connections_per_process(settings)} connections per process")
