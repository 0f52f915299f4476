"""PostgreSQL as Debian has it, started by a test: in a folder and on a port of its own, as the package's account."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.ports import free_port
from tests.system.debian import program

ACCOUNT = "postgres"
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=200", "shared_buffers=64MB")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self.port}/{database}"

    def psql(self, database: str, *arguments: str) -> None:
        """Run commands or files as an administrator does."""
        command: list[Any] = [
            program("postgres").parent / "psql",
            "-q",
            "-X",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            self.url(database),
        ]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@contextmanager
def server() -> Iterator[Server]:
    """A server that is gone afterwards, with all its data."""
    binaries = program("postgres").parent
    folder = Path(tempfile.mkdtemp(prefix="lienthong-system-"))
    if os.geteuid() == 0:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    port, data = free_port(), str(folder / "data")
    options = " ".join(f"-c {setting}" for setting in SETTINGS)
    try:
        _run(folder, binaries / "initdb", "-D", data, "-U", ACCOUNT, "--auth=trust", "--locale=C", "--encoding=UTF8")
        started = (*("-D", data), "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} {options}")
        _run(folder, binaries / "pg_ctl", "start", *started)
        try:
            yield Server(folder, port)
        finally:
            _run(folder, binaries / "pg_ctl", "stop", "-D", data, "-m", "fast", "-w")
    finally:
        shutil.rmtree(folder)


def _run(folder: Path, *command: Any) -> None:
    user = ACCOUNT if os.geteuid() == 0 else None
    with (folder.parent / f"{folder.name}.said").open("w+") as said:  # a server keeps what it was given open
        Path(said.name).unlink()
        done = subprocess.run(command, cwd=folder, stdout=said, stderr=said, check=False, user=user, group=user)
        said.seek(0)
        assert done.returncode == 0, said.read()
