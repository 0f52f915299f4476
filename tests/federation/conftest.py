"""A federation composer, as a router's build uses it: Node from the environment, packages as package-lock.json says."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from domains.kit.domain import Domain, subgraph
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains
from tests import node

SCRIPT = Path(__file__).with_name("compose.mjs")

Composer = Callable[[Sequence[Domain]], Mapping[str, Any]]


@pytest.fixture(scope="session")
def as_a_router() -> Composer:
    """Compose domains as a federation composer does: `errors`, or `supergraph` and what it `published`."""
    node.install()

    def composed(domains: Sequence[Domain]) -> Mapping[str, Any]:
        sdl = {domain.name: subgraph(domain).as_str() for domain in domains}
        found: Mapping[str, Any] = json.loads(node.run(SCRIPT, given=json.dumps(sdl)))
        return found

    return composed


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
