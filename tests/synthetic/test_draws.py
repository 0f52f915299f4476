"""Unique numbers without memory, picks in proportion, days that can be reckoned with."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthetic.days import NEVER, date_text, day, partial_text, plus_years
from synthetic.draws import Choice, Weighted, between, places_in_group, scattered, shuffled

keys = st.integers(0, 2**80)


@given(st.sets(st.integers(0, 2**63 - 1), max_size=200), keys)
def test_scattered_numbers_never_coincide(counters: set[int], key: int) -> None:
    given_ = np.array(sorted(counters), dtype=np.int64)
    found = scattered(given_, key)
    assert len(set(found.tolist())) == len(counters)
    assert np.all(found >= 0)


@given(st.integers(2, 60), st.integers(2, 60), st.integers(0, 2**62))
def test_shuffling_gives_every_number_once(high: int, low: int, key: int) -> None:
    everything = np.arange(high * low)
    assert sorted(shuffled(everything, key, high, low).tolist()) == everything.tolist()


def test_another_key_shuffles_in_another_way() -> None:
    everything = np.arange(1_000_000)
    one, other = (shuffled(everything, key, 1_000, 1_000) for key in (1, 2))
    assert (one == other).mean() < 0.001
    assert (np.diff(one) > 0).mean() == pytest.approx(0.5, abs=0.05)


@given(st.lists(st.lists(st.integers(0, 9), max_size=30), max_size=5))
def test_places_in_a_group_go_on_from_block_to_block(blocks: list[list[int]]) -> None:
    given_ = np.zeros(10, dtype=np.int64)
    seen: dict[int, list[int]] = {group: [] for group in range(10)}
    for block in blocks:
        for group, place in zip(block, places_in_group(np.array(block, dtype=np.int64), given_).tolist(), strict=True):
            seen[group].append(place)
    assert all(places == list(range(len(places))) for places in seen.values())


def test_picks_follow_their_weights() -> None:
    rng = np.random.default_rng(1)
    assert np.bincount(Weighted([1, 0, 3]).draw(rng, 40_000)).tolist() == pytest.approx([10_000, 0, 30_000], abs=400)
    assert set(Choice({"a": 1, "b": 0}).draw(rng, 50).tolist()) == {b"a"}


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_a_number_between_is_within_its_bounds(low: int, high: int) -> None:
    found = between(np.random.default_rng(3), low, high, 50)
    assert found.min() >= low
    assert found.max() <= max(low, high)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2090, 12, 31)))
def test_a_day_is_written_as_its_date(date: dt.date) -> None:
    days = np.array([day(date.isoformat())])
    yes, no = np.array([True]), np.array([False])
    assert date_text(days).tolist() == [date.isoformat().encode()]
    assert partial_text(days, no, no).tolist() == [date.isoformat().encode()]
    assert partial_text(days, yes, no).tolist() == [f"{date:%Y}".encode()]
    assert partial_text(days, no, yes).tolist() == [f"{date:%Y-%m}".encode()]


def test_never_is_null_however_partial() -> None:
    never, yes = np.array([NEVER]), np.array([True])
    assert date_text(never).tolist() == partial_text(never, yes, yes).tolist() == [b"\\N"]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2000, 12, 31)), st.integers(0, 60))
def test_years_later_is_the_same_day_or_the_twenty_eighth(date: dt.date, years: int) -> None:
    (found,) = plus_years(np.array([day(date.isoformat())]), years)
    assert found == day(date.replace(year=date.year + years, day=min(date.day, 28)).isoformat())
