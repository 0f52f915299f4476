"""Serving processes end with the one that started them, however that ends."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PARENT = """
import multiprocessing, os, time
from installation.workers import end_with_parent

def work():
    end_with_parent()
    print(os.getpid(), flush=True)
    time.sleep(600)

if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=work).start()
    time.sleep(600)
"""
ROOT = Path(__file__).parents[2]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    return script


def test_process_whose_parent_is_killed_ends(script: Path) -> None:
    said = subprocess.PIPE
    with subprocess.Popen([sys.executable, str(script)], stdout=said, env={"PYTHONPATH": str(ROOT)}) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        assert worker.is_running()

        parent.kill()

        _, left = psutil.wait_procs([worker], timeout=30)
    for each in left:
        each.kill()
    assert left == []
