"""Several processes that are one installation on this machine: started together, and all ended when one of them ends.

Each writes what it says into a file of its own. They are in sessions of their own, so that Ctrl-C reaches the command
alone, which ends them in order.
"""

import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installation.errors import Refusal

PATIENCE_S = 120.0  # from the start of a process until it is ready
FAREWELL_S = 15.0
PAUSE_S = 0.2
LINES = 5  # of what a process said last, where it ended unasked

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One process: how it is started, and the address at which it says that it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: str


class Ended(Refusal):
    """A process ended that nobody had asked to, or was not ready in time."""


@dataclass(frozen=True, eq=False, slots=True)
class _Running:
    part: Part
    process: "subprocess.Popen[bytes]"
    said: Path

    def check(self) -> None:
        if (code := self.process.poll()) is not None:
            raise Ended(f"{self.part.name} ended with {code}; it said (all of it: {self.said}):\n{_last(self.said)}")

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.part.ready, timeout=1) as answer:  # noqa: S310 - an address of our own
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False


class Together:
    """What is running, in the order in which it was started."""

    def __init__(self, folder: Path, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        self._running: list[_Running] = []

    def start(self, *parts: Part) -> None:
        """Start these at once and return when all are ready. Raises Ended."""
        begun = [self._begin(part) for part in parts]
        until = time.monotonic() + PATIENCE_S
        waiting = dict.fromkeys(begun)
        while waiting:
            for one in [*waiting]:
                one.check()
                if one.is_ready():
                    self._tell(f"{one.part.name} is ready")
                    del waiting[one]
            if time.monotonic() > until:
                raise Ended(f"{next(iter(waiting)).part.name} is not ready after {PATIENCE_S:g} seconds.")
            time.sleep(PAUSE_S if waiting else 0)

    def watch(self) -> None:
        """Return never: raises Ended when one ends, KeyboardInterrupt when the operator has had enough."""
        while True:
            for one in self._running:
                one.check()
            time.sleep(1)

    def end(self) -> None:
        """The last one first, which asks the others."""
        for one in reversed(self._running):
            one.process.terminate()
        for one in reversed(self._running):
            try:
                one.process.wait(FAREWELL_S)
            except subprocess.TimeoutExpired:
                one.process.kill()
                one.process.wait()

    def _begin(self, part: Part) -> _Running:
        said = self._folder / f"{part.name}.log"
        with said.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own commands
                part.command,
                env=part.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        running = _Running(part, process, said)
        self._running.append(running)
        return running


@contextmanager
def together(folder: Path, tell: Tell) -> Iterator[Together]:
    """Processes for as long as the block lasts, which SIGTERM ends like Ctrl-C. The folder holds what they say."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = Together(folder, tell)
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield parts
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # whoever is impatient gets no second chance to leave one behind
        parts.end()
        signal.signal(signal.SIGTERM, before)


def _interrupt(_: int, __: object) -> None:
    raise KeyboardInterrupt


def _last(said: Path) -> str:
    lines = said.read_text(errors="replace").strip().splitlines()[-LINES:]
    return "\n".join(f"  {line}" for line in lines)
