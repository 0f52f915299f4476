"""How long a nation takes to be invented, and how much memory: measured whenever one is, and kept beside it."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

FACTS, LOG = "seeding.json", "seeding.log"  # in the nation's home


@dataclass(frozen=True, slots=True)
class Seeding:
    """One nation's invention; the memory is that of the largest process, PostgreSQL's apart."""

    citizens: int
    seconds: float
    megabytes: int


class NotSeeded(RuntimeError):
    """The nation could not be invented; the message names the log."""


def seed(citizens: int, home: Path, root: Path) -> Seeding:
    """Invent a nation in the place of whatever nation there is, and write down what it took."""
    command = [sys.executable, "-m", "cli", "seed", "--force", "--citizens", str(citizens)]
    log = home / LOG
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=root, stdout=output, stderr=subprocess.STDOUT)
        try:
            _, status, spent = os.wait4(process.pid, 0)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NotSeeded(f"a nation of {citizens:,} could not be invented; see {log}")
    facts = Seeding(citizens, round(time.monotonic() - began, 1), spent.ru_maxrss // 1024)
    (home / FACTS).write_bytes(msgspec.json.encode(facts))
    return facts


def known(home: Path) -> Seeding | None:
    """What inventing this home's nation took, where the benchmark saw it."""
    file = home / FACTS
    return msgspec.json.decode(file.read_bytes(), type=Seeding) if file.exists() else None
