"""Routers of other makers compose the registers too, to the same schema and the same scopes.

Their routers do not run in the tests; their composers decide what they would publish and demand.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from domains.kit.domain import Domain
from graph.composed import Composed
from graph.router import parts
from tests import node
from tests.federation.test_composition import canonical, demanded, required_scopes

COMPOSERS = Path(__file__).with_name("composers")

Found = Mapping[str, Any]


def _in_supergraph(found: Found) -> set[tuple[str, str, str]]:
    return set(required_scopes(found["supergraph"]))


def _in_configuration(found: Found) -> set[tuple[str, str, str]]:
    """Fails on alternatives, and on scopes wanted together, neither of which a register states."""
    return {(type_name, field, scope) for type_name, field, ((scope,),) in found["required"]}


SCOPES: dict[str, Callable[[Found], set[tuple[str, str, str]]]] = {
    "apollo": _in_supergraph,
    "wundergraph": _in_configuration,
}


@pytest.fixture(scope="session", params=SCOPES)
def composer(request: pytest.FixtureRequest) -> str:
    node.install()
    return str(request.param)


@pytest.fixture(scope="session")
def found(composer: str, registers: Sequence[Domain]) -> Found:
    """What this composer makes of the registers."""
    found: Found = json.loads(node.run(COMPOSERS / f"{composer}.mjs", given=json.dumps(parts(registers))))
    assert found.get("errors") is None
    return found


def test_another_router_publishes_what_one_process_publishes(
    composer: str, found: Found, one_process: Composed
) -> None:
    published = canonical(one_process)
    if composer == "apollo":  # it knows no oneOf, and publishes such an input without saying so
        published = published.replace(" @oneOf", "")
    assert found["api"].splitlines() == published.splitlines()


def test_another_router_demands_the_scopes_that_one_process_demands(
    composer: str, found: Found, one_process: Composed
) -> None:
    assert SCOPES[composer](found) == demanded(one_process)
