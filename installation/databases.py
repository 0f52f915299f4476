"""The databases' names and URLs, and whether the servers have room for the connections this installation will open.

One database per domain, one for the grants, one for the ledger; all on one server unless a setting says otherwise. The
authority has no domain's, and a ministry's subgraph has its own domain's and a ledger of its own.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import asyncpg

from installation.errors import DatabaseAway, DatabaseUnreachable, ServerTooSmall
from installation.postgres import Postgres
from installation.registers import BESIDE, registers
from installation.settings import PREFIX, Settings, without_password

DOMAINS = registers()
DATABASES = (*DOMAINS, *BESIDE)
OTHER_CONNECTIONS = {"auth": 14, "ledger": 7}
"""Of `auth`: the pools of the rooms there, the feed, and the feed's farewell. Of `ledger`: the writer, two for those
whom it concerns, two for the public tree, two for who counts: officers, and everybody."""
SEALING_CONNECTIONS = {"auth": 1, "ledger": 4}
"""Of the one sealing process, wherever it runs: acts; the books, its own entries, and two for erasing and verifying."""
COMMANDS = 4  # connections left for a migration, a seed and a person who looks
MAINTENANCE = "postgres"
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """One PostgreSQL server and the databases of ours on it."""

    maintenance_url: str
    databases: tuple[str, ...]


def embedded(settings: Settings) -> Postgres:
    return Postgres.of(settings.home, settings.database_account)


def databases_of(settings: Settings) -> tuple[str, ...]:
    """The databases of an installation of this shape. It makes, opens and looks at no others."""
    if settings.is_of_one_register:
        return (settings.domain, "ledger")
    return BESIDE if settings.shape == "authority" else DATABASES


def registers_of(settings: Settings) -> tuple[str, ...]:
    """Those of them that are a register's."""
    return tuple(name for name in databases_of(settings) if name not in BESIDE)


def uses_embedded(settings: Settings) -> bool:
    """Whether any database has no URL and so lives in the PostgreSQL that we start."""
    return settings.database_url is None and any(_own_url(settings, name) is None for name in databases_of(settings))


def database_name(settings: Settings, name: str) -> str:
    """What the database is called on its server."""
    return urlsplit(database_url(settings, name)).path.removeprefix("/")


def database_url(settings: Settings, name: str) -> str:
    """The libpq URL of one of DATABASES."""
    own = _own_url(settings, name)
    if own is not None and urlsplit(own).path.strip("/"):
        return own
    server = own or settings.database_url
    database = settings.database_prefix + _usual_name(settings, name)
    return _with_database(server, database) if server is not None else embedded(settings).url(database)


def replica_urls(settings: Settings, name: str) -> tuple[str, ...]:
    """The libpq URLs of a register's replicas: a database without a name has that of the register's own."""
    given: tuple[str, ...] = getattr(settings, f"{name}_replica_urls", ())
    usual = database_name(settings, name)
    return tuple(url if urlsplit(url).path.strip("/") else _with_database(url, usual) for url in given)


def database_urls(settings: Settings) -> dict[str, str]:
    """The libpq URL of every database."""
    return {name: database_url(settings, name) for name in DATABASES}


def servers(settings: Settings) -> list[Server]:
    """The distinct servers, always in the same order, each with the URL of its maintenance database."""
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in databases_of(settings):
        found[_place(database_url(settings, name))].append(name)
    return [Server(_maintenance_url(settings, names[0]), tuple(names)) for _, names in sorted(found.items())]


def connections_per_process(settings: Settings, names: Iterable[str] | None = None) -> int:
    """How many connections one serving process holds to the named databases, or to all of the installation."""
    named = databases_of(settings) if names is None else tuple(names)
    together = int(settings.proofs == "database" and "auth" in named)  # which remembers proofs for all machines
    return together + sum(OTHER_CONNECTIONS.get(name, settings.connections_per_domain) for name in named)


async def check_room(settings: Settings, away: Collection[str] = ()) -> None:
    """Refuse to serve with fewer connections than will be needed. Raises ServerTooSmall, DatabaseUnreachable.

    Servers of which every database is `away` are not asked.
    """
    for server in servers(settings):
        if all(name in away for name in server.databases):
            continue
        serving = connections_per_process(settings, server.databases) * settings.processes
        needed = serving + sum(SEALING_CONNECTIONS.get(name, 0) for name in server.databases) + COMMANDS
        await _check_room(settings, server.maintenance_url, needed)
    for url, needed in _on_replicas(settings).items():
        with suppress(DatabaseAway):
            await _check_room(settings, url, needed)


def _on_replicas(settings: Settings) -> dict[str, int]:
    """Connections that will be held to each server of replicas, by the URL of a database there."""
    urls = [url for name in registers_of(settings) for url in replica_urls(settings, name)]
    places = {_place(url): url for url in urls}
    held = Counter(places[_place(url)] for url in urls)
    return {url: count * settings.connections_per_domain * settings.processes for url, count in held.items()}


async def _check_room(settings: Settings, url: str, needed: int) -> None:
    room = await _room(url)
    if needed > room:
        raise ServerTooSmall(
            f"{settings.processes} process(es) need {needed} connections, and the server of"
            f" {without_password(url)} allows {room}: lower {PREFIX}PROCESSES"
            f" or {PREFIX}CONNECTIONS_PER_DOMAIN, or raise its max_connections."
        )


async def connect(url: str) -> asyncpg.Connection:
    """A connection for a short task. Raises DatabaseUnreachable, or DatabaseAway, with one line without a password."""
    try:
        return await asyncpg.connect(dsn=url, timeout=CONNECT_SECONDS)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        unreachable = (
            DatabaseAway if isinstance(error, OSError | asyncpg.CannotConnectNowError) else DatabaseUnreachable
        )
        raise unreachable(f"{without_password(url)} cannot be reached: {_reason(error)}.") from None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_SECONDS} seconds"
    if isinstance(error, OSError):
        return (os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)).lower()
    return str(error).splitlines()[0].rstrip(".")


async def _room(url: str) -> int:
    connection = await connect(url)
    try:
        return int(
            await connection.fetchval(
                "SELECT sum(CASE name WHEN 'max_connections' THEN 1 ELSE -1 END * setting::int) FROM pg_settings"
                " WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
            )
        )
    finally:
        await connection.close()


def _own_url(settings: Settings, name: str) -> str | None:
    own: str | None = getattr(settings, f"{name}_database_url", None)
    return own


def _usual_name(settings: Settings, name: str) -> str:
    """A subgraph's ledger is named for its register, so that several ministries may share a server."""
    return f"{settings.domain}_{name}" if settings.is_of_one_register and name == "ledger" else name


def _maintenance_url(settings: Settings, name: str) -> str:
    """The database named in LIENTHONG_DATABASE_URL, or `postgres`."""
    own, shared = _own_url(settings, name), settings.database_url
    if own is None and shared is not None and urlsplit(shared).path.strip("/"):
        return shared
    return _with_database(database_url(settings, name), MAINTENANCE)


def _with_database(url: str, database: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/{database}{query}"  # urlunsplit would lose the // of a URL without host


def _place(url: str) -> tuple[str, ...]:
    """What tells one server from another: host and port, or socket directory and port."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    place = parts.netloc.rpartition("@")[2]
    return (place or asked.get("host", ["localhost"])[0], asked.get("port", [""])[0])
