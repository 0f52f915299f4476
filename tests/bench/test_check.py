"""Real peers, variants of ours, and the product answer alike: what the benchmark makes sure of before it measures."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from installation.node import UNREACHABLE

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2,
    reason="the benchmark keeps processes on two cores by Linux's taskset",
)
def test_a_developer_compares_the_answers_of_the_quick_form_and_all_are_equal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--check"],
        cwd=ROOT, env={**os.environ, "BENCH_HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if UNREACHABLE in " ".join(done.stderr.split()):
        pytest.skip(f"{UNREACHABLE}: {done.stderr.strip().splitlines()[-1]}")

    assert done.returncode == 0, done.stderr
    assert "2 peers answer as the product does: Mercurius, PostGraphile" in " ".join(done.stderr.split())
    assert "3 variants answer as the product does: ledger-off, enforcement-off, dpop-on" in " ".join(
        done.stderr.split()
    )
