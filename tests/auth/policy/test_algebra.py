"""Effective rights equal a model that looks at every row, every scope and every person one by one."""

from dataclasses import replace
from random import Random
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auth.access.presented import presented
from auth.policy.algebra import Asking
from auth.policy.decided import Client, Dated, Grant
from auth.policy.snapshot import MEMO_LIMIT, Policy, Snapshot
from auth.reach import EVERYWHERE, in_communes
from tests.auth.policy.exploring import KINDS, explore
from tests.auth.policy.judged import SUBJECTS, policy_of, verified
from tests.auth.policy.worlds import HOURS, SCOPES, Token, World, at_hour, token, world


def test_effective_rights_equal_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    met = explore(monkeypatch, 400)
    assert {kind: met[kind] for kind, least in KINDS.items() if met[kind] < least} == {}


def policies() -> st.SearchStrategy[tuple[World, Token]]:
    """A random world, and a token that asks under it."""
    made = st.tuples(st.binary(min_size=8, max_size=8).map(Random), st.integers(1, 40))
    return made.map(lambda each: (world(*each), token(each[0])))


def asking_of(asking: Token) -> Asking:
    return presented(verified(asking), SUBJECTS).asking


@given(policies(), st.data())
def test_taking_a_grant_away_never_widens(made: tuple[World, Token], data: st.DataObject) -> None:
    whole, asking = policy_of(made[0]), asking_of(made[1])
    assume(whole.grants)
    gone = data.draw(st.sampled_from([grant.number for grant in whole.grants]))
    now = at_hour(0).timestamp()
    before, after = whole.at(now).rights(asking), whole.without_grant(gone).at(now).rights(asking)
    assert after.reach.keys() <= before.reach.keys()
    assert {
        scope for scope, reach in after.reach.items() if reach | before.reach[scope] != before.reach[scope]
    } == set()


@given(policies(), st.sampled_from(HOURS))
def test_rights_stay_the_same_until_the_next_change_and_only_until_then(made: tuple[World, Token], hour: int) -> None:
    whole, asking, now = policy_of(made[0]), asking_of(made[1]), at_hour(hour).timestamp()
    snapshot_ = whole.at(now)
    dated: list[Dated] = [*whole.grants, *whole.delegations]
    turning = {date for each in dated for date in (each.valid_from, each.valid_until) if date is not None}
    assert snapshot_.next_change == min((date for date in turning if date > now), default=float("inf"))
    last_moment = min(snapshot_.next_change, now + 9999) - 0.5
    assert whole.at(last_moment).rights(asking).equals(snapshot_.rights(asking))


@given(policies())
def test_rights_that_a_change_leaves_as_they_are_remain_the_same_object(made: tuple[World, Token]) -> None:
    whole, asking, now = policy_of(made[0]), asking_of(made[1]), at_hour(0).timestamp()
    before = whole.at(now)
    rights = before.rights(asking)
    elsewhere = Grant(99, "G98", "p", frozenset(SCOPES), EVERYWHERE, 0.0, None)
    changed = whole.with_grant(elsewhere).at(now, before)
    assert changed.rights(asking) is rights
    skipped = whole.at(now, whole.at(now, before))  # nobody asked in between
    assert skipped.rights(asking) is rights


def desk(**how: Any) -> tuple[Snapshot, Asking]:
    client = Client("desk", "G01", frozenset(SCOPES), **how)
    grant = Grant(1, "G01", "p", frozenset(SCOPES), EVERYWHERE, 0.0, None)
    made = Policy(
        revision=7,
        rules_revision=5,
        agencies=frozenset({"G01"}),
        clients={"desk": client},
        legal_bases={},
        keys={},
        grants=(grant,),
    )
    return made.at(1.0), Asking("desk", "p", SCOPES[0], for_citizen=False)


def test_two_requests_that_ask_alike_share_one_object_and_its_memory() -> None:
    made, asking = desk()
    rights = made.rights(asking)
    assert rights.revision == 5
    assert made.rights(replace(asking)) is rights
    assert made.rights(replace(asking, purpose="q")) is not rights
    assert hash(rights) != hash(made.rights(replace(asking, scope="")))


def test_a_snapshot_remembers_only_so_many_ways_of_asking() -> None:
    made, asking = desk()
    for number in range(2 * MEMO_LIMIT):
        made.rights(replace(asking, scope=f"a:b.f{number}:read"))
    assert len(made._rights) <= MEMO_LIMIT
    assert len(made.remembered()) <= MEMO_LIMIT


def test_an_agency_may_have_a_thousand_grants() -> None:
    made, asking = desk()
    scopes = [f"a:b.f{number}:read" for number in range(150)]
    provinces = [in_communes(f"{province:02}{commune:03}" for commune in range(100)) for province in range(34)]
    grants = [
        Grant(number, "G01", "p", frozenset(scopes[number % 50 :]), provinces[number % 34], 0.0, None)
        for number in range(1000)
    ]
    large = replace(made.policy, grants=tuple(grants), clients={"desk": Client("desk", "G01", frozenset(scopes))})
    started = process_time()
    rights = large.at(1.0).rights(replace(asking, scope=" ".join(scopes)))
    assert process_time() - started < 1  # 0.1 on a developer's machine
    assert len(rights.reach[scopes[-1]].communes) == 3400
    assert len(rights.grants[scopes[0]]) == 20
