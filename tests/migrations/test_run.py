"""Migrating: idempotent, safe from two processes, and never over a database of somebody else's."""

import asyncio
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

from installation.databases import DATABASES, DOMAINS, Server, connect, database_name, database_url
from installation.errors import DatabaseUnreachable, MigrationRefused
from installation.postgres import Postgres
from installation.settings import Settings
from migrations import revise  # noqa: F401 - makes reflection know `point` and `box`
from migrations.run import check_current, engine_of, migrate
from migrations.scripts import head
from migrations.servers import create_missing
from migrations.targets import METADATA

WAITING = "Another process is migrating; waiting for it"  # another worker of these tests, on the same server
MIGRATE = """
import asyncio
from installation.settings import load
from migrations.run import migrate
asyncio.run(migrate(load(), print))
"""


async def test_migrate_on_a_bare_server_makes_every_database_current(bare_settings: Settings) -> None:
    told: list[str] = []

    await migrate(bare_settings, told.append)

    await check_current(bare_settings)
    assert len([line for line in told if line != WAITING]) == 2 * len(DATABASES)


async def test_migrate_a_second_time_does_nothing(fresh_settings: Settings) -> None:
    told: list[str] = []

    await migrate(fresh_settings, told.append)

    assert [line for line in told if line != WAITING] == []


async def test_two_processes_migrating_at_once_both_succeed(bare_settings: Settings) -> None:
    environment = {
        "LIENTHONG_DATABASE_URL": str(bare_settings.database_url),
        "LIENTHONG_DATABASE_PREFIX": bare_settings.database_prefix,
    }
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]

    ended = [await asyncio.to_thread(process.communicate, timeout=60) for process in both]

    assert [process.returncode for process in both] == [0, 0], ended
    created = sum(output.count(b"Created database") for output, _ in ended)
    assert created == len(DATABASES)
    await check_current(bare_settings)


@pytest.mark.parametrize("name", DATABASES)
async def test_migrated_database_has_exactly_the_declared_tables(settings: Settings, name: str) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA[name]))

    async with engine_of(settings, name) as engine, engine.connect() as connection:
        assert await connection.run_sync(differences) == []


@pytest.mark.parametrize("name", DOMAINS)
async def test_every_register_knows_every_administrative_unit(settings: Settings, name: str) -> None:
    connection = await connect(database_url(settings, name))

    counts = await connection.fetch(
        "SELECT level, scheme, count(*) FROM administrative_units GROUP BY 1, 2 ORDER BY 1, 2"
    )

    await connection.close()
    assert [tuple(row) for row in counts] == [
        ("COMMUNE", "Y2025", 3321),
        ("PROVINCE", "PRE_2025", 63),
        ("PROVINCE", "Y2025", 34),
    ]


async def test_a_database_of_a_newer_version_is_refused_in_one_line_and_left_alone(fresh_settings: Settings) -> None:
    await _set_revision(fresh_settings, "land", "land_9999")

    with pytest.raises(MigrationRefused, match=r"land is at revision land_9999, which is newer.*install the newer"):
        await migrate(fresh_settings)
    with pytest.raises(MigrationRefused, match="newer"):
        await check_current(fresh_settings)


async def test_a_url_that_points_to_another_registers_database_is_refused(fresh_settings: Settings) -> None:
    swapped = fresh_settings.model_copy(update={"land_database_url": database_url(fresh_settings, "identity")})

    with pytest.raises(MigrationRefused, match="is no land database: it is at revision identity_0002"):
        await migrate(swapped)


async def test_serving_databases_that_were_never_migrated_is_refused(bare_settings: Settings) -> None:
    with pytest.raises(DatabaseUnreachable, match="does not exist"):
        await check_current(bare_settings)


async def test_an_older_database_names_the_command_to_run(fresh_settings: Settings) -> None:
    connection = await connect(database_url(fresh_settings, "ledger"))
    await connection.execute("DELETE FROM alembic_version")
    await connection.close()

    with pytest.raises(MigrationRefused, match=r"is at no revision, this version needs .*: run `lienthong migrate`"):
        await check_current(fresh_settings)


async def test_a_failing_revision_leaves_its_database_as_it_was(bare_settings: Settings) -> None:
    maintenance = await connect(str(bare_settings.database_url))
    await maintenance.execute(f'CREATE DATABASE "{database_name(bare_settings, "land")}"')
    await maintenance.close()
    land = await connect(database_url(bare_settings, "land"))
    await land.execute("CREATE TABLE parcels (mine int)")

    with pytest.raises(MigrationRefused, match="was left as it was") as refusal:
        await migrate(bare_settings)

    tables = await land.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await land.close()
    assert [row["tablename"] for row in tables] == ["parcels"]
    assert "\n" not in str(refusal.value)


async def test_a_role_that_may_not_create_databases_is_told_what_an_administrator_runs(postgres: Postgres) -> None:
    url = postgres.url("postgres").replace("lienthong@", "clerk@")
    connection = await connect(postgres.url("postgres"))
    await connection.execute("CREATE ROLE clerk; SET SESSION AUTHORIZATION clerk")

    with pytest.raises(MigrationRefused) as refusal:
        await create_missing(connection, Server(url, ("land",)), ["of_clerk_land"], print)

    await connection.execute("RESET SESSION AUTHORIZATION; DROP ROLE clerk")
    await connection.close()
    assert str(refusal.value).endswith(
        "Let an administrator run: CREATE DATABASE \"of_clerk_land\" TEMPLATE template0 ENCODING 'UTF8'"
        " LOCALE_PROVIDER libc LOCALE 'C' OWNER \"clerk\";"
    )


async def _set_revision(settings: Settings, name: str, revision: str) -> None:
    connection = await connect(database_url(settings, name))
    await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
    await connection.close()
    assert head(name) != revision
