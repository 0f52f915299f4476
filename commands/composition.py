"""The supergraph: every register's part, put together by a federation composer, and what a router must know besides.

The composer runs on Node (deploy/gateway); nothing here needs a database or a network.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domains.kit.domain import Domain
from graph.router import parts
from installation import node
from installation.errors import PackagesMissing, Refusal

GATEWAY = Path(__file__).parent.parent / "deploy" / "gateway"
COMPOSER = GATEWAY / "compose.mjs"
INSTALL = "lienthong supergraph install"


@dataclass(frozen=True, slots=True)
class Supergraph:
    """What a router serves: the supergraph's SDL, and that of the schema which its clients see, sorted."""

    sdl: str
    api: str

    def write(self, file: Path, terms: Mapping[str, Any]) -> None:
        """Put the supergraph into this file, and the terms beside it, whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        for path, content in ((file.with_suffix(".json"), json.dumps(terms, indent=1)), (file, self.sdl)):
            draft = path.with_name(f".{path.name}")
            draft.write_text(f"{content}\n")
            draft.replace(path)


class DoesNotCompose(Refusal):
    """The registers' parts do not fit together. The message has one line for each conflict."""

    def __init__(self, conflicts: Sequence[str]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__("The registers do not compose:\n" + "\n".join(f"  {each}" for each in conflicts))


def composition(domains: Sequence[Domain], urls: Mapping[str, str]) -> Supergraph:
    """The supergraph over these domains, each reached at its URL. Raises DoesNotCompose, or what is missing."""
    if not node.is_installed(GATEWAY):
        raise PackagesMissing(f"The composer's packages are not installed: {INSTALL}")
    given = {name: {"url": urls[name], "sdl": sdl} for name, sdl in parts(domains).items()}
    found: dict[str, Any] = json.loads(node.run(COMPOSER, given=json.dumps(given)))
    if found.get("errors"):
        raise DoesNotCompose(found["errors"])
    return Supergraph(found["supergraph"], found["api"])


def addresses(domains: Sequence[Domain], told: Sequence[str], port: int) -> dict[str, str]:
    """Where each domain is reached, as a router will ask it: NAME=URL as told, else on this machine.

    Raises Refusal for what is no such pair, or names no domain.
    """
    urls = {domain.name: url_here(port + place) for place, domain in enumerate(domains, 2)}
    for pair in told:
        name, separator, url = pair.partition("=")
        if not separator or not url.startswith(("http://", "https://")):
            raise Refusal("--url takes NAME=URL, such as land=https://land.example/graphql.")
        if name not in urls:
            raise Refusal(f"There is no domain {name!r}; there are {', '.join(urls)}.")
        urls[name] = url
    return urls


def url_here(port: int) -> str:
    """Where a subgraph on this machine is asked."""
    return f"http://127.0.0.1:{port}/graphql"
