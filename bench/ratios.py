"""What windows say together: medians over the rounds, and ratios that are taken inside each round. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Cell, Window

Of = Callable[[Window], float]


def application(window: Window) -> float:
    return window.application


def both(window: Window) -> float:
    return window.application + window.database


def rate(window: Window) -> float:
    return window.rate


@dataclass(frozen=True, slots=True)
class Best:
    """The peer that comes closest to us, and how far away it is."""

    peer: str
    ratio: float


def middle(windows: Sequence[Window], of: Of) -> float:
    """The median over whatever windows these are."""
    return median(map(of, windows))


def only(
    windows: Iterable[Window], contender: str | None = None, cell: Cell | None = None, citizens: int | None = None
) -> list[Window]:
    """The windows of one contender, one cell, one size; None: of all."""
    return [
        window
        for window in windows
        if contender in (None, window.contender) and cell in (None, window.cell) and citizens in (None, window.citizens)
    ]


def ratio(windows: Sequence[Window], cell: Cell, of: Of, above: str, below: str) -> float | None:
    """Median over the rounds of one contender's figure divided by its neighbor's; None where they never met."""
    return _middle(one / other for one, other in _pairs(windows, cell, of, above, below))


def added(windows: Sequence[Window], cell: Cell, of: Of, above: str, below: str) -> float | None:
    """Median over the rounds of the difference between two neighbors."""
    return _middle(one - other for one, other in _pairs(windows, cell, of, above, below))


def best_peer(windows: Sequence[Window], cell: Cell, of: Of, ours: str, peers: Collection[str]) -> Best | None:
    """By what costs: the peer over ours, smallest first. By `rate`: ours over the peer."""
    found = []
    for peer in peers:
        sides = (ours, peer) if of is rate else (peer, ours)
        if (value := ratio(windows, cell, of, *sides)) is not None:
            found.append(Best(peer, value))
    return min(found, key=lambda each: each.ratio, default=None)


def sizes_of(windows: Sequence[Window]) -> list[int]:
    """Smallest first."""
    return sorted({window.citizens for window in windows})


def growth(windows: Sequence[Window], question: str, citizens: int) -> float | None:
    """What the question costs in a nation of this size, over the smallest; None where it was not asked there."""
    asked = [window for window in windows if window.cell.question == question]
    here, smallest = (
        {window.round: both(window) for window in only(asked, citizens=size)}
        for size in (citizens, min(sizes_of(asked), default=0))
    )
    found = [here[number] / smallest[number] for number in here if number in smallest]
    return median(found) if found else None


def spread(windows: Sequence[Window], of: Of = application) -> float:
    """How far rounds lie apart: the largest minus the smallest figure, by their median."""
    figures = [of(window) for window in windows]
    return (max(figures) - min(figures)) / median(figures)


def _pairs(windows: Sequence[Window], cell: Cell, of: Of, above: str, below: str) -> list[tuple[float, float]]:
    """Both sides' figures of each round and group in which both were measured."""
    sides: dict[str, dict[tuple[int, str, int], float]] = {above: {}, below: {}}
    for window in windows:
        if window.cell == cell and window.contender in sides:
            sides[window.contender][window.round, window.group, window.citizens] = of(window)
    return [(sides[above][key], sides[below][key]) for key in sides[above] if key in sides[below]]


def _middle(figures: Iterable[float]) -> float | None:
    known = list(figures)
    return median(known) if known else None
