"""Databases for tests: lent, emptied, and lent again.

Making one takes a tenth of a second and dropping one a checkpoint, so a database goes on to the next test. It does so
only if nothing but rows was changed in it: a test that alters a table keeps its database.
"""

import contextlib
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator

import asyncpg

from installation.postgres import Postgres

_SHAPE = """\
select md5(string_agg(line, E'\\n' order by line)) from (
    select conrelid::regclass::text || pg_get_constraintdef(oid) as line from pg_constraint
    union all select tgrelid::regclass::text || tgname || tgenabled::text from pg_trigger
    union all select indexrelid::regclass::text || indisvalid::text from pg_index
    union all select proname || prosrc from pg_proc where pronamespace = 'public'::regnamespace
    union all select attrelid::regclass::text || attname || atttypid || attnotnull from pg_attribute
        where attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
    union all select setconfig::text from pg_db_role_setting
        where setdatabase = (select oid from pg_database where datname = current_database())
) as lines"""
_OTHERS = """\
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()"""
_TABLES = """\
select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
and relname not in ('policy', 'alembic_version')"""
_SEQUENCES = "select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace"

_numbers = itertools.count()
_empty: dict[str, list[str]] = defaultdict(list)
_shapes: dict[str, str] = {}


@contextlib.asynccontextmanager
async def lent(postgres: Postgres, template: str, worker: str) -> AsyncIterator[str]:
    """The URL of a database as migrated, nobody else's meanwhile."""
    name = _empty[template].pop() if _empty[template] else await _made(postgres, template, worker)
    try:
        yield postgres.url(name)
    finally:
        with contextlib.suppress(asyncpg.PostgresError, OSError):  # a test may have closed its database for good
            if await _emptied(postgres.url(name), template):
                _empty[template].append(name)


async def _made(postgres: Postgres, template: str, worker: str) -> str:
    name = f"lent_to_{worker}_{next(_numbers)}"
    server = await asyncpg.connect(postgres.url("postgres"))
    try:
        await server.execute(f'create database {name} template "{template}"')
    finally:
        await server.close()
    if template not in _shapes:
        _shapes[template] = await _shape(postgres.url(name))
    return name


async def _shape(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval(_SHAPE))
    finally:
        await connection.close()


async def _emptied(url: str, template: str) -> bool:
    """Whether it is as migrated again."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_OTHERS)
        if await connection.fetchval(_SHAPE) != _shapes[template]:
            return False
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        sequences = [row[0] for row in await connection.fetch(_SEQUENCES)]
        statements = [
            "set session_replication_role = replica",  # neither triggers nor foreign keys have a say in this
            *(f"delete from {table}" for table in tables),
            *(f"alter sequence {sequence} restart" for sequence in sequences),
        ]
        if await connection.fetchval("select to_regclass('policy') is not null"):  # the authority's, not a ledger's
            statements.append("update policy set revision = 0, rules_revision = 0")
        await connection.execute("; ".join(statements))
        return True
    finally:
        await connection.close()
