"""How the Python that runs us was built: one built without profile-guided optimization takes half as much time again.

Distributions optimize theirs without always saying so; a build of one's own is optimized only where its configuration
asked for it.
"""

import sys
import sysconfig
from collections.abc import Mapping
from typing import Any

ASKED_FOR = "--enable-optimizations"
DISTRIBUTION = "--prefix=/usr'"


def optimized(built: Mapping[str, Any] | None = None) -> bool | None:
    """Whether the build was optimized; None where that cannot be told."""
    asked = str((sysconfig.get_config_vars() if built is None else built).get("CONFIG_ARGS") or "")
    if not asked or DISTRIBUTION in asked:
        return True if ASKED_FOR in asked else None
    return ASKED_FOR in asked


def how_built() -> str:
    """In words: what `optimized` found."""
    return {True: "an optimized build", False: "not an optimized build", None: "a distribution's build"}[optimized()]


if __name__ == "__main__":  # asked by make before there is an environment
    sys.exit(optimized() is False)
