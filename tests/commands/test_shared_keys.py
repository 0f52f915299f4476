"""Machines with one authority's database have one set of keys, or the second one does not start."""

from pathlib import Path

import pytest

from commands import running
from installation.databases import connect, database_url
from installation.errors import Refusal
from installation.home import KeyFolder
from installation.settings import Settings
from ledger import KeyRing


@pytest.fixture
async def first(fresh_settings: Settings, tmp_path: Path) -> Settings:
    """A machine that serves already."""
    settings = fresh_settings.model_copy(update={"home": tmp_path / "first"})
    KeyRing(KeyFolder(settings.home)).current()
    await running.check_keys(settings)
    return settings


@pytest.fixture
def second(first: Settings, tmp_path: Path) -> Settings:
    """Another one, without a home."""
    return first.model_copy(update={"home": tmp_path / "second"})


async def test_a_machine_starts_again_with_its_own_keys(first: Settings) -> None:
    await running.check_keys(first)


async def test_a_machine_that_mounts_the_keys_of_the_first_starts(first: Settings, second: Settings) -> None:
    second.home.mkdir()
    (second.home / "keys").symlink_to(first.home / "keys")
    await running.check_keys(second)


async def test_a_machine_without_the_keys_is_refused_and_makes_none(second: Settings) -> None:
    with pytest.raises(Refusal, match="is missing"):
        await running.check_keys(second)
    assert KeyFolder(second.home).names() == []


async def test_a_machine_with_one_key_of_its_own_is_refused_whichever_it_is(first: Settings, second: Settings) -> None:
    named = KeyFolder(first.home).names()
    assert len(named) == 7
    for other in named:
        for name in named:
            kept = (first.home / "keys" / name).read_bytes()
            KeyFolder(second.home).read(name, lambda kept=kept: kept)  # type: ignore[misc]
        changed = second.home / "keys" / other
        kept = changed.read_bytes()
        changed.write_bytes(bytes([kept[0] ^ 1]) + kept[1:] if other != "ledger-checkpoint.key" else bytes(len(kept)))
        with pytest.raises(Refusal, match=f"keys/{other} of this home is not the one"):
            await running.check_keys(second)
        changed.write_bytes(kept)
    await running.check_keys(second)


async def test_what_the_database_holds_tells_no_key(first: Settings) -> None:
    connection = await connect(database_url(first, "auth"))
    try:
        rows = await connection.fetch("select name, digest from key_checks")
    finally:
        await connection.close()
    for row in rows:
        assert row["digest"] not in (first.home / "keys" / row["name"]).read_bytes()
        assert len(row["digest"]) == 32
