"""Windows become a page: medians over the rounds, ratios taken inside each round. Pure: knows no file and no clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.contenders import FLOOR, OURS, PEER, UNRECORDED
from bench.measure import CONNECTIONS, Cell, Window
from bench.questions import Question

COLUMNS = (OURS, UNRECORDED, PEER, FLOOR)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Under what the windows came about."""

    cores: int
    load_before: float
    rounds: int
    seconds: int
    citizens: int


Ratio = tuple[str, Callable[[Window], float], str, str]  # what, of what, above the line, below it

RATIOS: tuple[Ratio, ...] = (
    ("application CPU, peer / ours", lambda window: window.application, PEER, OURS),
    ("application and database CPU, peer / ours", lambda window: window.application + window.database, PEER, OURS),
    ("answers per second, ours / peer", lambda window: window.rate, OURS, PEER),
    ("application CPU, ours / without ledger", lambda window: window.application, OURS, UNRECORDED),
    ("application CPU, ours / floor", lambda window: window.application, OURS, FLOOR),
)


def ratio(windows: Sequence[Window], cell: Cell, of: Callable[[Window], float], above: str, below: str) -> float:
    """Median over the rounds of one contender's figure divided by another's in the same round."""
    return median(
        of(_only(windows, cell, above, number)) / of(_only(windows, cell, below, number))
        for number in sorted({window.round for window in windows})
    )


def spread(windows: Sequence[Window], cell: Cell, contender: str) -> float:
    """How far the rounds lie apart: largest minus smallest application CPU, by their median."""
    figures = [window.application for window in _of(windows, cell, contender)]
    return (max(figures) - min(figures)) / median(figures)


def as_markdown(windows: Sequence[Window], questions: Sequence[Question], circumstances: Circumstances) -> str:
    """The whole page."""
    return "\n".join([*_preface(circumstances), *_ratios(windows, questions), *_figures(windows, questions)])


def _preface(seen: Circumstances) -> Iterator[str]:
    yield "# Benchmark"
    yield ""
    yield (
        "Written by `make bench`. One process of each contender on one core; load and PostgreSQL on another."
        " *ours*: token seen before, scopes, row rules, and the ledger's durable commit before each answer. *without"
        " ledger*: the same but for the ledger. *peer*: Mercurius with its JIT, data loaders and pg on the same"
        " databases, with equal statements and generic plans, no rights checked, nothing recorded. *floor*: bare ASGI"
        " that sends the same number of bytes. All answers were compared before they were measured."
    )
    yield ""
    yield (
        f"{seen.citizens:,} invented citizens; {seen.rounds} rounds of {seen.seconds} s a window, order reversed every"
        f" other round; {seen.cores} cores; load of the machine before the first window {seen.load_before:.1f}. CPU is"
        " counted by the scheduler and divided by the answers that came. Ratios are medians over the rounds of ratios"
        " inside a round: trust them before the absolute figures."
    )


def _ratios(windows: Sequence[Window], questions: Sequence[Question]) -> Iterator[str]:
    yield from ("", "## Ratios", "")
    yield f"| | {' | '.join(f'{q.name}, {c}' for q in questions for c in CONNECTIONS)} |"
    yield f"|---|{'---:|' * (len(questions) * len(CONNECTIONS))}"
    for title, of, above, below in RATIOS:
        found = (ratio(windows, cell, of, above, below) for cell in _cells(questions))
        yield f"| {title} | {' | '.join(f'{value:.2f}' for value in found)} |"


def _figures(windows: Sequence[Window], questions: Sequence[Question]) -> Iterator[str]:
    for question in questions:
        yield from ("", f"## {question.title}", "")
        yield "Application CPU ms · database CPU ms · answers per second · p50 ms · p99 ms (± spread of the first)"
        yield ""
        yield f"| connections | {' | '.join(COLUMNS)} |"
        yield f"|---:|{'---|' * len(COLUMNS)}"
        for cell in _cells([question]):
            yield f"| {cell.connections} | {' | '.join(_figure(windows, cell, name) for name in COLUMNS)} |"
    yield ""


def _figure(windows: Sequence[Window], cell: Cell, contender: str) -> str:
    found = list(_of(windows, cell, contender))
    middle = {name: median(getattr(window, name) for window in found) for name in ("application", "database", "rate")}
    p50, p99 = median(window.p50 for window in found), median(window.p99 for window in found)
    return (
        f"{middle['application']:.3f} · {middle['database']:.3f} · {middle['rate']:.0f} · {p50:.1f} · {p99:.1f}"
        f" (±{spread(windows, cell, contender) / 2:.0%})"
    )


def _cells(questions: Sequence[Question]) -> list[Cell]:
    return [Cell(question.name, connections) for question in questions for connections in CONNECTIONS]


def _of(windows: Sequence[Window], cell: Cell, contender: str) -> Iterator[Window]:
    return (window for window in windows if window.cell == cell and window.contender == contender)


def _only(windows: Sequence[Window], cell: Cell, contender: str, number: int) -> Window:
    return next(window for window in _of(windows, cell, contender) if window.round == number)
