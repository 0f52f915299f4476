"""The keys of a home as one folder: which there are, and gone for good where one is destroyed."""

import secrets
from pathlib import Path

import pytest

from installation.errors import HomeUnusable
from installation.home import KeyFolder, key_bytes


def test_a_folder_lists_keys_and_no_drafts(tmp_path: Path) -> None:
    key_bytes(tmp_path, "cursors.key")
    (tmp_path / "keys" / ".ledger.key.draft").write_bytes(b"half a key")

    assert KeyFolder(tmp_path).names() == ["cursors.key"]


def test_a_folder_reads_the_key_that_the_home_holds(tmp_path: Path) -> None:
    made = key_bytes(tmp_path, "a.key")

    assert KeyFolder(tmp_path).read("a.key", lambda: b"another") == made


def test_a_destroyed_key_is_gone_and_made_anew_if_asked_for(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    before = folder.read("a.key", lambda: secrets.token_bytes(16))

    folder.destroy("a.key")
    folder.destroy("a.key")

    assert folder.names() == []
    assert folder.read("a.key", lambda: secrets.token_bytes(16)) != before


def test_a_key_that_cannot_be_destroyed_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "keys" / "a.key").mkdir(parents=True)

    with pytest.raises(HomeUnusable, match=r"^The key file a.key cannot be destroyed: "):
        KeyFolder(tmp_path).destroy("a.key")


def test_a_home_without_keys_has_none(tmp_path: Path) -> None:
    assert KeyFolder(tmp_path / "home").names() == []
