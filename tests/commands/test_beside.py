"""The sealing process beside a server: there while the server is, started again when it dies, gone when it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from commands import beside
from commands.beside import Companion

LIVES = "import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a')); sys.stdin.read()"
STUBBORN = "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'a')); time.sleep(600)"
SERVER = """
import signal, sys, time
from commands import beside
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it runs in the background
beside._COMMAND = tuple(sys.argv[1:])
with beside.sealing():
    time.sleep(600)
"""
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """Where each companion writes its process id when it starts."""
    return tmp_path / "started"


@pytest.fixture
def companion(started: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Companion]:
    monkeypatch.setattr(beside, "FIRST_PAUSE", 0.01)
    companion = Companion((sys.executable, "-c", LIVES, str(started)))
    companion.start()
    yield companion
    companion.end()


def test_companion_lives_until_the_end_and_not_longer(companion: Companion, started: Path) -> None:
    (pid,) = _pids(started, 1)
    assert psutil.pid_exists(pid)

    companion.end()

    assert not psutil.pid_exists(pid)


def test_companion_that_dies_is_started_again(companion: Companion, started: Path) -> None:
    (first,) = _pids(started, 1)

    os.kill(first, signal.SIGKILL)

    assert first not in _pids(started, 2)[1:]


def test_companion_that_will_not_end_is_made_to(started: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "FAREWELL", 0.2)
    companion = Companion((sys.executable, "-c", STUBBORN, str(started)))
    companion.start()
    (pid,) = _pids(started, 1)

    companion.end()

    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_companion_ends_with_its_server_however_that_ends(started: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVER, sys.executable, "-c", LIVES, str(started)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    (pid,) = _pids(started, 1)

    server.send_signal(how)

    server.wait(PATIENCE)
    _await(lambda: not psutil.pid_exists(pid))


def _pids(started: Path, count: int) -> list[int]:
    _await(lambda: started.exists() and len(started.read_text().splitlines()) >= count)
    return [int(line) for line in started.read_text().splitlines()]


def _await(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
