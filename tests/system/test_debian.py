"""The programs that system tests stand on."""

import subprocess
from pathlib import Path

import pytest

from tests.system.debian import PACKAGES, SERVICES_STAY_DOWN, WITHOUT_CLUSTER, program

CLUSTERS = Path("/etc/postgresql")


@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_test_asks_for_a_program_of_debian_and_gets_one_that_runs(name: str) -> None:
    clusters = sorted(CLUSTERS.glob("*/*"))
    policy = SERVICES_STAY_DOWN.read_text() if SERVICES_STAY_DOWN.exists() else None
    option = "-v" if name == "haproxy" else "--version"
    said = subprocess.run([program(name), option], capture_output=True, text=True, check=True).stdout
    assert name in said.lower()
    assert sorted(CLUSTERS.glob("*/*")) == clusters, "no cluster is made"
    assert (SERVICES_STAY_DOWN.read_text() if SERVICES_STAY_DOWN.exists() else None) == policy
    assert not WITHOUT_CLUSTER.exists()
