"""The roles of a register's database: who serves it reads and does nothing else; who migrates it makes what is read."""

import subprocess
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest

from installation.binaries import POSTGRES
from installation.databases import database_url
from installation.settings import Settings
from tests.serving import ROOT

SCRIPT = ROOT / "deploy" / "postgresql" / "register.sql"


def psql() -> Path:
    """The program that comes with the server of the tests."""
    spec = find_spec(POSTGRES.partition("/")[0])
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]).parent / POSTGRES / "bin" / "psql"


def run_script(url: str, domain: str) -> None:
    command = [str(psql()), "-d", url, "-v", f"domain={domain}", "-q", "-f", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def domain(worker: str) -> str:
    """The name by which this worker's roles are told from the others': roles belong to the server."""
    return f"{worker}_land"


@pytest.fixture
async def land(fresh_settings: Settings, domain: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of an administrator to a register's database whose roles are set up."""
    url = database_url(fresh_settings, "land")
    run_script(url, domain)
    run_script(url, domain)  # a second time changes nothing
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def test_whoever_serves_a_register_reads_it(land: asyncpg.Connection, domain: str) -> None:
    await land.execute(f"SET ROLE lienthong_{domain}")
    assert await land.fetchval("SELECT count(*) FROM parcels") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO administrative_units SELECT * FROM administrative_units",
        "UPDATE parcels SET status = 'CLOSED'",
        "DELETE FROM land_rights",
        "TRUNCATE parcels",
        "CREATE TABLE public.more (n int)",
        "DROP TABLE parcels",
        "ALTER TABLE parcels ADD more int",
        "CREATE TEMPORARY TABLE more (n int)",
    ],
    ids=lambda statement: statement.split()[0].lower() + ("_temporary" if "TEMP" in statement else ""),
)
async def test_whoever_serves_a_register_changes_nothing(land: asyncpg.Connection, domain: str, statement: str) -> None:
    await land.execute(f"SET ROLE lienthong_{domain}")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await land.execute(statement)


async def test_whoever_serves_a_register_reads_what_a_later_revision_makes(
    land: asyncpg.Connection, domain: str
) -> None:
    await land.execute(f"SET ROLE lienthong_{domain}_owner")
    await land.execute("ALTER TABLE parcels ADD more int; CREATE TABLE later (n int)")
    await land.execute(f"SET ROLE lienthong_{domain}")
    assert await land.fetchval("SELECT count(*) FROM later") == 0


async def test_whoever_serves_one_register_does_not_enter_another(
    land: asyncpg.Connection, domain: str, fresh_settings: Settings, worker: str
) -> None:
    url = database_url(fresh_settings, "identity")
    run_script(url, f"{worker}_identity")
    other = await land.fetchval(
        "SELECT has_database_privilege($1, $2, 'CONNECT')",
        f"lienthong_{domain}",
        url.partition("?")[0].rpartition("/")[2],
    )
    assert other is False
