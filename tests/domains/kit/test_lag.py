"""What is known of a replica: never more than its server shows, whatever stands still, and since when."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from domains.kit.lag import Freshness, Marks, Place

STALENESS_S = 5.0

moments = st.floats(min_value=0, max_value=10)


def primary(position: int) -> Place:
    return Place(cluster=1, timeline=1, follows=False, position=position)


def replica(position: int) -> Place:
    return primary(position)._replace(follows=True)


@given(st.lists(st.tuples(moments, st.integers(0, 9)), min_size=1), st.integers(0, 9))
def test_a_replica_is_said_to_show_what_it_has_come_to_and_nothing_later(
    steps: list[tuple[float, int]], position: int
) -> None:
    marks, now, written = Marks(STALENESS_S), 0.0, 0
    history = []
    for seconds, more in steps:
        now, written = now + seconds, written + more
        marks.note(now, primary(written))
        history.append((now, written))
    shown = marks.shown_by(replica(position))
    kept = [(moment, there) for moment, there in history if moment >= now - STALENESS_S]
    assert shown == max((moment for moment, there in kept if there <= position), default=-inf)


def test_a_server_that_is_no_replica_of_this_one_shows_nothing() -> None:
    marks = Marks(STALENESS_S)
    marks.note(1.0, primary(5))
    assert marks.shown_by(replica(5)) == 1.0
    for other in ({"cluster": 2}, {"timeline": 2}, {"follows": False}):
        assert marks.shown_by(replica(9)._replace(**other)) == -inf
    marks.note(2.0, replica(5))  # the register's own server is a replica itself
    assert marks.shown_by(replica(9)) == 1.0


def test_what_is_known_of_a_replica_grows_old_while_nothing_is_heard() -> None:
    freshness = Freshness(STALENESS_S)
    assert not freshness.is_fresh(0.0)
    assert freshness.seen(10.0, 10.2)
    assert freshness.is_fresh(15.0)
    assert not freshness.is_fresh(15.1)


@given(st.lists(st.tuples(st.floats(min_value=0.01, max_value=6), st.one_of(st.none(), moments)), min_size=1))
def test_a_break_in_its_freshness_however_short_begins_anew(looks: list[tuple[float, float | None]]) -> None:
    freshness, now, since, was_fresh = Freshness(STALENESS_S), 0.0, None, False
    for seconds, lag in looks:
        if not freshness.is_fresh(now + seconds):  # a moment before it is looked at again
            since = None
        now += seconds
        as_of = -inf if lag is None else now - lag
        assert freshness.seen(as_of, now) == (was_fresh != freshness.is_fresh(now))
        was_fresh = freshness.is_fresh(now)
        if not freshness.is_fresh(now):
            since = None
        elif since is None:
            since = now
        assert since is None or freshness.since == since
