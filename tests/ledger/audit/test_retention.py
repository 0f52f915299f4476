"""When a purpose's time is over."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.retention import Retention, months_before

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(MOMENTS, st.integers(1, 600))
def test_time_of_a_purpose_is_calendar_months(now: datetime, months: int) -> None:
    then = months_before(now, months)

    assert now.year * 12 + now.month - (then.year * 12 + then.month) == months
    assert then.time() == now.time()
    assert then.day == now.day or then.day == (28 if then.month == 2 and then.year % 4 else then.day) <= now.day


@given(MOMENTS, MOMENTS, st.integers(1, 600))
def test_later_moment_never_keeps_longer(one: datetime, other: datetime, months: int) -> None:
    assert (one <= other) <= (months_before(one, months) <= months_before(other, months))


def test_last_day_of_a_long_month_goes_back_to_the_last_of_a_short_one() -> None:
    assert months_before(datetime(2027, 3, 31, 5, tzinfo=UTC), 1) == datetime(2027, 2, 28, 5, tzinfo=UTC)


def test_purpose_on_no_list_is_kept_as_long_as_is_usual() -> None:
    retention = Retention({"tax": 12, "long": 120})

    assert [retention.of(purpose) for purpose in ("tax", "unheard-of", None)] == [12, 24, 24]
    assert retention.longest(["tax", None, "long"]) == 120


@pytest.mark.parametrize("months", [0, -1])
def test_retention_of_no_month_is_refused(months: int) -> None:
    with pytest.raises(ValueError, match="a month at least"):
        Retention({"tax": months})
