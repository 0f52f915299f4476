"""Programs of Debian that system tests start: found, or installed as root, or a reason why the test is left out.

Only programs are wanted. No service is started by installing them, and no PostgreSQL cluster is made or touched: tests
start their own, in folders and on ports of their own.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

PACKAGES = {"haproxy": "haproxy", "postgres": "postgresql"}  # program: the package that it comes with
APT = ("apt-get", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")
WITHOUT_CLUSTER = Path("/etc/postgresql-common/createcluster.d/system-tests.conf")
SERVICES_STAY_DOWN = Path("/usr/sbin/policy-rc.d")  # what Debian asks before it starts a service
FORBIDDEN = "#!/bin/sh\nexit 101\n"
LOCK = Path("/run/lienthong-system-tests.lock")
PATIENCE_S = 300


def program(name: str) -> Path:
    """Where the program is, its package installed if need be; leaves the test out where that may not be done."""
    if (found := _found(name)) is None:
        if reason := missing_right():
            pytest.skip(f"needs {name} of Debian's package {PACKAGES[name]}, and {reason}")
        with FileLock(LOCK):
            complaint = "" if _found(name) else _install(PACKAGES[name])
        found = _found(name)
        if found is None:
            pytest.skip(f"Debian's package {PACKAGES[name]} could not be installed: {complaint}")
    return found


def missing() -> list[str]:
    """The packages that would be installed if all tests ran."""
    return sorted(package for name, package in PACKAGES.items() if _found(name) is None)


def missing_right() -> str:
    """Why nothing can be installed here; nothing where it can."""
    if shutil.which("apt-get") is None:
        return "apt-get is not here"
    return "" if os.geteuid() == 0 else "only root may install it"


def _found(name: str) -> Path | None:
    """On the usual paths, or among PostgreSQL's programs, of which Debian keeps a folder for each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    places = os.pathsep.join([os.defpath, "/usr/sbin", "/sbin", *map(str, reversed(versions))])
    found = shutil.which(name, path=places)
    return Path(found) if found else None


def _install(package: str) -> str:
    """Install, with fresh lists if those that are here do not do. Returns apt's last complaint."""
    with _present(WITHOUT_CLUSTER, "create_main_cluster = false\n"), _present(SERVICES_STAY_DOWN, FORBIDDEN):
        if not (complaint := _apt("install", package)):
            return ""
        return _apt("update") or _apt("install", package) or complaint


def _apt(*arguments: str) -> str:
    """What apt says last if it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [*APT, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"apt-get {arguments[0]} took more than {PATIENCE_S} s"
    return done.stderr.strip().rpartition("\n")[2] or f"status {done.returncode}" if done.returncode else ""


@contextmanager
def _present(path: Path, text: str) -> Iterator[None]:
    """A file that is there meanwhile; one that was there before says what its owner wants, and stays."""
    if path.exists():
        yield
        return
    folder_was_there = path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    try:
        yield
    finally:
        path.unlink()
        if not folder_was_there and not any(path.parent.iterdir()):
            path.parent.rmdir()
