"""What strangers can work out of the counts that are told, by any sum, difference and knowledge of the method."""

from collections import defaultdict
from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.insight import withholding
from ledger.insight.withholding import SMALLEST, Cell, Count, cells

DAYS = [date(2026, 10, day) for day in range(1, 5)]
COUNT = st.one_of(st.integers(0, 2 * SMALLEST), st.integers(0, 100_000))
COUNTED = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(DAYS)), st.builds(Count, COUNT, COUNT), max_size=16
)


@given(COUNTED)
def test_no_count_that_is_told_is_small(counted: dict[tuple[str, date], Count]) -> None:
    told = cells(counted)

    assert not [cell for cell in told if cell.answers < SMALLEST]
    assert not [cell for cell in told if cell.readings and cell.readings < SMALLEST]


@given(COUNTED)
def test_what_is_told_counts_every_answer_of_a_cell_once(counted: dict[tuple[str, date], Count]) -> None:
    told = cells(counted)

    assert len({(cell.key, cell.day) for cell in told}) == len(told)
    for key in "abcd":
        of_it = [cell for cell in told if cell.key == key]
        whole = sum(count.answers for (whose, _), count in counted.items() if whose == key)
        assert sum(cell.answers for cell in of_it) == (whole if whole >= SMALLEST else 0)
        assert len(of_it) <= 1 or all(cell.day for cell in of_it)


@given(COUNTED, st.sampled_from("abcd"))
def test_what_is_told_of_one_depends_on_no_other(counted: dict[tuple[str, date], Count], one: str) -> None:
    """So knowing all others, as all other agencies together would, helps to nothing."""
    alone = {labels: count for labels, count in counted.items() if labels[0] == one}

    assert [cell for cell in cells(counted) if cell.key == one] == cells(alone)


@pytest.mark.parametrize("days", [1, 2, 3, 4])
def test_whoever_tries_every_month_learns_no_small_count(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All months with up to 7 answers are made; those that are told alike are all that a stranger can tell apart."""
    monkeypatch.setattr(withholding, "SMALLEST", 3)
    told_alike: dict[tuple[Cell[str], ...], list[tuple[int, ...]]] = defaultdict(list)
    for answers in (each for each in product(range(8), repeat=days) if sum(each) < 8):
        month = {("a", day): Count(count) for day, count in zip(DAYS, answers, strict=False)}
        told_alike[tuple(cells(month))].append(answers)

    small = [
        {answers[place] for answers in alike}
        for alike in told_alike.values()
        for place in range(days)
        if any(0 < answers[place] < 3 for answers in alike)
    ]
    assert len(small) >= days
    assert not [possible for possible in small if not possible >= {1, 2}]


def test_days_are_told_where_none_of_them_is_small() -> None:
    counted = {("a", DAYS[0]): Count(12, 0), ("a", DAYS[1]): Count(10, 4), ("a", DAYS[2]): Count(0, 0)}

    assert cells(counted) == [Cell("a", DAYS[0], 12, 0), Cell("a", DAYS[1], 10, None)]


def test_one_small_day_has_the_month_told_as_one() -> None:
    counted = {("a", DAYS[0]): Count(1200, 8), ("a", DAYS[1]): Count(1, 4)}

    assert cells(counted) == [Cell("a", None, 1201, 12)]


def test_what_is_asked_a_little_for_another_purpose_hides_nothing() -> None:
    counted = {(("a", "tax"), DAYS[0]): Count(1200, 1200), (("a", "audit"), DAYS[0]): Count(1, 1)}

    assert cells(counted) == [Cell(("a", "tax"), DAYS[0], 1200, 1200)]
