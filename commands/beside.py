"""The sealing process beside a server: started with it, started again when it dies, ended with it.

It is told the end by its standard input, which ends with the server however that ends; so it never outlives one that
was killed, and seals what that one recorded last.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import structlog

log = structlog.get_logger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
"""Between a death and the next start, in seconds; doubled from the first while it dies young."""
LIVED_WELL = 60.0
FAREWELL = 15.0
LIENTHONG = (sys.executable, str(Path(__file__).parent.parent / "cli.py"))
"""This command, as a process of its own."""
_COMMAND = (*LIENTHONG, "ledger", "seal", "--beside")


class _Terminated(BaseException):
    """Like KeyboardInterrupt, of SIGTERM."""


@contextmanager
def sealing() -> Iterator[None]:
    """A sealing process for as long as the block lasts, which SIGTERM ends in order."""
    companion = Companion(_COMMAND)
    companion.start()
    before = signal.signal(signal.SIGTERM, _terminate)  # uvicorn raises it again when it has shut down
    try:
        yield
    except _Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        companion.end()
        signal.raise_signal(signal.SIGTERM)
    finally:
        companion.end()
        signal.signal(signal.SIGTERM, before)


def _terminate(_: int, __: object) -> None:
    raise _Terminated


class Companion:
    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._ending = Event()
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = Thread(target=self._watch, name="sealing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Returns when the process is gone: asked to end first, then made to."""
        with self._starting:
            self._ending.set()
            process = self._process
        if process is not None and process.stdin is not None:
            for insist in (process.stdin.close, process.kill):
                insist()
                self._thread.join(FAREWELL)
                if not self._thread.is_alive():
                    return
        self._thread.join()

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while not self._ending.wait(pause if self._process else 0):
            began = time.monotonic()
            code = self._live()
            if self._ending.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - began > LIVED_WELL else min(2 * pause, LONGEST_PAUSE)
            log.error("the sealing process ended; it is started again", code=code, seconds=pause)

    def _live(self) -> int:
        """From the start of one process to its end."""
        with self._starting:
            if self._ending.is_set():
                return 0
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
        code = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code
