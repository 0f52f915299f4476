"""Further ledgers: a file for the owner's eyes, of which nothing is quoted when it is refused."""

import json
from pathlib import Path

import pytest

from installation.errors import SettingsInvalid
from installation.ledgers import FurtherLedger, further_ledgers
from installation.settings import Settings

URL = "postgresql://reader:hunter2@land.example/ledger"


def told(tmp_path: Path, *entries: object, mode: int = 0o600) -> Settings:
    """Settings that name a file with these entries."""
    file = tmp_path / "ledgers.json"
    file.write_text(json.dumps(entries))
    file.chmod(mode)
    return Settings(mode="demo", home=tmp_path, further_ledgers=file)


@pytest.fixture
def land(tmp_path: Path) -> dict[str, str]:
    """A ledger whose keys were handed over."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "ledger-pseudonyms-83").write_bytes(bytes(16))
    return {"origin": "land.example/ledger", "database_url": URL, "home": str(tmp_path)}


def test_whoever_names_no_file_has_no_further_ledgers(tmp_path: Path) -> None:
    assert further_ledgers(Settings(mode="demo", home=tmp_path)) == ()


def test_a_ledger_of_the_file_is_registered(tmp_path: Path, land: dict[str, str]) -> None:
    assert further_ledgers(told(tmp_path, land)) == (FurtherLedger("land.example/ledger", URL, str(tmp_path)),)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path, land: dict[str, str]) -> None:
    with pytest.raises(SettingsInvalid, match="chmod 600"):
        further_ledgers(told(tmp_path, land, mode=0o644))


def test_a_ledger_without_keys_is_refused_since_nobody_would_be_found(tmp_path: Path, land: dict[str, str]) -> None:
    (tmp_path / "keys" / "ledger-pseudonyms-83").unlink()

    with pytest.raises(SettingsInvalid, match="no pseudonym key"):
        further_ledgers(told(tmp_path, land))


@pytest.mark.parametrize("entry", [{}, {"origin": "a"}, {"origin": 1, "database_url": URL, "home": "/"}, "x"])
def test_what_is_no_such_list_is_refused_without_a_word_of_it(tmp_path: Path, entry: object) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        further_ledgers(told(tmp_path, entry))

    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no such file"):
        further_ledgers(Settings(mode="demo", home=tmp_path, further_ledgers=tmp_path / "none"))
