"""A federation composer, as a router's build uses it: that of the product, with its own packages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from commands.composition import GATEWAY, DoesNotCompose, composition, url_here
from domains.kit.domain import Domain
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains
from installation import node

Composer = Callable[[Sequence[Domain]], Mapping[str, Any]]


@pytest.fixture(scope="session")
def as_a_router() -> Composer:
    """Compose domains as a federation composer does: `errors`, or `supergraph` and what it `published`."""
    node.install(GATEWAY)

    def composed(domains: Sequence[Domain]) -> Mapping[str, Any]:
        try:
            found = composition(domains, {domain.name: url_here(1) for domain in domains})
        except DoesNotCompose as conflicting:
            return {"errors": conflicting.conflicts}
        return {"supergraph": found.sdl, "published": found.api}

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
