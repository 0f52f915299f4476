"""The load: wrk with one thread, which keeps a number of connections busy and says what came back."""

import shutil
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from bench.callers import Caller
from bench.contenders import Contender
from bench.parts import Asked

SCRIPT = Path(__file__).with_name("load.lua")
MOST_PROOFS = 5_000  # for each second of a window: more than one process answers
PINNING = "taskset"
TOOLS = {
    "wrk": "it makes the load: apt install wrk, brew install wrk, or github.com/wg/wrk",
    PINNING: "it keeps processes on their cores: apt install util-linux",
}


class Load(msgspec.Struct, frozen=True):
    """What one window of load came to; times in microseconds."""

    requests: int
    microseconds: int
    refused: int  # answers with a status of 400 and more
    broken: int  # connections that failed, or waited too long
    p50: int
    p99: int


class LoadFailed(RuntimeError):
    """Nothing was measured: answers were others than expected or did not come."""


class NothingYet(LoadFailed):
    """No answer came while the load lasted; none was wrong either."""


def missing_tools(needed: Collection[str] = TOOLS) -> list[str]:
    """One line for each program that is needed and not there."""
    return [f"{name} is missing; {TOOLS[name]}" for name in needed if shutil.which(name) is None]


@dataclass(frozen=True, slots=True)
class Loader:
    """Writes down what wrk reads, and runs it on one core."""

    directory: Path
    core: int

    def run(self, contender: Contender, asked: Asked, seconds: int, caller: Caller) -> Load:
        """One window. Raises LoadFailed unless every answer was one."""
        question = asked.question
        lines = self._lines(contender, asked, seconds, caller)
        authorization = self._written("authorization", [caller.authorization().encode()])
        command = [
            "taskset", "-c", str(self.core), "wrk", "--threads", "1", "--connections", str(asked.connections),
            "--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT),
            f"http://127.0.0.1:{contender.port}", "--", contender.path_of(question.name), str(lines),
            str(authorization),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not done.stdout:
            raise LoadFailed(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
        load = msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
        _require_answered(load, contender, asked)
        return load

    def _lines(self, contender: Contender, asked: Asked, seconds: int, caller: Caller) -> Path:
        """The file of what is sent; with proofs it is written for each window, since each is good once."""
        bodies = contender.bodies_of(asked.question)
        if caller.proofs is None:
            file = self.directory / f"{sha256(b''.join(bodies)).hexdigest()}.lines"  # questions of nations share names
            return file if file.exists() else self._written(file.name, bodies)
        proofs = caller.proofs(MOST_PROOFS * seconds)
        lines = [proof.encode() + b"\t" + bodies[at % len(bodies)] for at, proof in enumerate(proofs)]
        return self._written("proven.lines", lines)

    def _written(self, name: str, lines: Sequence[bytes]) -> Path:
        file = self.directory / name
        file.touch(mode=0o600)
        file.write_bytes(b"\n".join(lines) + b"\n")
        return file


def _require_answered(load: Load, contender: Contender, asked: Asked) -> None:
    unexpected = load.requests - load.refused if asked.question.status >= 400 else load.refused
    asking = f"'{contender.name}', asked '{asked.question.name}' by {asked.connections}"
    if unexpected or load.broken:
        raise LoadFailed(
            f"{asking}: of {load.requests} answers {unexpected} had another status than {asked.question.status},"
            f" {load.broken} did not come"
        )
    if not load.requests:
        raise NothingYet(f"{asking}: no answer came")
