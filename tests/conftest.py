"""What every test may ask for: a real PostgreSQL, databases of its own, and no network beyond this machine.

One embedded server per test session, shared by all workers of pytest-xdist and stopped by the process that began the
session. Each worker gets migrated databases of its own, copied from a template; so does a test that asks for
`fresh_settings`.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from filelock import FileLock

from installation.databases import DATABASES, DOMAINS, database_name, database_urls
from installation.postgres import Postgres
from installation.settings import PREFIX, Settings
from migrations.partition import partition
from migrations.run import migrate

TESTS = Path(__file__).parent
LONG = ("balanced", "examples", "failures", "federation/same", "federation/test_up.py", "shapes", "test_")
HOME = "TESTS_POSTGRES_HOME"  # handed to xdist's workers in the environment
TEMPLATE = "template_of_tests_"
PARTS = 3  # of the tables in `parted_settings`
LOOPBACK = ("127.", "::1", "localhost")

_numbers = count(1)


# The same examples in every run, so that none fails by chance; how long one takes says nothing on a busy machine.
hypothesis.settings.register_profile(
    "tests", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("tests")


def pytest_configure(config: pytest.Config) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # the developer's own installation is not ours to touch
    if not _is_worker(config):
        home = Path(tempfile.mkdtemp(prefix="lienthong-tests-"))
        home.chmod(0o755)  # PostgreSQL runs as another account where we are root
        os.environ[HOME] = str(home)
    sys.addaudithook(_stay_on_this_machine)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole installations comes first: begun last, it would keep one worker busy while the others wait."""
    long = tuple(str(TESTS / each) for each in LONG)
    items.sort(key=lambda item: not str(item.path).startswith(long))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not _is_worker(config) and HOME in os.environ:
        home = Path(os.environ.pop(HOME))
        Postgres.of(home).stop()
        shutil.rmtree(home)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted (`record_property("counted", …)`) is said also where all went well."""
    reports = [each for key in ("passed", "failed") for each in terminalreporter.getreports(key)]
    for name, line in (found for report in reports for found in report.user_properties):
        if name == "counted":
            terminalreporter.write_line(str(line))


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def _stay_on_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse every connection but those to this machine; Unix sockets have a path for an address."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name and not str(name).startswith(LOOPBACK):
        pytest.fail(f"a test reached for the network: {name}")


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """The running server of this test session."""
    server = Postgres.of(Path(os.environ[HOME]))
    server.start()
    return server


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """What sets this worker's databases and files apart from the others'."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "gw"))


@pytest.fixture(scope="session")
async def templates(postgres: Postgres) -> Settings:
    """Migrated databases that are only ever copied."""
    home = postgres.cluster.home
    settings = Settings(home=home, database_url=postgres.url("postgres"), database_prefix=TEMPLATE)
    with FileLock(home / "templates.lock"):
        if not (home / "templates.made").exists():
            await migrate(settings)
            (home / "templates.made").touch()
    return settings


@pytest.fixture(scope="session")
async def settings(templates: Settings, worker: str) -> Settings:
    """Migrated databases of this worker, for tests that put back what they change or read only."""
    return await _copied(templates, f"{worker}_shared_")


@pytest.fixture(scope="session")
def urls(settings: Settings) -> Mapping[str, str]:
    """The libpq URL of each of this worker's databases."""
    return database_urls(settings)


@pytest.fixture(scope="session")
async def untouched_settings(templates: Settings, worker: str) -> Settings:
    """Empty databases into which nobody writes, for tests of how PostgreSQL would read them."""
    return await _copied(templates, f"{worker}_untouched_")


@pytest.fixture(scope="session")
async def parted_settings(templates: Settings, worker: str) -> Settings:
    """The same, every register's tables in parts, for tests that read only."""
    parted = await _copied(templates, f"{worker}_parted_")
    for name in DOMAINS:
        await partition(parted, name, PARTS)
    return parted


@pytest.fixture
async def fresh_settings(templates: Settings, worker: str) -> Settings:
    """Migrated, empty databases of this test alone."""
    return await _copied(templates, f"{worker}_{next(_numbers)}_")


@pytest.fixture
async def other_settings(templates: Settings, worker: str) -> Settings:
    """Another installation's, beside `fresh_settings`."""
    return await _copied(templates, f"{worker}_{next(_numbers)}_")


@pytest.fixture
def bare_settings(templates: Settings, worker: str) -> Settings:
    """Settings of this test alone whose databases do not exist."""
    return _named(templates, f"{worker}_{next(_numbers)}_")


def _named(templates: Settings, prefix: str) -> Settings:
    return templates.model_copy(update={"database_prefix": prefix, "home": templates.home / prefix})


async def _copied(templates: Settings, prefix: str) -> Settings:
    """Copies of the templates. They go with the server: dropping one costs a checkpoint, half a second."""
    copied = _named(templates, prefix)
    await _on_server(templates, "CREATE DATABASE {} TEMPLATE {}", copied, templates)
    return copied


async def _on_server(server: Settings, statement: str, *owners: Settings) -> None:
    """Run the statement for each database, its name in each owner's settings filled in."""
    connection = await asyncpg.connect(dsn=server.database_url)
    try:
        for name in DATABASES:
            await connection.execute(statement.format(*(f'"{database_name(owner, name)}"' for owner in owners)))
    finally:
        await connection.close()
