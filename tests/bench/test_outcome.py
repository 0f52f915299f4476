"""What is published: raw figures that can be read again, plots, and a page on which everything else stays."""

from pathlib import Path

import pytest

from bench import outcome
from bench.measure import Window
from bench.record import Record, Records
from bench.sections.sizes import SIZES
from bench.sections.switches import SWITCHES
from tests.bench.measured import SEEN, window

SWITCHED = Record(
    SWITCHES.name, SEEN, [window(0, "ours", 1.0), window(0, "ledger-off", 0.8), window(0, "dpop-on", 1.1)]
)


def test_a_run_keeps_its_figures_and_the_next_reads_the_same(tmp_path: Path) -> None:
    records = Records(tmp_path / "new")

    records.keep(SWITCHED)

    assert records.known(SWITCHES.name, list[Window]) == SWITCHED
    assert records.known(SIZES.name, list[Window]) is None


def test_a_reader_asks_for_targets_and_each_says_whether_it_is_reached() -> None:
    lines = list(outcome.targets({SWITCHES.name: SWITCHED}))

    assert any(line.startswith("Of ") and "2 were measured: 1 reached, 1 short." in line for line in lines)
    assert "| application CPU, ledger, with / without: profile, 16 | ≤ 1.15 | 1.25 | **short** |" in lines
    assert "| application CPU, DPoP, added: profile, 16 | ≤ 0.16 ms | 0.10 ms | pass |" in lines
    assert "| application CPU, 4 processes / one: profile, 16 | ≤ 1.1 |  | not measured |" in lines


def test_a_run_is_published_and_the_page_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib, which draws the plots, is installed with the benchmark only")
    page = tmp_path / outcome.PAGE
    page.parent.mkdir()
    page.write_text("# Performance\n\nBy hand.\n")

    outcome.publish({SWITCHES.name: SWITCHED}, tmp_path)

    beside = {file.name for file in (tmp_path / outcome.BESIDE).iterdir()}
    assert beside == {"switches.json", "switches.png"}
    text = page.read_text()
    assert text.startswith("# Performance\n\nBy hand.\n")
    assert text.index("## What each check costs") < text.index("(performance/switches.png)") < text.index("## Targets")
