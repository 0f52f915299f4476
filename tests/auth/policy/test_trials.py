"""Narrowings on trial: what they would leave is worked out beside what is allowed, and never in its place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.access.rehearsal import rehearsed
from auth.caller import Rights
from auth.policy.decided import Client, Grant, Trial
from auth.policy.remote_part import part_of
from auth.policy.snapshot import Policy
from auth.reach import EVERYWHERE, in_communes

NOW = 1000.0
SCOPES = [f"people:citizen.f{number}:read" for number in range(4)]
REACHES = [EVERYWHERE, in_communes(["00001", "00002"]), in_communes(["00002"])]

scopes = st.frozensets(st.sampled_from(SCOPES), min_size=1)
reaches = st.sampled_from(REACHES)


def grant(number: int, given: frozenset[str] = frozenset(SCOPES), **about: object) -> Grant:
    made = Grant(number, "G12", "tax", given, EVERYWHERE, 0.0, None)
    return replace(made, **about)  # type: ignore[arg-type]


def policy_of(*grants: Grant, trials: tuple[Trial, ...] = ()) -> Policy:
    return Policy(
        revision=1,
        rules_revision=1,
        agencies=frozenset({"G12"}),
        clients={"desk": Client("desk", "G12", frozenset(SCOPES))},
        legal_bases={"tax": "Law A"},
        keys={},
        grants=grants,
        trials=trials,
    )


def rights(policy: Policy, moment: float = NOW) -> Rights:
    return rehearsed(policy.at(moment), "desk", "tax").rights


@given(st.lists(st.tuples(scopes, reaches), min_size=1, max_size=3), scopes, reaches, st.integers(1, 3))
def test_whoever_is_on_trial_holds_what_they_held_and_would_hold_what_a_narrowing_leaves(
    given: list[tuple[frozenset[str], object]], less: frozenset[str], reach: object, number: int
) -> None:
    granted = [grant(at, each, reach=where) for at, (each, where) in enumerate(given, 1)]
    narrowed = grant(number, less, reach=reach)
    allowed, tried = rights(policy_of(*granted)), rights(policy_of(*granted, trials=(Trial(1, narrowed, NOW + 1),)))
    narrower = policy_of(*[narrowed if each.number == number else each for each in granted])

    assert allowed.equals(replace(tried, tried=None))
    assert (tried.tried or tried).reach == rights(narrower).reach
    assert allowed.tried is None


def test_trial_that_takes_nothing_away_costs_nothing() -> None:
    """Another grant gives the same, so that there is nothing to work out for each answer."""
    policy = policy_of(grant(1), grant(2), trials=(Trial(1, grant(1, frozenset(SCOPES[:1])), NOW + 1),))

    assert rights(policy).tried is None


def test_trial_ends_on_time_by_itself() -> None:
    policy = policy_of(grant(1), trials=(Trial(1, grant(1, frozenset(SCOPES[:1])), NOW + 5),))

    assert rights(policy).tried is not None
    assert policy.at(NOW).next_change == NOW + 5
    assert rights(policy, NOW + 5).tried is None


@pytest.mark.parametrize("ends", [NOW - 1, NOW])
def test_trial_of_a_grant_that_is_over_is_over(ends: float) -> None:
    less = grant(1, frozenset(SCOPES[:1]), valid_until=ends)
    policy = policy_of(grant(1, valid_until=ends), grant(2), trials=(Trial(1, less, NOW + 5),))

    assert rights(policy).tried is None


def test_rights_that_stood_before_a_trial_are_others_during_it_and_the_same_objects_while_it_lasts() -> None:
    before = policy_of(grant(1)).at(NOW)
    during = policy_of(grant(1), trials=(Trial(1, grant(1, frozenset(SCOPES[:1])), NOW + 5),))
    first = rehearsed(before, "desk", "tax").rights
    second = rehearsed(one := during.at(NOW, before), "desk", "tax").rights
    third = rehearsed(during.at(NOW + 1, one), "desk", "tax").rights

    assert second is not first
    assert third is second


def test_subgraph_of_a_ministry_is_not_told_of_trials() -> None:
    policy = policy_of(grant(1), trials=(Trial(1, grant(1, frozenset(SCOPES[:1])), NOW + 5),))

    assert part_of(policy, "people").trials == ()
