"""Clients that we did not write, against a server as `lienthong run` starts it."""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from installation.settings import Settings
from tests import node
from tests.serving import Serving, serving

Outcomes = Mapping[str, str | None]
"""What failed, by the name of the check; None: nothing did."""


@pytest.fixture(scope="session")
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A demo installation of this worker, with its own nation and keys."""
    with serving(settings, tmp_path_factory.mktemp("clients"), "clients_") as started:
        yield started


@pytest.fixture(scope="session")
def outcomes(served: Serving) -> Callable[[Path], Outcomes]:
    """Runs a suite of Node once, and says how each of its checks came out."""
    node.install()

    @cache
    def outcome(script: Path) -> Outcomes:
        environment = {"ISSUER": served.issuer, "KEYS": str(served.home / "keys")}
        lines = map(json.loads, node.run(script, environment=environment).splitlines())
        return {line["name"]: line["failed"] for line in lines}

    return outcome
