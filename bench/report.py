"""Windows become tables of the page. Pure: knows no file and no clock."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from bench.circumstances import Circumstances
from bench.measure import Cell, Window
from bench.ratios import application, middle, only, rate, spread


def loaded(seen: Circumstances) -> str:
    """The line under a heading, where the figures are those of windows of load."""
    return f"*{seen.rounds} rounds of {seen.seconds} s a window.* {under(seen)}"


def under(seen: Circumstances) -> str:
    """The line under a heading: what the figures came from."""
    return (
        f"*{seen.at:%d %B %Y}, form {seen.form}; {seen.processor}, {seen.cores} cores, {seen.gigabytes} GB; load of the"
        f" machine before {seen.load_before:.1f}; {seen.python}; Node {seen.node.removeprefix('v')}; {seen.system};"
        f" revision {seen.revision}.*"
    )


def cells_of(windows: Iterable[Window]) -> list[Cell]:
    """In the order in which they were first measured."""
    return list(dict.fromkeys(window.cell for window in windows))


def contenders_of(windows: Iterable[Window]) -> list[str]:
    return list(dict.fromkeys(window.contender for window in windows))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of which the first column is text and the others figures."""
    yield f"| {' | '.join(head)} |"
    yield f"|---|{'---:|' * (len(head) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def figures(windows: Sequence[Window]) -> Iterator[str]:
    """One row for each contender and number of connections, fewest connections first."""
    head = ("", "connections", "app CPU, ms", "PostgreSQL CPU, ms", "answers/s", "p50, ms", "p99, ms", "±")
    rows = []
    for connections in sorted({window.cell.connections for window in windows}):
        for contender in contenders_of(windows):
            found = [each for each in only(windows, contender) if each.cell.connections == connections]
            if found:
                rows.append((contender, str(connections), *figure(found)))
    yield from table(head, rows)


def figure(found: Sequence[Window]) -> tuple[str, ...]:
    """The medians of one contender's windows, and how far its application CPU lies apart."""
    return (
        f"{middle(found, application):.3f}",
        f"{median(window.database for window in found):.3f}",
        f"{middle(found, rate):,.0f}",
        f"{median(window.p50 for window in found):.1f}",
        f"{median(window.p99 for window in found):.1f}",
        f"{spread(found) / 2:.0%}",
    )
