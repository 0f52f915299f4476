"""What the ledger costs, as a section of the page: medians of ratios of pairs. Pure: knows no process and no clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.circumstances import Circumstances
from bench.measure import Cell
from bench.report import loaded
from bench.targets import ALONE_MS, LEDGER

TITLE = "## Ledger"


@dataclass(frozen=True, slots=True)
class Spent:
    """One window; milliseconds on a core for each answer, answers in a second, milliseconds of the middle wait."""

    application: float
    database: float
    rate: float
    p50: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A window with the ledger, and the one without beside it."""

    cell: Cell
    recorded: Spent
    bare: Spent


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where the servers and the ledger are, and what was measured of it."""

    title: str
    pairs: Sequence[Pair]


@dataclass(frozen=True, slots=True)
class Outage:
    """The ledger's server stopped and started again: seconds, and what was answered while it was away."""

    refusal: float  # from asking the server to stop until the first refusal
    recovery: float  # from asking it to start until the first answer
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class LedgerCost:
    """Everything that was measured of it."""

    arrangements: Sequence[Arrangement]
    outage: Outage


Row = tuple[str, Callable[[Pair], float]]
ROWS: tuple[Row, ...] = (
    ("application CPU, with / without", lambda pair: pair.recorded.application / pair.bare.application),
    ("application and database CPU, with / without", lambda pair: _all(pair.recorded) / _all(pair.bare)),
    ("answers per second, with / without", lambda pair: pair.recorded.rate / pair.bare.rate),
    ("application CPU added, ms", lambda pair: pair.recorded.application - pair.bare.application),
    ("middle wait added, ms", lambda pair: pair.recorded.p50 - pair.bare.p50),
)


def figure(pairs: Sequence[Pair], cell: Cell, of: Callable[[Pair], float]) -> float:
    """The median over the pairs of one cell."""
    return median(of(pair) for pair in pairs if pair.cell == cell)


def as_markdown(cost: LedgerCost, seen: Circumstances) -> Iterator[str]:
    """The section of the page."""
    outage = cost.outage
    yield from (TITLE, "", loaded(seen), "")
    yield (
        "What it costs that every answer is durable in the ledger before it leaves: the product against the same"
        " without its ledger, in pairs of windows, durable commit on, medians of the ratios inside a pair. All servers"
        " of an arrangement on one core; load and PostgreSQL on another. Columns are questions and connections."
    )
    for arrangement in cost.arrangements:
        yield from _table(arrangement)
    yield ""
    yield (
        f"With the ledger's server stopped under load, the first answer was withheld after {outage.refusal * 1000:.0f}"
        f" ms, and of {outage.asked} requests sent from then on, {outage.answered} were answered. Started again, the"
        f" server and the first answer took {outage.recovery * 1000:.0f} ms; the process was the same all the while."
    )


def _table(arrangement: Arrangement) -> Iterator[str]:
    cells = list(dict.fromkeys(pair.cell for pair in sorted(arrangement.pairs, key=_place)))
    yield from ("", f"### {arrangement.title.capitalize()}", "")
    yield f"| | {' | '.join(f'{cell.question}, {cell.connections}' for cell in cells)} |"
    yield f"|---|{'---:|' * len(cells)}"
    for title, of in ROWS:
        yield f"| {title} | {' | '.join(f'{figure(arrangement.pairs, cell, of):.2f}' for cell in cells)} |"
    yield f"| budget of the first | {' | '.join(_budget(cell) for cell in cells)} |"


def _budget(cell: Cell) -> str:
    return f"added ≤ {ALONE_MS} ms" if cell.connections == 1 else f"≤ {LEDGER[cell]:.2f}"


def _place(pair: Pair) -> tuple[bool, str, int]:
    return pair.cell.question != "profile", pair.cell.question, pair.cell.connections


def _all(spent: Spent) -> float:
    return spent.application + spent.database
