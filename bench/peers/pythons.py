"""The peers in Python: on uvicorn, in an environment of their own, made by the interpreter that ours runs on."""

import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from bench.contenders import Contender, DidNotStart
from bench.peers.session import session
from bench.ports import free_port

HERE = Path(__file__).with_name("python")
ENVIRONMENT = HERE / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def install() -> None:
    """Have the packages of requirements.txt in the environment; what is installed already stays."""
    requirements = HERE / "requirements.txt"
    wanted = sha256(f"{sys.base_prefix}\n{sys.version}\n{requirements.read_text()}".encode()).hexdigest()
    stamp = ENVIRONMENT / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run("-m", "venv", "--clear", "--without-pip", str(ENVIRONMENT))  # some distributions have no pip for it
    _run(
        "-m", "pip", "--python", str(PYTHON), "install", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "--requirement", str(requirements),
    )  # fmt: skip
    stamp.write_text(wanted)


def on_uvicorn(name: str, module: str, databases: Mapping[str, str]) -> Contender:
    """A peer of this module in `python/`: one process, uvloop, httptools, and no log of requests."""
    port = free_port()
    command = (
        str(PYTHON), "-m", "uvicorn", f"{module}:app", "--app-dir", str(HERE), "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    )  # fmt: skip
    return Contender(name, command, port, environment=session(databases))


def _run(*arguments: str) -> None:
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise DidNotStart(f"pip could not install the peers: {done.stderr.strip().splitlines()[-1]}")
