"""Time on a core is counted for a process and its children, and for what they run between two readings only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bench.processes import between, cores, kill, pin, reading, resident, tree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the benchmark reads Linux's /proc")

BUSY_PARENT_OF_A_BUSY_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "print(flush=True)\\nwhile True: pass"])
while True: pass
"""


@pytest.fixture
def busy() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", BUSY_PARENT_OF_A_BUSY_CHILD], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()  # the child runs
    yield process.pid
    for pid in sorted(tree(process.pid), reverse=True):
        os.kill(pid, 9)
    process.wait()
    process.stdout.close()


def test_a_benchmark_reads_a_process_and_its_child(busy: int) -> None:
    before = reading(busy)
    time.sleep(0.3)
    after = reading(busy)

    assert len(after) == 2
    assert all(after[pid] > before[pid] for pid in after)
    assert between(before, after) == sum(after.values()) - sum(before.values())


def test_a_benchmark_reads_a_process_that_waits_and_counts_next_to_nothing() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; print(flush=True); time.sleep(30)"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    before = reading(process.pid)
    time.sleep(0.3)
    spent = between(before, reading(process.pid))
    process.kill()
    process.communicate()

    assert spent < 50_000_000


def test_a_benchmark_reads_a_process_that_has_ended_and_counts_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    before = reading(process.pid)
    process.wait()

    assert between(before, reading(process.pid)) == 0


def test_a_benchmark_pins_a_process_and_its_child_to_one_core(busy: int) -> None:
    core = min(os.sched_getaffinity(0))
    pin(busy, core)

    assert [os.sched_getaffinity(pid) for pid in tree(busy)] == [{core}, {core}]


def test_a_benchmark_asks_what_this_process_has_in_memory_and_gets_megabytes() -> None:
    assert resident(os.getpid()) > 10_000_000


def test_a_benchmark_asks_what_an_ended_process_has_in_memory_and_gets_nothing() -> None:
    assert resident(2**22 + 1) == 0


def test_a_benchmark_ends_a_process_and_its_child_with_it(busy: int) -> None:
    child = max(tree(busy))

    kill(busy)

    deadline = time.monotonic() + 5
    while resident(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (resident(busy), resident(child)) == (0, 0)


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="two cores are needed")
def test_a_benchmark_asks_for_cores_and_gets_two_that_it_may_use() -> None:
    assert len({*cores()} & os.sched_getaffinity(0)) == 2
