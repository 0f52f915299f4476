"""The command: each failure one line, no traceback, and an exit code."""

import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from auth.demo.install import install_demo
from bench.ports import free_port
from installation.databases import connect, database_url
from installation.home import key_file
from installation.settings import Settings

ROOT = Path(__file__).parent.parent


def _run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    environment = {f"LIENTHONG_{name.upper()}": str(value) for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _on(settings: Settings) -> dict[str, object]:
    return settings.model_dump(include={"database_url", "database_prefix", "home"})


def test_help_lists_the_commands() -> None:
    shown = _run("--help")

    assert shown.returncode == 0
    assert all(command in shown.stdout for command in ("migrate", "serve", "run", "doctor", "database"))


def test_a_wrong_setting_is_one_line() -> None:
    done = _run("migrate", port="many")

    assert done.returncode == 1
    assert done.stderr.startswith("LIENTHONG_PORT: ")
    assert done.stderr.count("\n") == 1


def test_an_unreachable_server_is_one_line_without_password() -> None:
    done = _run("migrate", database_url="postgresql://clerk:hidden@127.0.0.1:1/x")

    assert done.returncode == 1
    assert done.stderr == "postgresql://clerk@127.0.0.1:1/postgres cannot be reached: connection refused.\n".replace(
        "/postgres", "/x"
    )


def test_an_unusable_home_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = _run("migrate", home=tmp_path / "file" / "home")

    assert done.returncode == 1
    assert "cannot be made: not a directory" in done.stderr
    assert done.stderr.count("\n") == 1


def test_serving_on_a_port_where_somebody_serves_names_another_one(fresh_settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = _run("serve", mode="demo", port=port, **_on(fresh_settings))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used: address already in use.")
    assert done.stderr.count("\n") == 1


async def test_serving_a_database_of_a_newer_version_is_one_line(fresh_settings: Settings) -> None:
    connection = await connect(database_url(fresh_settings, "identity"))
    await connection.execute("UPDATE alembic_version SET version_num = 'identity_9999'")
    await connection.close()

    done = _run("serve", mode="demo", port=free_port(), **_on(fresh_settings))

    assert done.returncode == 1
    assert "newer than this version" in done.stderr
    assert done.stderr.count("\n") == 1


def test_production_without_an_issuer_does_not_serve(fresh_settings: Settings) -> None:
    done = _run("serve", port=free_port(), **_on(fresh_settings))

    assert done.returncode == 1
    assert "LIENTHONG_ISSUER" in done.stderr


def test_run_outside_demo_mode_is_refused() -> None:
    done = _run("run")

    assert done.returncode == 1
    assert "LIENTHONG_MODE=demo" in done.stderr


def test_doctor_says_what_works_and_what_to_do(fresh_settings: Settings, bare_settings: Settings) -> None:
    healthy, sick = _run("doctor", **_on(fresh_settings)), _run("doctor", **_on(bare_settings))

    assert healthy.returncode == 0, healthy.stdout
    assert sick.returncode == 1
    assert "does not exist" in sick.stdout


def test_a_token_is_printed_alone(demo: Settings) -> None:
    done = _run("token", "land-office", **_on(demo))

    assert done.stdout.count(".") == 2, done.stderr
    assert done.stdout.count("\n") == 1


def test_no_token_is_given_where_no_demo_client_is_registered(fresh_settings: Settings) -> None:
    done = _run("token", "land-office", **_on(fresh_settings))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1


def test_a_token_for_an_unknown_client_names_those_there_are(demo: Settings) -> None:
    done = _run("token", "nobody", **_on(demo))

    assert done.returncode == 1
    assert "land-office" in done.stderr


def test_explain_shows_what_a_client_lacks_and_reads_nothing(demo: Settings, tmp_path: Path) -> None:
    query = tmp_path / "query.graphql"
    query.write_text('{ citizen(pin: "001085000001") { fullName } }')

    explained = {
        client: _run("explain", str(query), "--client", client, **_on(demo)) for client in ("civil-status", "bank")
    }

    assert "verdict  granted" in explained["civil-status"].stdout, explained["civil-status"].stderr
    assert "MISSING: identity:citizen.pin:lookup" in explained["bank"].stdout
    assert "verdict  refused" in explained["bank"].stdout


def test_explain_of_what_is_no_query_is_one_line(demo: Settings, tmp_path: Path) -> None:
    query = tmp_path / "query.graphql"
    query.write_text("{ citizen(")

    done = _run("explain", str(query), "--client", "bank", **_on(demo))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1


def test_schemas_are_printed_without_any_database() -> None:
    nowhere = "postgresql://127.0.0.1:1"
    whole, part = _run("schema", database_url=nowhere), _run("schema", "subgraph", "land", database_url=nowhere)

    assert "type Citizen" in whole.stdout
    assert "_service" in part.stdout
    assert _run("schema", "subgraph", "weather", database_url=nowhere).stderr.startswith("There is no domain 'weather'")


def test_a_nation_is_invented_once_and_replaced_only_when_forced(fresh_settings: Settings) -> None:
    first, second, forced = (
        _run("seed", "--citizens", "200", *option, **_on(fresh_settings)) for option in ((), (), ("--force",))
    )

    assert first.stderr.startswith("Invented 200 citizens")
    assert (second.returncode, second.stderr.count("\n")) == (1, 1)
    assert forced.returncode == 0


def test_seeding_databases_that_were_never_migrated_is_one_line(bare_settings: Settings) -> None:
    done = _run("seed", **_on(bare_settings))

    assert done.returncode == 1
    assert "does not exist" in done.stderr


@pytest.fixture
async def demo(fresh_settings: Settings) -> Settings:
    """Databases in which the demo agencies are registered."""
    await install_demo(database_url(fresh_settings, "auth"), partial(key_file, fresh_settings.home))
    return fresh_settings
