"""Whether memory is flat is read from the second half: in the first, caches fill."""

import pytest

from bench.soak import Sample, Soak


def test_a_reader_asks_for_growth_and_what_fills_in_the_first_half_is_none() -> None:
    filling = [Sample(60.0 * minute, min(100 + minute, 130), minute) for minute in range(61)]

    assert Soak(filling).growth == pytest.approx(0)


def test_a_reader_asks_for_growth_and_a_leak_has_a_figure() -> None:
    leaking = [Sample(60.0 * minute, 100 + minute / 2, minute) for minute in range(61)]

    assert Soak(leaking).growth == pytest.approx(30)


def test_a_reader_asks_for_growth_after_a_moment_and_there_is_none_to_tell() -> None:
    assert Soak([Sample(0.0, 100, 0)]).growth == 0
