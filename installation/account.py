"""The operating system account that PostgreSQL runs as: ours, or, because PostgreSQL refuses root, an unprivileged one.

The account must exist already; none is made. Reachability is tried as that account instead of computed from mode bits,
so that access lists, mounts and parents count as they really do.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.errors import PostgresFailed


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs PostgreSQL. `foreign` where that is not who we are."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def run_as(self) -> dict[str, Any]:
        """The arguments of `subprocess` that start a process as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.foreign else {}

    def can_enter(self, directory: Path) -> bool:
        return self._succeeds("test", "-x", str(directory))

    def can_run(self, program: Path) -> bool:
        return self._succeeds(str(program), "--version")

    def _succeeds(self, *command: str) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 - fixed commands on our own paths
                command, cwd="/", capture_output=True, check=False, timeout=60, **self.run_as()
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0


def database_account(unprivileged: str) -> Account:
    """Our own account; `unprivileged` where we are root. Raises PostgresFailed where that one does not exist."""
    if os.geteuid() != 0:
        return Account(_own_name(), os.geteuid(), os.getegid(), foreign=False)
    try:
        entry = pwd.getpwnam(unprivileged)
    except KeyError:
        raise PostgresFailed(
            f"PostgreSQL does not run as root, and no account {unprivileged!r} exists: set LIENTHONG_DATABASE_ACCOUNT."
        ) from None
    if entry.pw_uid == 0:
        raise PostgresFailed("LIENTHONG_DATABASE_ACCOUNT must be an unprivileged account, not root.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=True)


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        message = (
            f"PostgreSQL needs an account with a name, and uid {os.geteuid()} has none: set LIENTHONG_DATABASE_URL."
        )
        raise PostgresFailed(message) from None
