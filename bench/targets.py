"""What is to be reached, declared once: each target with its bound, where the bound comes from, and what is measured.

They are the performance budget of the design and what the project promises beside it. A target that was not measured
has no figure, and is not said to be reached.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from bench.contenders import OURS
from bench.forms import LARGE, LARGEST, SMALL
from bench.measure import Cell, Window
from bench.ratios import Of, added, application, best_peer, both, growth, only, rate, ratio
from bench.record import Record
from bench.seeding import Seeding
from bench.soak import Soak

Found = Mapping[str, Record[Any]]  # by section

PROFILE_1, PROFILE_16, PROFILE_64 = (Cell("profile", connections) for connections in (1, 16, 64))
LISTS, PAGES = [Cell("list", 16), Cell("list", 64)], [Cell("page", 16), Cell("page", 64)]

LEDGER: Mapping[Cell, float] = MappingProxyType({PROFILE_16: 1.15, PROFILE_64: 1.08, **dict.fromkeys(LISTS, 1.08)})
"""Application CPU with the ledger, over without."""
ENFORCEMENT: Mapping[Cell, float] = MappingProxyType({PROFILE_16: 1.20, PROFILE_64: 1.12, **dict.fromkeys(LISTS, 1.12)})
"""Application CPU with decision, row rules, ledger and token, over without any of them."""
ALONE_MS = 0.2  # added by the ledger, or by all enforcement, at one connection, where nobody shares a commit
PEERS: Mapping[Of, Mapping[Cell, float]] = MappingProxyType(
    {
        application: {PROFILE_16: 2.5, PROFILE_64: 3.0, **dict.fromkeys([*LISTS, *PAGES], 2.0)},
        both: {PROFILE_16: 2.5, PROFILE_64: 2.5, **dict.fromkeys(LISTS, 1.6), **dict.fromkeys(PAGES, 1.5)},
        rate: {PROFILE_16: 2.3, PROFILE_64: 2.3, **dict.fromkeys([*LISTS, *PAGES], 1.25)},
    }
)
"""The best peer over ours by what a request costs; ours over the best peer by answers in a second."""
STEPS = (
    ("hot-lookup", "a plan that is known, found with its values", 10.0, "µs"),
    ("cold-plan", "a plan made: parse, validate, compile", 3.0, "ms"),
)
GROWTH, PROCESSES = 1.3, 1.1
MEMORY_START, MEMORY_HOUR, MEMORY_GROWTH = 200.0, 400.0, 10.0  # MB, MB, MB in an hour
SEEDING = ((LARGE, 180.0), (LARGEST, 2100.0))
BOUNDED = 1.5  # memory of the seeder: ten times the nation over the nation


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to be reached, and how it is read from what was measured."""

    what: str
    bound: float
    at_most: bool
    section: str
    measured: Callable[[Any], float | None]
    """Of the section's figures; None where they do not say."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A target beside its figure; None: nobody measured it."""

    target: Target
    value: float | None

    @property
    def reached(self) -> bool:
        if self.value is None:
            return False
        return self.value <= self.target.bound if self.target.at_most else self.value >= self.target.bound


def verdicts(found: Found) -> Iterator[Verdict]:
    """Of every target."""
    for target in targets():
        record = found.get(target.section)
        yield Verdict(target, None if record is None else target.measured(record.figures))


def targets() -> Iterator[Target]:
    """All of them, in the order of the page."""
    yield from _peers()
    yield from _enforcement()
    yield from _floors()
    yield from _steps()
    yield from _size()


def _peers() -> Iterator[Target]:
    names: Mapping[Of, str] = {
        application: "application CPU",
        both: "application and PostgreSQL CPU",
        rate: "answers per second",
    }
    for of, cells in PEERS.items():
        side = "ours / best peer" if of is rate else "best peer / ours"
        for cell, bound in cells.items():
            yield Target(f"{names[of]}, {side}: {_said(cell)}", bound, False, "peers", partial(_best, cell, of))


def _best(cell: Cell, of: Of, windows: list[Window]) -> float | None:
    """Over the largest nation that was measured."""
    largest = only(windows, citizens=max((window.citizens for window in windows), default=0))
    best = best_peer(largest, cell, of, OURS, {window.contender for window in largest} - {OURS})
    return best.ratio if best else None


def _enforcement() -> Iterator[Target]:
    for name, variant, bounds in (
        ("ledger", "ledger-off", LEDGER),
        ("all enforcement", "enforcement-off", ENFORCEMENT),
    ):
        for cell, bound in bounds.items():
            yield _switch(f"{name}, with / without: {_said(cell)}", bound, ratio, cell, OURS, variant)
        what = f"{name}, added at one connection: {_said(PROFILE_1)}"
        yield _switch(what, ALONE_MS, added, PROFILE_1, OURS, variant, "ms")
    yield _switch(f"DPoP, added: {_said(PROFILE_16)}", 0.16, added, PROFILE_16, "dpop-on", OURS, "ms")
    for count in (2, 4):
        what = f"application CPU, {count} processes / one: {_said(PROFILE_16)}"
        yield Target(what, PROCESSES, True, "switches", partial(_processes, count))
        what += " for each process"
        yield Target(what, PROCESSES, True, "switches", partial(_processes_of_equal_load, count))
    refused = partial(_workload, Cell("refused", 16), PROFILE_16)
    yield Target("a refused query / a granted one, application CPU", 1.0, True, "workloads", refused)


def _switch(
    what: str, bound: float, compared: Callable[..., float | None], cell: Cell, one: str, other: str, unit: str = ""
) -> Target:
    def measured(windows: list[Window]) -> float | None:
        return compared(windows, cell, application, one, other)

    return Target(f"application CPU, {what}", bound, True, "switches", measured, unit)


def _processes(count: int, windows: list[Window]) -> float | None:
    """Each over the product beside it, and then one over the other."""
    several, one = (ratio(windows, PROFILE_16, application, f"processes-{each}", OURS) for each in (count, 1))
    return several / one if several and one else None


def _processes_of_equal_load(count: int, windows: list[Window]) -> float | None:
    """Windows of the same round, and not neighbors in it: more processes are asked by more connections."""
    many, one = f"processes-{count}", "processes-1"
    loaded = replace(PROFILE_16, connections=count * PROFILE_16.connections)
    found = [*only(windows, many, loaded), *only(windows, one, PROFILE_16)]
    return ratio([replace(each, cell=PROFILE_16, group="") for each in found], PROFILE_16, application, many, one)


def _workload(cell: Cell, other: Cell, windows: list[Window]) -> float | None:
    """Median over the rounds of one question's cost over another's."""
    moved = [*only(windows, cell=cell), *only(windows, cell=other)]
    return ratio([_named(window, cell) for window in moved], cell, application, cell.question, other.question)


def _named(window: Window, cell: Cell) -> Window:
    """The window under its question's name, so that two questions can be compared as contenders are."""
    return replace(window, contender=window.cell.question, cell=cell)


def _floors() -> Iterator[Target]:
    for contender, bound, how in ((OURS, 2.0, "ledger on"), ("ledger-off", 1.5, "ledger off")):
        what = f"application CPU, ours with the {how} / static Starlette route: {_said(PROFILE_64)}"
        yield Target(what, bound, True, "floors", partial(_over_floor, contender))


def _over_floor(contender: str, floors: Any) -> float | None:
    return ratio(floors.windows, PROFILE_64, application, contender, "static Starlette")


def _steps() -> Iterator[Target]:
    for name, what, bound, unit in STEPS:
        yield Target(f"CPU, {what}", bound, True, "micro", partial(_figure, name), unit)


def _figure(name: str, figures: Iterable[Any]) -> float | None:
    return next((each.value for each in figures if each.name == name), None)


def _size() -> Iterator[Target]:
    for question in ("profile", "list", "page", "search", "deep"):
        what = f"application and PostgreSQL CPU, {LARGEST:,} citizens / {SMALL:,}: {question}, 16"
        yield Target(what, GROWTH, True, "sizes", partial(_growth, question))
    yield Target("memory of a process at its start", MEMORY_START, True, "memory", _memory_at_start, "MB")
    yield Target("memory after an hour of the mixed load", MEMORY_HOUR, True, "memory", _memory_after_an_hour, "MB")
    yield Target("memory gained in an hour, once caches are full", MEMORY_GROWTH, True, "memory", _memory_growth, "MB")
    for citizens, seconds in SEEDING:
        yield Target(f"inventing {citizens:,} citizens", seconds, True, "seeding", partial(_seconds, citizens), "s")
    yield Target("memory of the seeder, largest nation / a tenth of it", BOUNDED, True, "seeding", _seeder_growth)


def _growth(question: str, windows: list[Window]) -> float | None:
    """Between these two sizes and no others: what a smaller nation costs says nothing of the largest."""
    return growth([window for window in windows if window.citizens in {SMALL, LARGEST}], question, LARGEST)


def _memory_at_start(soak: Soak) -> float | None:
    return soak.samples[0].megabytes if soak.samples else None


def _memory_after_an_hour(soak: Soak) -> float | None:
    return soak.samples[-1].megabytes if _an_hour(soak) else None


def _memory_growth(soak: Soak) -> float | None:
    return soak.growth if _an_hour(soak) else None


def _an_hour(soak: Soak) -> bool:
    return bool(soak.samples) and soak.samples[-1].second >= 3500


def _seconds(citizens: int, seeded: list[Seeding]) -> float | None:
    return next((each.seconds for each in seeded if each.citizens == citizens), None)


def _seeder_growth(seeded: list[Seeding]) -> float | None:
    """Of the largest nation over that of a tenth."""
    memory = {each.citizens: each.megabytes for each in seeded}
    largest = max(memory, default=0)
    return memory[largest] / memory[largest // 10] if largest // 10 in memory else None


def _said(cell: Cell) -> str:
    return f"{cell.question}, {cell.connections}"
