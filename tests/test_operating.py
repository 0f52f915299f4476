"""`docs/operating.md` says what happens: each of its commands is run, in order, and prints what stands there."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.ports import free_port

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "operating.md"
VARIES = "…"
PATIENCE_S = 120

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    """A command and the lines that it is said to print."""

    command: str
    printed: tuple[str, ...]

    def matches(self, output: str) -> bool:
        """Columns may be wider; `…` stands for anything within a line, and alone for any number of lines."""
        said = "\n".join(" ".join(line.split()) for line in output.splitlines())
        return re.fullmatch("".join(map(_pattern, self.printed)), f"{said}\n" if said else "") is not None


def _pattern(line: str) -> str:
    if line.strip() == VARIES:
        return r"(?:[^\n]*\n)*"
    return "[^\n]*".join(re.escape(part) for part in " ".join(line.split()).split(VARIES)) + r"\n"


def steps_of(page: str) -> list[Step]:
    found = []
    for block in _BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = part.splitlines()
            found.append(Step(command, tuple(printed)))
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """Where PostgreSQL can run as another account, which it does where we are root."""
    made = Path(tempfile.mkdtemp(prefix="lienthong-operating-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def environment(home: Path, tmp_path: Path) -> dict[str, str]:
    """A home with a database of its own, and `lienthong` and `python` where a shell finds them."""
    (tmp_path / "bin").mkdir()
    for name, command in {"lienthong": [sys.executable, str(ROOT / "cli.py")], "python": [sys.executable]}.items():
        script = tmp_path / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        script.chmod(0o755)
    return {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "COLUMNS": "240",
        "LIENTHONG_MODE": "demo",
        "LIENTHONG_HOME": str(home),
        "LIENTHONG_PORT": str(free_port()),
    }


@pytest.fixture
def serving(environment: dict[str, str], tmp_path: Path) -> Iterator[None]:
    run(environment, "lienthong seed --citizens 400", tmp_path)
    said = (tmp_path / "said").open("w")
    process = subprocess.Popen(
        [str(tmp_path / "bin" / "lienthong"), "run"], env=environment, stdout=said, stderr=said, cwd=tmp_path
    )
    await_ready(process, int(environment["LIENTHONG_PORT"]), tmp_path / "said")
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    said.close()
    run(environment, "lienthong database stop", tmp_path)


def run(environment: dict[str, str], command: str, place: Path) -> str:
    """What a shell prints for this command, in this place."""
    done = subprocess.run(
        ["/bin/sh", "-c", command], env=environment, cwd=place, capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def await_ready(process: "subprocess.Popen[bytes]", port: int, said: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, said.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.2)
    pytest.fail(said.read_text())


@pytest.mark.slow  # some forty commands, each of which starts a process, on an installation of its own
def test_an_operator_runs_every_command_of_the_page_and_sees_what_stands_there(
    serving: None, environment: dict[str, str], tmp_path: Path
) -> None:
    steps = steps_of(PAGE.read_text())
    assert len(steps) > 30
    differing = []
    for step in steps:
        output = run(environment, step.command, tmp_path)
        if not step.matches(output):
            differing.append(f"$ {step.command}\n{output}")
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize(
    ("printed", "output", "same"),
    [
        (("Done, as act …: 7.",), "Done, as act 12: 7.\n", True),
        (("Done, as act …: 7.",), "Refused\n", False),
        ((" A  B", "…"), "A     B\nmore\nand more\n", True),
        ((" A  B", "…"), "A     B\n", True),
        (("one",), "one\ntwo\n", False),
        ((), "", True),
        ((), "something\n", False),
    ],
)
def test_what_is_printed_is_compared_word_by_word_but_for_what_varies(
    printed: tuple[str, ...],
    output: str,
    same: bool,  # noqa: FBT001
) -> None:
    assert Step("", printed).matches(output) is same
