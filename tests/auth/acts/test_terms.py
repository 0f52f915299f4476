"""Whether terms are narrower, against a naive model that looks at each person, moment and scope one by one."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auth.acts.refusals import Invalid
from auth.acts.terms import GrantTerms, World, check, is_narrower
from auth.scopes import Catalogue

A, B, C = (f"identity:citizen.{name}:read" for name in "abc")
GONE = "identity:citizen.gone:read"
AB, BC = "set:identity.ab.v1", "set:identity.bc.v1"
SETS = {AB: frozenset({A, B}), BC: frozenset({B, C})}
CATALOGUE = Catalogue(frozenset({A, B, C}), SETS)
UNITS = {("01", "Y2025"): {"00001", "00002"}, ("00001", "Y2025"): {"00001"}, ("02", "PRE_2025"): {"00002", "00003"}}
COMMUNES = ("00001", "00002", "00003")
DAYS = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
MOMENTS = [day + timedelta(hours=hours) for day in DAYS for hours in (-1, 1)]


def communes_of(code: str, scheme: str) -> frozenset[str]:
    return frozenset(UNITS[code, scheme])


WORLD = World(CATALOGUE, communes_of)


def subsets(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)


reaches = st.one_of(
    st.sampled_from([{"reach": "everywhere"}, {"reach": "self"}]),
    st.lists(st.sampled_from(["01", "00001", "77"]), min_size=1, unique=True).map(
        lambda units: {"reach": "jurisdiction", "units": tuple(units), "units_scheme": "Y2025"}
    ),
    st.just({"reach": "jurisdiction", "units": ("02",), "units_scheme": "PRE_2025"}),
)
terms = st.builds(
    lambda reach, **said: GrantTerms(**reach, **said),
    reaches,
    scopes=subsets(A, B, C, GONE),
    sets=subsets(AB, BC),
    exceptions=subsets(A, BC, GONE),
    valid_from=st.none() | st.sampled_from(DAYS),
    valid_until=st.none() | st.sampled_from(DAYS),
    persons_per_day=st.none() | st.integers(1, 3),
)


def allowed(given_terms: GrantTerms) -> set[tuple[str, bool, str, datetime, int]]:
    """Every single thing that these terms allow: a scope, to whom, about whom, when, which person of the day."""
    scopes = set(given_terms.scopes) & {A, B, C}
    for name in given_terms.sets:
        scopes |= SETS[name]
    for name in given_terms.exceptions:
        scopes -= SETS.get(name, {name})
    if given_terms.reach == "jurisdiction":
        places = {c for u in given_terms.units for c in UNITS.get((u, given_terms.units_scheme or ""), ())}
    else:
        places = {*COMMUNES, "abroad"}
    when = [
        moment
        for moment in MOMENTS
        if (given_terms.valid_from is None or given_terms.valid_from <= moment)
        and (given_terms.valid_until is None or moment < given_terms.valid_until)
    ]
    return set(
        product(scopes, [given_terms.reach == "self"], places, when, range(1, (given_terms.persons_per_day or 4) + 1))
    )


EVERYTHING = GrantTerms(sets=(AB, BC), reach="everywhere")


@given(old=terms, new=terms)
@example(old=EVERYTHING, new=GrantTerms(scopes=(A,), reach="self"))
@example(old=GrantTerms(scopes=(A,), reach="self"), new=GrantTerms(scopes=(A,), reach="everywhere"))
def test_terms_that_allow_anything_more_are_never_called_narrower(old: GrantTerms, new: GrantTerms) -> None:
    if is_narrower(old, new, WORLD):
        assert allowed(new) <= allowed(old)


@given(old=terms, data=st.data())
def test_terms_that_plainly_say_less_are_called_narrower(old: GrantTerms, data: st.DataObject) -> None:
    less: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {},
                {"scopes": old.scopes[:-1]},
                {"sets": old.sets[1:]},
                {"exceptions": (*old.exceptions, B)},
                {"persons_per_day": 1},
                {"valid_until": min(DAYS[0], old.valid_until or DAYS[0])},
                {"valid_from": max(DAYS[2], old.valid_from or DAYS[2])},
            ]
        )
    )
    assert is_narrower(old, msgspec.structs.replace(old, **less), WORLD)


def test_an_exception_whose_name_is_gone_is_not_lost_by_narrowing() -> None:
    old = GrantTerms(scopes=(A, B), exceptions=(GONE,), reach="everywhere")
    assert not is_narrower(old, GrantTerms(scopes=(A,), reach="everywhere"), WORLD)


@pytest.mark.parametrize(
    "bad",
    [
        GrantTerms(scopes=("identity:citizen.*:read",), reach="everywhere"),
        GrantTerms(scopes=("*",), reach="everywhere"),
        GrantTerms(scopes=(AB,), reach="everywhere"),  # a set among scopes
        GrantTerms(sets=(A,), reach="everywhere"),
        GrantTerms(scopes=(A,), exceptions=(GONE,), reach="everywhere"),
        GrantTerms(scopes=("admin:grant.approve",), reach="everywhere"),
        GrantTerms(reach="everywhere"),
        GrantTerms(sets=(AB,), exceptions=(A, B), reach="everywhere"),
        GrantTerms(scopes=(A,), reach="jurisdiction"),
        GrantTerms(scopes=(A,), reach="jurisdiction", units=("01",)),
        GrantTerms(scopes=(A,), reach="jurisdiction", units=("01", "99"), units_scheme="Y2025"),
        GrantTerms(scopes=(A,), reach="jurisdiction", units=("01",), units_scheme="PRE_2025"),
        GrantTerms(scopes=(A,), reach="everywhere", units=("01",), units_scheme="Y2025"),
        GrantTerms(scopes=(A,), reach="everywhere", valid_until=DAYS[0]),
        GrantTerms(scopes=(A,), reach="everywhere", valid_from=DAYS[2], valid_until=DAYS[2]),
    ],
)
def test_terms_that_could_never_be_granted_are_refused(bad: GrantTerms) -> None:
    with pytest.raises(Invalid):
        check(bad, WORLD, DAYS[1])


@given(terms)
def test_what_passes_the_check_allows_something_to_somebody(some: GrantTerms) -> None:
    try:
        check(some, WORLD, DAYS[0] - timedelta(days=1))
    except Invalid:
        return
    assert WORLD.scopes(some)
    assert WORLD.reach(some)
