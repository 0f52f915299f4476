"""Node for tests: from the environment, with the packages that package-lock.json names."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from installation import node
from installation.errors import NodeFailed

ROOT = Path(__file__).parents[1]


def install() -> None:
    """Have in node_modules what package-lock.json names; once for all workers."""
    node.install(ROOT)


def run(script: Path, *arguments: str, environment: Mapping[str, str] | None = None, given: str = "") -> str:
    """What a script prints, when it is given this."""
    try:
        return node.run(script, *arguments, given=given, environment=environment, cwd=ROOT)
    except NodeFailed as failed:
        pytest.fail(str(failed))
