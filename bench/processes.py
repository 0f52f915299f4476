"""Processes and what they cost: cores that they may use, children, time on a core, memory.

Linux only. Time comes from the scheduler's own count, in nanoseconds, summed over the threads of a whole process tree.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Reading = dict[int, int]  # process -> nanoseconds on a core


def cores() -> tuple[int, int]:
    """The core of applications, and the one of everything else: the first two of those that may be used here."""
    application, other, *_ = sorted(os.sched_getaffinity(0))
    return application, other


def tree(pid: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield pid
    for task in _tasks(pid):
        for child in _read(task / "children").split():
            yield from tree(int(child))


def pin(pid: int, core: int) -> None:
    """Let a process tree, and whatever it starts from now on, use one core only."""
    for process in tree(pid):
        for task in _tasks(process):
            os.sched_setaffinity(int(task.name), {core})


def end(pid: int) -> None:
    """Ask a process to end."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def kill(pid: int) -> None:
    """End a process tree at once."""
    for process in [*tree(pid)]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def reading(pid: int) -> Reading:
    """How long each living process of a tree has run until now."""
    living = ((process, _tasks(process)) for process in tree(pid))
    return {process: sum(map(_nanoseconds, tasks)) for process, tasks in living if tasks}


def between(before: Reading, after: Reading) -> int:
    """Nanoseconds that a tree ran between two readings; a process that ended meanwhile is left out."""
    return sum(spent - before.get(process, 0) for process, spent in after.items())


def resident(pid: int) -> int:
    """Bytes of memory that a process has in use; 0 once it has ended."""
    pages = _read(PROC / str(pid) / "statm").split()
    return int(pages[1]) * PAGE_BYTES if pages else 0


def _nanoseconds(task: Path) -> int:
    return int((_read(task / "schedstat") or "0").split()[0])


def _tasks(pid: int) -> list[Path]:
    try:
        return list((PROC / str(pid) / "task").iterdir())
    except FileNotFoundError:
        return []


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
