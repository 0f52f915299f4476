"""The example of a further register, as its owner uses it: a package beside, found by its entry point."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.ports import free_ports
from commands.composition import GATEWAY
from installation import node
from installation.settings import Settings
from tests.serving import ROOT, Serving, invent, run, started, told_to

REGISTERS = ("enterprises", "identity", "insurance", "land", "population")
EXAMPLE = ROOT / "examples" / "social-insurance"
INSURED = """{searchEnterprises(name: "cong ty", first: 20) {edges {node {name insured(first: 3) {edges {node {
    position monthlyWage insured {fullName healthCard {benefitLevel}}}}}}}}}"""


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the example is installed."""
    source, target = tmp_path_factory.mktemp("source") / "example", tmp_path_factory.mktemp("packages")
    shutil.copytree(EXAMPLE, source)
    _done(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
         "--target", str(target), str(source)], dict(os.environ),
    )  # fmt: skip
    return target


@pytest.fixture(scope="module")
def served(settings: Settings, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One process with the register in it, and people with insurance."""
    home = tmp_path_factory.mktemp("insured")
    environment = {**told_to(settings, home, "insured_"), "PYTHONPATH": str(packages)}
    invent(environment, 2000)
    with run(environment) as process:
        _done([sys.executable, "-m", "social_insurance.invent"], environment)
        yield process


def test_an_owner_runs_the_tests_of_the_register(packages: Path) -> None:
    tests = str(EXAMPLE / "tests")
    _done([sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", tests], _with(packages))


def test_an_agency_asks_across_a_register_that_was_attached(served: Serving) -> None:
    insured = [node for edge in _asked(served, INSURED)["searchEnterprises"]["edges"] for node in _nodes(edge["node"])]

    assert insured
    assert all(node["insured"]["fullName"] and node["insured"]["healthCard"]["benefitLevel"] for node in insured)


def test_an_agency_is_told_which_scope_of_the_register_it_lacks(served: Serving) -> None:
    found = served.command("token", "civil-status")
    token = found.stdout.strip()

    status, body = served.ask("/graphql", _body(INSURED), authorization=f"Bearer {token}", **JSON)

    assert status == 403, found.stderr
    missing = {error["extensions"].get("scope") for error in json.loads(body)["errors"]}
    assert "insurance:contribution.monthly_wage:read" in missing


def test_an_agency_asks_the_register_behind_the_gateway_what_it_asks_one_process(
    served: Serving, packages: Path
) -> None:
    node.install(GATEWAY)
    first = free_ports(len(REGISTERS) + 2)
    environment = {**served.environment, "LIENTHONG_PORT": str(first), "LIENTHONG_SEALING": "false"}
    environment["PATH"] = os.environ["PATH"]
    with started(environment, first + 1, "supergraph", "up"):
        behind = replace(served, port=first + 1, environment=environment)
        assert _asked(behind, INSURED) == _asked(served, INSURED)


JSON = {"content-type": "application/json", "accept": "application/graphql-response+json"}


def _nodes(enterprise: Any) -> list[Any]:
    return [edge["node"] for edge in enterprise["insured"]["edges"]]


def _asked(served: Serving, text: str) -> Any:
    token = served.command("token").stdout.strip()
    status, body = served.ask("/graphql", _body(text), authorization=f"Bearer {token}", **JSON)
    assert status == 200, body
    return json.loads(body)["data"]


def _body(text: str) -> str:
    return json.dumps({"query": text})


def _with(packages: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(packages)}


def _done(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
