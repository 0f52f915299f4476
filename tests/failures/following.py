"""A second PostgreSQL that follows a first one, as a register's replica does."""

from pathlib import Path
from urllib.parse import quote

import asyncpg

from installation.cluster import PORT, ROLE, configure, locate, run
from installation.postgres import Postgres


async def follow(primary: Postgres, home: Path) -> Postgres:
    """A copy of this server in a home of its own, started and following."""
    _let_follow(primary)
    await told(primary, "select pg_reload_conf()")
    cluster = locate(home, "nobody")
    origin = f"host={quote(str(primary.cluster.sockets), safe='/')} port={PORT} user={ROLE}"
    run(
        primary.cluster, "pg_basebackup", "--pgdata", str(cluster.data), "--dbname", origin, "--checkpoint", "fast",
        "--write-recovery-conf",
    )  # fmt: skip
    configure(cluster)
    server = Postgres.of(home)
    server.start()
    return server


async def told(server: Postgres, statement: str, database: str = "postgres") -> None:
    """Have the server do something."""
    connection = await asyncpg.connect(server.url(database))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _let_follow(primary: Postgres) -> None:
    """The account that runs the servers may copy this one: the product itself lets nobody."""
    cluster = primary.cluster
    with (cluster.data / "pg_hba.conf").open("a") as file:
        file.write(f"local replication {ROLE} peer map={ROLE}\n")
    with (cluster.data / "pg_ident.conf").open("a") as file:
        file.write(f'{ROLE} "{cluster.account.name}" {ROLE}\n')
