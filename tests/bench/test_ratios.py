"""Ratios inside a round first, then their median; the best peer is the one that comes closest."""

import pytest

from bench.measure import Cell
from bench.ratios import added, application, best_peer, growth, rate, ratio, spread
from tests.bench.measured import PROFILE, window


def test_a_reader_asks_for_a_ratio_and_a_slow_round_slows_both_sides() -> None:
    """The machine was ten times slower in the second round: the quotient of the medians would say 2.0 or 20.0."""
    windows = [
        window(0, "ours", 1), window(0, "peer", 3),
        window(1, "ours", 10), window(1, "peer", 30),
        window(2, "ours", 1), window(2, "peer", 2),
    ]  # fmt: skip

    assert ratio(windows, PROFILE, application, "peer", "ours") == 3
    assert added(windows, PROFILE, application, "peer", "ours") == 2


def test_a_reader_asks_for_a_ratio_of_what_never_met_and_gets_none() -> None:
    windows = [window(0, "ours", 1), window(1, "peer", 3)]

    assert ratio(windows, PROFILE, application, "peer", "ours") is None
    assert ratio(windows, Cell("list", 16), application, "ours", "ours") is None


def test_a_reader_asks_for_the_best_peer_and_gets_the_one_that_comes_closest() -> None:
    windows = [window(0, "ours", 1), window(0, "near", 2), window(0, "far", 9)]

    for of in (application, rate):
        best = best_peer(windows, PROFILE, of, "ours", {"near", "far"})
        assert best is not None
        assert (best.peer, best.ratio) == ("near", 2)


def test_a_reader_asks_how_far_rounds_lie_apart_and_reads_a_share_of_the_median() -> None:
    assert spread([window(0, "ours", 1), window(1, "ours", 2), window(2, "ours", 4)]) == pytest.approx(1.5)


def test_a_reader_asks_for_growth_and_gets_each_round_s_over_the_smallest_nation() -> None:
    windows = [
        window(0, "ours", 1), window(0, "ours", 2, citizens=1000),
        window(1, "ours", 9), window(1, "ours", 9, citizens=1000),
        window(2, "ours", 3), window(2, "ours", 7, citizens=1000),
    ]  # fmt: skip

    assert growth(windows, "profile", 1000) == 1.5  # (2 + 1) / (1 + 1), the database's share included
    assert growth(windows, "list", 1000) is None
