"""An installation that tests may kill: registers and grants on one PostgreSQL, the ledger on another, and a server."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.ports import free_port
from installation.settings import PREFIX, Settings
from tests.ledger.server import Server
from tests.serving import ROOT

CITIZENS = 2_000
DATABASE = "lienthong_ledger"
PATIENCE_S = 120.0
SERVER = ("cli.py", "serve")


@dataclass(slots=True)
class House:
    settings: Settings
    registers: Server
    ledger: Server
    environment: dict[str, str]
    served: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.settings.port

    @property
    def said(self) -> Path:
        return self.settings.home / "said"

    def run(self, *arguments: str, timeout: float = PATIENCE_S) -> "subprocess.CompletedProcess[str]":
        """One command `lienthong`, to its end."""
        return subprocess.run(
            [sys.executable, "cli.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def serve(self, command: Sequence[str] = SERVER) -> None:
        """Start a server, and wait until it is ready; one that was killed counts as gone."""
        with self.said.open("ab") as said:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=said, stderr=said
            )
        self.served.append(process)
        deadline = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert process.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.1)

    def kill_server(self) -> None:
        """SIGKILL to the server and to whatever it started, at the same moment as far as a machine can."""
        for process in self.served:
            tree = _tree(process.pid)
            for each in tree:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
            process.wait(60)
            psutil.wait_procs(tree, timeout=60)
        self.served.clear()

    def kill_postgres(self) -> None:
        for server in (self.ledger, self.registers):
            server.kill()

    def start_postgres(self) -> None:
        for server in (self.ledger, self.registers):
            server.start()

    def remove(self) -> None:
        self.kill_server()
        for server in (self.registers, self.ledger):
            server.remove()
        shutil.rmtree(self.settings.home, ignore_errors=True)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False


@contextlib.contextmanager
def house() -> Iterator[House]:
    """A migrated installation with a small nation in it; gone at the end."""
    registers, ledger = Server(_home()), Server(_home())
    ledger.start()
    environment = {
        f"{PREFIX}MODE": "demo",
        f"{PREFIX}HOME": str(registers.home),
        f"{PREFIX}PORT": str(free_port()),
        f"{PREFIX}LEDGER_DATABASE_URL": ledger.url(DATABASE),
        "PYTHONPATH": str(ROOT),
        "PATH": os.defpath,
    }
    settings = Settings(
        mode="demo",
        home=registers.home,
        port=int(environment[f"{PREFIX}PORT"]),
        ledger_database_url=environment[f"{PREFIX}LEDGER_DATABASE_URL"],
    )
    built = House(settings, registers, ledger, environment)
    try:
        for command in (("migrate",), ("seed", "--citizens", str(CITIZENS))):
            done = built.run(*command)
            assert done.returncode == 0, done.stderr
        yield built
    finally:
        built.remove()


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="house-"))
    home.chmod(0o755)  # the account that PostgreSQL runs under gets to its own directory in it
    return home


def _tree(pid: int) -> list[psutil.Process]:
    """A process and its descendants, the descendants last: a killed parent must not restart them."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
