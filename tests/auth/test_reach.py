"""Reach is a lattice: union widens, intersection narrows, and neither errs to the wide side."""

from functools import reduce
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.reach import EVERYWHERE, NOWHERE, SELF, Reach, in_communes, united

communes = st.frozensets(st.sampled_from(["00001", "00002", "00003"]))
reaches = st.one_of(st.just(EVERYWHERE), st.builds(lambda o, c: Reach(oneself=o, communes=c), st.booleans(), communes))


@given(reaches, reaches, reaches)
def test_union_and_intersection_obey_the_laws_of_sets(a: Reach, b: Reach, c: Reach) -> None:
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (a | b) == a == a | (a & b)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | NOWHERE == a == a & EVERYWHERE
    assert (a & NOWHERE, a | EVERYWHERE) == (NOWHERE, EVERYWHERE)


@given(st.lists(reaches))
def test_many_are_united_at_once_as_one_after_the_other(several: list[Reach]) -> None:
    assert united(several) == reduce(or_, several, NOWHERE)


def test_the_same_communes_are_kept_once() -> None:
    province = frozenset({"00001", "00002"})
    assert united([Reach(communes=province), Reach(communes=province)]).communes is province


@given(reaches, reaches)
def test_an_intersection_holds_no_commune_that_one_side_lacks(a: Reach, b: Reach) -> None:
    both = a & b
    for side in (a, b):
        assert side.everywhere or (both.communes <= side.communes and (side.oneself or not both.oneself))


@pytest.mark.parametrize(
    ("reach", "kind"),
    [(EVERYWHERE, "everywhere"), (SELF, "self"), (NOWHERE, "nowhere"), (in_communes(["00001"]), "jurisdiction")],
)
def test_each_reach_names_its_row_rule(reach: Reach, kind: str) -> None:
    assert reach.kind == kind
    assert bool(reach) == (kind != "nowhere")


def test_oneself_and_a_commune_have_nobody_in_common() -> None:
    assert not SELF & in_communes(["00001"])


def test_everywhere_with_communes_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="everybody"):
        Reach(everywhere=True, communes=frozenset({"00001"}))
