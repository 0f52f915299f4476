"""The embedded PostgreSQL: found again, restarted after a kill, kept to itself."""

import os
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from installation import binaries
from installation import home as home_directory
from installation.cluster import SHARED
from installation.errors import PostgresFailed
from installation.postgres import Postgres


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A server that the tests of this file may kill, in a home that the account of PostgreSQL can enter."""
    home = Path(os.environ["TESTS_POSTGRES_HOME"]) / f"own-{os.getpid()}"
    home.mkdir(mode=0o755)
    server = Postgres.of(home)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home)


async def _ask(server: Postgres, question: str) -> object:
    connection = await asyncpg.connect(dsn=server.url("postgres"))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_another_process_of_the_same_home_finds_the_running_server(own: Postgres) -> None:
    again = Postgres.of(own.cluster.home)

    again.start(pytest.fail)

    assert again.pid() == own.pid()


@pytest.mark.parametrize("name", ["fsync", "full_page_writes", "synchronous_commit"])
async def test_the_server_keeps_what_it_acknowledged(own: Postgres, name: str) -> None:
    assert await _ask(own, f"SHOW {name}") == "on"


async def test_the_server_is_version_18_without_jit_or_tcp(own: Postgres) -> None:
    assert str(await _ask(own, "SHOW server_version")).startswith("18")
    assert await _ask(own, "SHOW jit") == "off"
    assert await _ask(own, "SHOW listen_addresses") == ""


async def test_a_failed_statement_leaves_no_value_in_the_log(own: Postgres) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await _ask(own, "SELECT 'Nguyễn Invented'::int")

    assert "Invented" not in own.cluster.log.read_text()


def test_the_directory_and_the_socket_are_for_the_server_account_only(own: Postgres) -> None:
    directory = own.cluster.directory.stat()

    assert stat.S_IMODE(directory.st_mode) == 0o700
    assert directory.st_uid == own.cluster.account.uid
    assert directory.st_uid != 0


async def test_a_killed_server_starts_again_with_everything_it_acknowledged(own: Postgres) -> None:
    await _ask(own, "CREATE TABLE kept AS SELECT 42 AS answer")
    _kill(own)

    assert own.pid() is None
    own.start()

    assert await _ask(own, "SELECT answer FROM kept") == 42


async def test_a_pid_file_that_names_somebody_elses_process_does_not_block_the_start(own: Postgres) -> None:
    _kill(own)
    file = own.cluster.data / "postmaster.pid"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")  # as after a container's restart

    own.start()

    assert own.pid() not in {None, os.getpid()}
    assert await _ask(own, "SELECT 1") == 1


def test_a_stopped_server_is_stopped_once_and_starts_again(own: Postgres) -> None:
    assert own.stop()
    assert not own.stop()
    assert own.pid() is None

    own.start()

    assert own.pid() is not None


def test_a_broken_configuration_is_told_in_one_line_with_the_place_of_the_log(own: Postgres) -> None:
    own.stop()
    main = own.cluster.data / "postgresql.conf"
    before = main.read_text()
    main.write_text(before + "\nshared_buffers = 'much'\n")

    with pytest.raises(PostgresFailed, match=r"did not start: .*\(log: .*\)") as refusal:
        own.start()

    main.write_text(before)
    own.start()
    assert "\n" not in str(refusal.value)


def test_two_homes_have_two_servers(own: Postgres, postgres: Postgres) -> None:
    assert own.pid() != postgres.pid()
    assert own.cluster.sockets != postgres.cluster.sockets


def test_a_directory_of_another_account_is_refused_and_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    planted = Postgres.of(tmp_path).cluster.directory
    planted.chmod(0o777)

    with pytest.raises(PostgresFailed, match="mode 0700"):
        Postgres.of(tmp_path)

    assert stat.S_IMODE(planted.stat().st_mode) == 0o777
    shutil.rmtree(planted)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another account")
def test_a_home_closed_to_the_servers_account_has_its_data_below_var_lib(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    home_directory.ensure(closed)

    cluster = Postgres.of(closed).cluster

    assert cluster.directory.parent == SHARED
    assert Postgres.of(closed).cluster == cluster
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    cluster.directory.rmdir()


def test_programs_copied_for_another_account_run_from_their_new_place(own: Postgres) -> None:
    copy = own.cluster.home / "programs"

    binaries._copy(binaries._installed(), copy)

    assert binaries._can_run(own.cluster.account, copy)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another account")
@pytest.mark.parametrize("account", ["nobody-of-that-name", "root"])
def test_an_unusable_account_is_refused_with_the_setting_to_change(tmp_path: Path, account: str) -> None:
    with pytest.raises(PostgresFailed, match="LIENTHONG_DATABASE_ACCOUNT"):
        Postgres.of(tmp_path, account)


def _kill(server: Postgres) -> None:
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
