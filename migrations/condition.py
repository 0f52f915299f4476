"""What state an installation is in, one line per part: for `lienthong doctor`. Changes nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from platform import python_version

from installation import databases
from installation.errors import Refusal
from installation.interpreter import ASKED_FOR, optimized
from installation.settings import Settings
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
    """The server that is ours, each database, and the connections there are."""
    if databases.uses_embedded(settings):
        yield _embedded(settings)
    for name in databases.databases_of(settings):
        yield await _database(settings, name)
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


async def _room(settings: Settings) -> Finding:
    try:
        await databases.check_room(settings)
    except Refusal as refusal:
        return Finding(healthy=False, line=str(refusal))
    return Finding(healthy=True, line=f"Room for {databases.connections_per_process(settings)} connections per process")
