"""`lienthong ledger verify` and `erase`, as they are typed."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from installation.home import key_file
from ledger.tree.notes import KEY_FILE
from tests.commands.typed import typed
from tests.ledger.audit.world import PURPOSES, World
from tests.ledger.server import Server

AUTHORITY = """
create table acts (act_id bigint primary key, hash bytea not null);
create table purposes (purpose text primary key, retention_months int not null);
"""


@pytest.fixture
async def settings(server: Server, world: World, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """Of an installation with this ledger, and with an authority of which it needs no more."""
    name = f"authority_{world.dsn.partition('?')[0].rpartition('/')[2]}"
    await server.execute(f"create database {name}")
    await server.execute(AUTHORITY, name)
    for number, hashed in world.acts.acts:
        await server.execute(f"insert into acts values ({number}, '\\x{hashed.hex()}')", name)
    for purpose in PURPOSES:
        await server.execute(f"insert into purposes values ('{purpose}', 1)", name)
    home = tmp_path / "home"
    key_file(home, KEY_FILE, lambda: world.pem)
    yield {
        "home": home,
        "issuer": "https://lienthong.example",
        "database_url": world.dsn,
        "ledger_database_url": world.dsn,
        "auth_database_url": server.url(name),
        "ledger_checkpoints": world.outside,
    }
    await server.execute(f"drop database {name} with (force)")


async def _typed(settings: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(typed, *arguments, **settings)


async def test_operator_verifies_and_is_told_what_was_compared(settings: dict[str, Any]) -> None:
    done = await _typed(settings, "verify")

    assert done.returncode == 0, done.stderr
    assert "Compared with 6 acts of the authority's record." in done.stdout
    assert "leaves hold together" in done.stdout


async def test_operator_verifies_a_ledger_that_was_touched_and_is_told_the_row(
    settings: dict[str, Any], world: World
) -> None:
    await world.execute("update answers set at = now() where leaf = 20")

    done, told = await _typed(settings, "verify"), await _typed(settings, "verify", "--json")

    assert (done.returncode, told.returncode) == (1, 1)
    assert "NOT AS IT WAS WRITTEN. altered: answers, leaf 20: " in done.stdout
    said = json.loads(told.stdout)
    assert (said["holds"], said["faults"][0]["table"], said["faults"][0]["row"]) == (False, "answers", {"leaf": 20})


async def test_operator_verifies_while_the_authority_is_away_and_is_told_so(settings: dict[str, Any]) -> None:
    done = await _typed({**settings, "auth_database_url": "postgresql://127.0.0.1:1/nothing"}, "verify")

    assert done.returncode == 0, done.stderr
    assert "Not compared with the authority's record of acts, which does not answer." in done.stdout


async def test_operator_verifies_without_a_database_and_is_told_in_one_line(settings: dict[str, Any]) -> None:
    done = await _typed({**settings, "ledger_database_url": "postgresql://127.0.0.1:1/nothing"}, "verify")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("option", [["--dry-run"], []])
async def test_operator_erases_when_nothing_is_due_and_nothing_goes(
    settings: dict[str, Any], world: World, option: list[str]
) -> None:
    done = await _typed(settings, "erase", "--json", *option)

    assert (done.returncode, json.loads(done.stdout)["segments"]) == (0, 0), done.stderr
    assert (await world.fetch("select count(*) from people where subject is null"))[0][0] == 0
