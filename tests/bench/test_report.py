"""The page says what was measured: ratios inside a round first, then their median."""

import pytest

from bench.contenders import FLOOR, OURS, PEER, UNRECORDED
from bench.measure import CONNECTIONS, Cell, Window
from bench.questions import Question
from bench.report import RATIOS, Circumstances, as_markdown, ratio, spread

CELL = Cell("profile", 16)
QUESTION = Question("profile", "Profile of one citizen", [b"{}"])
SEEN = Circumstances(cores=2, load_before=0.5, rounds=3, seconds=1, citizens=50_000)


def window(number: int, contender: str, application: float, cell: Cell = CELL) -> Window:
    return Window(number, contender, cell, rate=100, application=application, database=1, p50=2, p99=3)


def test_a_reader_asks_for_a_ratio_and_a_slow_round_slows_both_sides() -> None:
    """The machine was ten times slower in the second round: the quotient of the medians would say 2.0 or 20.0."""
    windows = [
        window(0, OURS, 1), window(0, PEER, 3),
        window(1, OURS, 10), window(1, PEER, 30),
        window(2, OURS, 1), window(2, PEER, 2),
    ]  # fmt: skip
    assert ratio(windows, CELL, lambda seen: seen.application, PEER, OURS) == 3


def test_a_reader_asks_how_far_rounds_lie_apart_and_reads_a_share_of_the_median() -> None:
    windows = [window(0, OURS, 1), window(1, OURS, 2), window(2, OURS, 4)]
    assert spread(windows, CELL, OURS) == pytest.approx(1.5)


def test_a_reader_asks_for_the_page_and_finds_every_ratio_and_every_cell() -> None:
    windows = [
        window(number, contender, application, Cell("profile", connections))
        for number in range(3)
        for connections in CONNECTIONS
        for contender, application in ((OURS, 0.5), (UNRECORDED, 0.4), (PEER, 1.5), (FLOOR, 0.1))
    ]
    lines = as_markdown(windows, [QUESTION], SEEN).splitlines()
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    assert rows["application CPU, peer / ours"].endswith("| 3.00 | 3.00 | 3.00 |")
    assert rows["application CPU, ours / without ledger"].endswith("| 1.25 | 1.25 | 1.25 |")
    assert {title for title, *_ in RATIOS} | {str(count) for count in CONNECTIONS} <= rows.keys()
