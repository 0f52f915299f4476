"""The load: wrk with one thread, which keeps a number of connections busy and says what came back."""

import shutil
import subprocess
from pathlib import Path

import msgspec

from bench.questions import Question

SCRIPT = Path(__file__).with_name("load.lua")
TOOLS = {
    "wrk": "it makes the load: apt install wrk, brew install wrk, or github.com/wg/wrk",
    "taskset": "it keeps processes on their cores: apt install util-linux",
}


class Load(msgspec.Struct, frozen=True):
    """What one window of load came to; times in microseconds."""

    requests: int
    microseconds: int
    refused: int  # answers with a status other than 200
    broken: int  # connections that failed, or waited too long
    p50: int
    p99: int


class LoadFailed(RuntimeError):
    """Nothing was measured: answers were refused or did not come."""


def missing_tools() -> list[str]:
    """One line for each program that is needed and not there."""
    return [f"{name} is missing; {hint}" for name, hint in TOOLS.items() if shutil.which(name) is None]


class Loader:
    """Writes down what wrk reads, and runs it on one core."""

    def __init__(self, directory: Path, core: int) -> None:
        self._directory = directory
        self._core = core
        self._token = directory / "token"
        self._token.touch(mode=0o600)

    def bodies(self, question: Question) -> Path:
        """The file that holds a question's bodies."""
        file = self._directory / f"{question.name}.bodies"
        if not file.exists():
            file.write_bytes(b"\n".join(question.bodies) + b"\n")
        return file

    def run(self, port: int, path: str, question: Question, connections: int, seconds: int, token: str) -> Load:
        """One window. Raises LoadFailed unless every answer was one."""
        self._token.write_text(token)
        command = [
            "taskset", "-c", str(self._core), "wrk", "--threads", "1", "--connections", str(connections),
            "--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}",
            "--", path, str(self.bodies(question)), str(self._token),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not done.stdout:
            raise LoadFailed(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
        load = msgspec.json.decode(done.stdout.splitlines()[-1], type=Load)
        if load.refused or load.broken or not load.requests:
            raise LoadFailed(f"of {load.requests} answers {load.refused} were refused, {load.broken} did not come")
        return load
