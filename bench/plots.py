"""Plots as PNG: light, one statement each, with letters that can be read on a phone.

A section says what a plot shows; only `draw` knows the library, which is installed with the benchmark and not with the
product.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH, DPI = 6.4, 200  # inches; a phone shows about 60 of its points to each
LETTERS = 12
MANY = 20  # points of a line, of which each is marked where there are fewer
OURS, OTHERS = ("#b3261e", "#e8aaa5"), ("#4a6fa5", "#c3d0e2")  # of a bar's parts
COLORS = ("#b3261e", "#4a6fa5", "#5b8c5a", "#c58b1b", "#7a5ea8")  # of lines
INK, GRID = "#222222", "#dddddd"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each name, made of parts that are named in the legend; the names of `ours` stand out."""

    name: str  # of the file
    title: str
    unit: str
    bars: Mapping[str, Sequence[float]]
    parts: Sequence[str]
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines through points, each with its name; `bound` is a line that should not be crossed."""

    name: str
    title: str
    along: str
    unit: str
    lines: Mapping[str, Sequence[Point]]
    logarithmic: bool = False
    bound: float | None = None


Plot = Bars | Lines


def draw(plot: Plot, directory: Path) -> Path:
    """One PNG."""
    from matplotlib.figure import Figure  # noqa: PLC0415 -- takes a second, and only pages need it

    height = 1.5 + 0.42 * len(plot.bars) if isinstance(plot, Bars) else 4.0
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.set_title(plot.title, fontsize=LETTERS + 1, color=INK, loc="left", pad=10)
    axes.tick_params(labelsize=LETTERS - 1, colors=INK, length=0)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    if isinstance(plot, Bars):
        _bars(plot, axes)
    else:
        _lines(plot, axes)
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / f"{plot.name}.png"
    figure.savefig(file, metadata={"Software": None})
    return file


def _bars(plot: Bars, axes: Any) -> None:
    left = [0.0] * len(plot.bars)
    for number, part in enumerate(plot.parts):
        widths = [parts[number] for parts in plot.bars.values()]
        colors = [(OURS if name in plot.ours else OTHERS)[number] for name in plot.bars]
        axes.barh(list(plot.bars), widths, left=left, color=colors, height=0.68, label=part)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for row, end in enumerate(left):
        place = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
        axes.annotate(_said(end), (max(end, 0), row), fontsize=LETTERS - 1, color=INK, **place)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.set_xlabel(plot.unit, fontsize=LETTERS - 1, color=INK)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _lines(plot: Lines, axes: Any) -> None:
    for (name, points), color in zip(plot.lines.items(), COLORS, strict=False):
        marker = "o" if len(points) < MANY else ""
        axes.plot(*zip(*points, strict=True), color=color, linewidth=2, marker=marker, label=name)
    if plot.bound is not None:
        axes.axhline(plot.bound, color=INK, linewidth=1, linestyle=(0, (4, 4)))
    if plot.logarithmic:
        axes.set_xscale("log")
        axes.set_xticks(ticks := sorted({x for points in plot.lines.values() for x, _ in points}))
        axes.set_xticklabels([f"{tick:,.0f}" for tick in ticks])
        axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(plot.along, fontsize=LETTERS - 1, color=INK)
    axes.set_ylabel(plot.unit, fontsize=LETTERS - 1, color=INK)
    axes.grid(color=GRID, linewidth=0.8)
    if len(plot.lines) > 1:
        axes.figure.legend(fontsize=LETTERS - 1, frameon=False, loc="outside lower center", ncols=3)


def _said(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
