"""`lienthong run` in a process of its own: the server that a newcomer starts, for tests that meet it from outside.

The whole graph, unless it is told to be a part of it.
"""

import contextlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.ports import free_port
from installation.settings import Settings

ROOT = Path(__file__).parent.parent
PATIENCE_S = 180


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `lienthong run` and the environment it was started in."""

    port: int
    home: Path
    environment: dict[str, str]
    process: "subprocess.Popen[str]"

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def said(self) -> str:
        """What the process wrote."""
        return _said(self.environment, self.port).read_text()

    def command(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return command(self.environment, *arguments)

    def ask(self, path: str, body: str | None = None, **headers: str) -> tuple[int, str]:
        data = body.encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def command(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in this environment, to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *arguments],
        env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def invent(environment: dict[str, str], citizens: int) -> None:
    """Have the databases of this environment, with a nation of so many in them."""
    for arguments in (("migrate",), ("seed", "--citizens", str(citizens))):
        done = command(environment, *arguments)
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def serving(settings: Settings, home: Path, name: str = "served_", **told: str) -> Iterator[Serving]:
    """Serve databases of this name on the tests' PostgreSQL; stopped at the end, if it still runs."""
    with run(told_to(settings, home, name, **told)) as served:
        yield served


def told_to(settings: Settings, home: Path, name: str = "served_", **told: str) -> dict[str, str]:
    """The environment of an installation on a port of its own; `told` are further settings of it."""
    given = {f"LIENTHONG_{setting.upper()}": value for setting, value in told.items()}
    return {
        "LIENTHONG_MODE": "demo",
        "LIENTHONG_HOME": str(home),
        "LIENTHONG_PORT": str(free_port()),
        "LIENTHONG_DATABASE_URL": str(settings.database_url),
        "LIENTHONG_DATABASE_PREFIX": f"{settings.database_prefix}{name}",
        **given,
    }


@contextlib.contextmanager
def run(environment: dict[str, str], how: str = "run") -> Iterator[Serving]:
    """`lienthong run`, or `serve`, in this environment; stopped at the end, if it still runs."""
    home, port = Path(environment["LIENTHONG_HOME"]), int(environment["LIENTHONG_PORT"])
    with started(environment, port, how) as process:
        yield Serving(port, home, environment, process)


@contextlib.contextmanager
def started(environment: dict[str, str], port: int, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A command that serves, once it says that it is ready on this port; stopped at the end, if it still runs."""
    path = _said(environment, port)
    with path.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "cli.py"), *arguments], env=environment, stdout=said, stderr=said, text=True
        )
        try:
            _await_ready(process, port, path)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(60)


def _said(environment: dict[str, str], port: int) -> Path:
    return Path(environment["LIENTHONG_HOME"]) / f"said-{port}"


def _await_ready(process: "subprocess.Popen[str]", port: int, said: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not _is_ready(port):
        assert process.poll() is None, said.read_text()
        assert time.monotonic() < deadline, said.read_text()
        time.sleep(0.2)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
