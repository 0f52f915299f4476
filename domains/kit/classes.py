"""Data classes: what kind of data a field discloses, and so whether reading it takes a right.

Every field of every type declares one (law 1). The classes are those of Decree 356/2025: BASIC (art. 3) and SENSITIVE
(art. 4); PUBLIC is for facts that are about no person, and says why.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DataClass:
    """How a field is guarded. `reason` is given for PUBLIC alone."""

    name: str
    reason: str = ""

    @property
    def is_public(self) -> bool:
        """True: a valid token is enough. False: reading takes a scope."""
        return self.name == "PUBLIC"


BASIC = DataClass("BASIC")
SENSITIVE = DataClass("SENSITIVE")


def public(reason: str) -> DataClass:
    """A fact about no person. `reason` says in one sentence why everybody with a token may read it."""
    return DataClass("PUBLIC", reason)
