"""How much of this host's memory the embedded PostgreSQL keeps pages in.

A quarter, as PostgreSQL's manual advises: a nation whose pages are fetched from the system anew for each statement
costs a third more than one whose pages are there.
"""

import contextlib
from pathlib import Path

import psutil

SHARE = 4  # a quarter
LEAST_MB, MOST_MB = 256, 8_192
CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")  # what a container may use, where that is less than the host has


def shared_buffers(limit: Path = CONTROL_GROUP) -> str:
    """The setting of this name; memory is taken only as pages are read."""
    share_mb = _memory(limit) // SHARE >> 20
    return f"{min(max(share_mb, LEAST_MB), MOST_MB)}MB"


def _memory(limit: Path) -> int:
    memory: int = psutil.virtual_memory().total
    with contextlib.suppress(OSError, ValueError):  # no container, or one without a limit: "max"
        memory = min(memory, int(limit.read_text()))
    return memory
