"""Under what something was measured: the machine, its load, and what of whose making ran on it."""

import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.forms import Form
from bench.peers.node import NODE
from bench.place import ROOT
from installation.binaries import WHEEL
from installation.interpreter import how_built

PACKAGES = (
    "lienthong", "uvicorn", "uvloop", "httptools", "asyncpg", "sqlalchemy", "graphql-core", "strawberry-graphql",
    "msgspec", "orjson", WHEEL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Stand beside the figures."""

    at: datetime
    form: str
    rounds: int
    seconds: int
    revision: str
    processor: str
    cores: int
    gigabytes: int
    load_before: float
    system: str
    python: str
    node: str
    wrk: str
    packages: Mapping[str, str]


def circumstances(form: Form) -> Circumstances:
    """As they are at this moment."""
    return Circumstances(
        at=datetime.now(UTC).replace(microsecond=0),
        form=form.name,
        rounds=form.rounds,
        seconds=form.seconds,
        revision=_said("git", "-C", str(ROOT), "describe", "--always", "--dirty"),
        processor=_processor(),
        cores=os.cpu_count() or 0,
        gigabytes=round(psutil.virtual_memory().total / 1e9),
        load_before=round(os.getloadavg()[0], 2),
        system=f"{platform.system()} {platform.release()}",
        python=f"{platform.python_implementation()} {platform.python_version()}, {how_built()}",
        node=_said(str(NODE), "--version"),
        wrk=" ".join(_said("wrk", "--version").split()[:2]),
        packages={name: version(name) for name in PACKAGES},
    )


def _processor() -> str:
    """The model of the processor, where the system says one."""
    known = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = (line.partition(":")[2].strip() for line in known if line.startswith("model name"))
    return next(names, platform.machine())


def _said(*command: str) -> str:
    """The first line that a program says; empty where there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return next(iter(done.stdout.splitlines()), "")
