"""For whom somebody may act: children, and only while they are children for certain."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.citizens.answers import lasts_until
from auth.citizens.consents import LASTS
from auth.citizens.representation import VIETNAM, children, comes_of_age
from tests.auth.portals import child_born


@pytest.mark.parametrize(
    ("born", "of_age"),
    [
        ("2013-06-01", date(2031, 6, 1)),
        ("2013-06", date(2031, 6, 1)),
        ("2013", date(2031, 1, 1)),
        ("2012-02-29", date(2030, 2, 28)),
        ("2004-02-29", date(2022, 2, 28)),
        ("2014-12-31", date(2032, 12, 31)),
    ],
)
def test_a_child_comes_of_age_on_the_earliest_day_that_it_may(born: str, of_age: date) -> None:
    moment = comes_of_age(born)
    assert moment.astimezone(VIETNAM).date() == of_age
    assert moment.astimezone(VIETNAM).hour == 0


def test_a_parent_may_act_until_the_last_second_before_the_birthday_begins_in_vietnam() -> None:
    child = child_born("2013-06-01")
    birthday = datetime(2031, 5, 31, 17, 0, tzinfo=UTC)  # midnight in Vietnam
    assert children([child], birthday - timedelta(seconds=1)) == [child]
    assert children([child], birthday) == []


def test_an_adult_and_somebody_of_no_known_age_are_nobodys_children() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert children([child_born("1990"), child_born("2008-01-01"), child_born("")], now) == []


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["%Y", "%Y-%m", "%Y-%m-%d"]),
)
def test_nobody_is_a_child_who_could_be_eighteen(born: date, known: str) -> None:
    """The model: eighteen years after the first day that the known part allows, less a day where that is no day."""
    written = born.strftime(known)
    first = date.fromisoformat((written + "-01-01")[:10])
    leap = (first.month, first.day) == (2, 29)
    turned = date(first.year + 18, 2, 28) if leap else first.replace(year=first.year + 18)
    midnight = datetime(turned.year, turned.month, turned.day, tzinfo=VIETNAM)
    assert children([child_born(written)], midnight + timedelta(days=1)) == []
    assert len(children([child_born(written)], midnight - timedelta(days=2))) == 1


def test_a_consent_ends_when_the_child_comes_of_age_and_never_later_than_others() -> None:
    now = datetime(2031, 5, 1, tzinfo=UTC)
    assert lasts_until(None, now) == now + LASTS
    assert lasts_until(child_born("2013-06-01"), now) == comes_of_age("2013-06-01")
    assert lasts_until(child_born("2020-06-01"), now) == now + LASTS
