"""The section on the ledger's cost: ratios inside a pair first, then their median, beside the budget."""

import pytest

from bench.ledger_page import ROWS, TITLE, Arrangement, LedgerCost, Outage, Pair, Spent, as_markdown, figure
from bench.measure import Cell
from tests.bench.measured import SEEN

PROFILE, LIST, ALONE = Cell("profile", 16), Cell("list", 64), Cell("profile", 1)
OUTAGE = Outage(refusal=0.012, recovery=0.25, asked=900, answered=0)


def pair(cell: Cell, recorded: float, bare: float) -> Pair:
    return Pair(cell, Spent(recorded, 1, 50, 2), Spent(bare, 1, 100, 1))


def test_a_reader_asks_for_a_ratio_and_a_slow_moment_slows_both_sides_of_a_pair() -> None:
    """The machine was ten times slower in the second pair: the quotient of the medians would say 1.1 or 11."""
    pairs = [pair(PROFILE, 1.1, 1), pair(PROFILE, 12, 10), pair(PROFILE, 1.2, 1), pair(LIST, 9, 1)]

    assert figure(pairs, PROFILE, ROWS[0][1]) == pytest.approx(1.2)


def test_a_reader_asks_for_the_section_and_finds_every_figure_beside_its_budget() -> None:
    arrangement = Arrangement("one process", [pair(LIST, 1.04, 1), pair(PROFILE, 1.1, 1), pair(ALONE, 0.5, 0.4)])

    lines = list(as_markdown(LedgerCost([arrangement], OUTAGE), SEEN))

    rows = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    assert lines[0] == TITLE
    assert "| | profile, 1 | profile, 16 | list, 64 |" in lines
    assert rows["application CPU, with / without"].endswith("| 1.25 | 1.10 | 1.04 |")
    assert rows["answers per second, with / without"].endswith("| 0.50 | 0.50 | 0.50 |")
    assert rows["application CPU added, ms"].endswith("| 0.10 | 0.10 | 0.04 |")
    assert rows["budget of the first"].endswith("| added ≤ 0.2 ms | ≤ 1.15 | ≤ 1.08 |")
    assert "of 900 requests" in lines[-1]
