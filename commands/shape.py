"""Which shape a command is for: the options that its group of commands shares, and the settings that follow from them.

A serving process starts others (workers, the sealing process), which read the environment: so what is said on the
command line is said there, too.
"""

import os
from typing import Annotated

import typer

from installation.settings import PREFIX, Settings, load

Domain = Annotated[
    str | None, typer.Option("--domain", metavar="NAME", help="A ministry's subgraph: this register alone.")
]
Public = Annotated[
    bool, typer.Option("--public", help="With --domain: for clients themselves, without a router in between.")
]
Authority = Annotated[bool, typer.Option("--authority", help="The authority without registers.")]


def shaped(domain: str | None = None, *, public: bool = False, authority: bool = False) -> Settings:
    """The settings of the shape asked for, or of the one in the environment. Raises SettingsInvalid."""
    told = {"domain": domain} if domain else {}
    if authority or public:
        told["shape"] = "authority" if authority else "public"
    os.environ.update({f"{PREFIX}{name.upper()}": value for name, value in told.items()})
    return load()
