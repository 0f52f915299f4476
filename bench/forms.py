"""The three forms in which the benchmark is run: how large the nations are, who is asked, how often and how long."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

SMALL, LARGE, LARGEST = 10_000, 1_000_000, 10_000_000

Cells = Mapping[str, tuple[int, ...]]  # question -> connections

_TARGETED: Cells = MappingProxyType({"profile": (1, 16, 64), "list": (16, 64), "page": (16, 64)})
_ALL: Cells = MappingProxyType(dict.fromkeys(("profile", "list", "page"), (1, 16, 64)))
_FEW: Cells = MappingProxyType({"profile": (16, 64), "list": (16,), "page": (16,)})


@dataclass(frozen=True, slots=True)
class Form:
    """One way to run it; a section that is asked for by name runs in whatever form is chosen."""

    name: str
    says: str
    sections: tuple[str, ...]
    rounds: int
    rounds_alone: int  # where ours is not compared with something close to it
    seconds: int  # of a window in which peers are compared
    seconds_alone: int  # of any other
    size: int  # of the nation in which one size is enough
    sizes: tuple[int, ...]  # of the nations between which cost is compared
    peer_sizes: tuple[int, ...]
    peer_cells: Cells
    few: bool = False  # the quickest peers and the dearest switches only
    soak_minutes: float = 0.0

    def beside(self) -> "Form":
        """The same for a section that compares ours with variants of it."""
        return replace(self, seconds=self.seconds_alone)

    def alone(self) -> "Form":
        """The same for a section that says what ours costs."""
        return replace(self.beside(), rounds=self.rounds_alone)


_ORDINARY = ("seeding", "peers", "floors", "switches", "workloads", "sizes", "micro", "memory")

QUICK = Form(
    "quick", "a small nation, few peers, short windows: shows that everything works; under 3 minutes",
    sections=("peers", "floors", "switches", "workloads", "micro"), rounds=2, rounds_alone=1,
    seconds=1, seconds_alone=1, size=SMALL, sizes=(SMALL,), peer_sizes=(SMALL,), peer_cells=_FEW, few=True,
)  # fmt: skip
PLAIN = Form(
    "plain", "every peer, every switch, up to a million citizens; under 20 minutes once the nations are seeded",
    sections=_ORDINARY, rounds=3, rounds_alone=2, seconds=3, seconds_alone=2,
    size=LARGE, sizes=(SMALL, LARGE), peer_sizes=(LARGE,), peer_cells=_TARGETED, soak_minutes=0.25,
)  # fmt: skip
FULL = Form(
    "full", "ten million citizens, every peer everywhere, an hour of mixed load, ledger and revocation; hours",
    sections=(*_ORDINARY, "ledger", "revocation", "views"), rounds=3, rounds_alone=3, seconds=3, seconds_alone=2,
    size=LARGE, sizes=(SMALL, LARGE, LARGEST), peer_sizes=(SMALL, LARGE, LARGEST), peer_cells=_ALL, soak_minutes=60.0,
)  # fmt: skip
FORMS = (QUICK, PLAIN, FULL)
