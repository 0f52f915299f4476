"""The home directory: private from the start, whole keys only, nobody's permissions changed."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from installation.errors import HomeUnusable
from installation.home import ensure, key_bytes, key_file

MAKE_KEY = """
import sys
from pathlib import Path
from installation.home import key_bytes
print(key_bytes(Path(sys.argv[1]), "k").hex())
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_is_for_its_owner_only(tmp_path: Path) -> None:
    assert _mode(ensure(tmp_path / "home")) == 0o700


def test_an_existing_home_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    ensure(tmp_path)

    assert _mode(tmp_path) == 0o755


def test_a_home_below_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(HomeUnusable, match=r"LIENTHONG_HOME=.* cannot be made: not a directory"):
        ensure(tmp_path / "file" / "home")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_without_write_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(HomeUnusable, match="not writable"):
        ensure(tmp_path)


def test_a_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = key_bytes(tmp_path, "ledger.key")

    assert key_bytes(tmp_path, "ledger.key") == first
    assert len(first) == 32
    assert _mode(tmp_path / "keys" / "ledger.key") == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    key_bytes(tmp_path, "ledger.key")
    (tmp_path / "keys" / "ledger.key").chmod(0o640)

    with pytest.raises(HomeUnusable, match="can be read by others"):
        key_bytes(tmp_path, "ledger.key")


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HomeUnusable, match="is empty"):
        key_file(tmp_path, "odd.key", lambda: b"")


def test_a_key_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    def breaks() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        key_file(tmp_path, "odd.key", breaks)

    assert list((tmp_path / "keys").iterdir()) == []


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", MAKE_KEY, str(tmp_path)], stdout=subprocess.PIPE) for _ in range(4)
    ]

    keys = {process.communicate()[0] for process in processes}

    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["k"]
