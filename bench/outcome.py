"""What came of a run: the lines of its sections, the table of targets, and the page with its plots and raw figures."""

from collections.abc import Iterator, Mapping
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
    """The table of targets, each with its figure and whether it is reached."""
    reached = list(verdicts(found))
    short = sum(not each.reached for each in reached)
    yield from ("## Targets", "")
    yield f"{len(reached)} measured, {len(reached) - short} reached, {short} short."
    yield ""
    yield from table(("", "target", "measured", ""), map(_row, reached))


def _row(verdict: Verdict) -> tuple[str, ...]:
    target = verdict.target
    unit = f" {target.unit}".rstrip()
    bound = f"{'≤' if target.at_most else '≥'} {target.bound:g}{unit}"
    return target.what, bound, f"{_said(verdict.value)}{unit}", "pass" if verdict.reached else "**short**"


def _said(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"


def publish(found: Mapping[str, Record[Any]], root: Path) -> None:
    """Put these sections on the page, with their raw figures and plots beside it; the others stay as they were."""
    records = Records(root / BESIDE)
    for section in SECTIONS:
        if section.name in found:
            records.keep(found[section.name])
            for plot in section.plots(found[section.name]):
                plots.draw(plot, root / BESIDE)
    file = root / PAGE
    text = file.read_text() if file.exists() else ""
    for name, lines in lines_of(known(records)):
        text = page.merged(text, name, lines)
    file.write_text(text)
