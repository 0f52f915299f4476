"""What came of a run: the lines of its sections, the table of targets, and the page with its plots and raw figures."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import page, plots
from bench.record import Record, Records
from bench.report import table
from bench.sections import SECTIONS
from bench.targets import Verdict, verdicts

PAGE = Path("docs") / "performance.md"
BESIDE = Path("docs") / "performance"  # the raw figures and the plots
TARGETS = "targets"


def known(records: Records) -> Mapping[str, Record[Any]]:
    """Every section that was measured."""
    found = ((section.name, records.known(section.name, section.figures)) for section in SECTIONS)
    return {name: record for name, record in found if record is not None}


def lines_of(found: Mapping[str, Record[Any]]) -> Iterator[tuple[str, list[str]]]:
    """Every measured section by name, the targets last."""
    for section in SECTIONS:
        if section.name in found:
            yield section.name, list(section.lines(found[section.name]))
    yield TARGETS, list(targets(found))


def targets(found: Mapping[str, Record[Any]]) -> Iterator[str]:
    """The table of targets: each with its figure and whether it is reached, or that it was not measured."""
    every = list(verdicts(found))
    measured, reached = (sum(each) for each in zip(*((v.value is not None, v.reached) for v in every), strict=True))
    yield from ("## Targets", "")
    yield f"Of {len(every)} targets {measured} were measured: {reached} reached, {measured - reached} short."
    yield ""
    yield from table(("", "target", "measured", ""), map(_row, every))


def _row(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.target
    unit = f" {target.unit}".rstrip()
    bound = f"{'≤' if target.at_most else '≥'} {target.bound:g}{unit}"
    if verdict.value is None:
        return target.what, bound, "", "not measured"
    return target.what, bound, f"{_said(verdict.value)}{unit}", "pass" if verdict.reached else "**short**"


def _said(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"


def publish(found: Mapping[str, Record[Any]], root: Path) -> None:
    """Put these sections on the page, with their raw figures and plots beside it; the others stay as they were."""
    records = Records(root / BESIDE)
    file = root / PAGE
    text = file.read_text() if file.exists() else ""
    for section in SECTIONS:
        if section.name in found:
            record = found[section.name]
            records.keep(record)
            drawn = section.plots(record)
            for plot in drawn:
                plots.draw(plot, root / BESIDE)
            images = (f"![{plot.title}]({BESIDE.name}/{plot.name}.png)" for plot in drawn)
            text = page.merged(text, section.name, _spaced([*section.lines(record)], images))
    file.write_text(page.merged(text, TARGETS, targets(known(records))))


def _spaced(lines: list[str], images: Iterable[str]) -> list[str]:
    """The lines, and each image as a paragraph of its own."""
    return [*lines, *(line for image in images for line in ("", image))]
