"""Tests of the test: a fault planted into the algebra turns the comparison with the model red."""

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

import pytest

from auth.caller import Limit
from auth.policy import algebra, snapshot
from auth.policy.algebra import Given, effective
from auth.policy.decided import Grant
from auth.policy.rows import grant_of
from auth.policy.snapshot import Snapshot
from auth.reach import NOWHERE, Reach
from tests.auth.policy import judged
from tests.auth.policy.exploring import explore
from tests.auth.policy.worlds import SCOPES


def without_exceptions(row: Any, *rest: Any) -> Grant:
    return grant_of({**row, "exceptions": []}, *rest)


def for_the_first_purpose(row: Any, *rest: Any) -> Grant:
    return grant_of({**row, "purpose": "p"}, *rest)


def wide_reach(of_all: Given) -> Reach:
    return reduce(or_, (grant.reach for of_one in of_all for grant in of_one), NOWHERE)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "delegations are not looked at": (algebra, "_delegated", lambda *_: frozenset(SCOPES)),
    "delegations of another purpose count": (
        algebra,
        "_delegated",
        lambda given_, _: frozenset().union(*(each.scopes for each in given_)),
    ),
    "everybody may speak for citizens and exchange": (algebra, "_may_ask", lambda *_, **__: True),
    "what has ended still counts": (snapshot, "counts_at", lambda each, moment: each.valid_from <= moment),
    "what is yet to start counts": (
        snapshot,
        "counts_at",
        lambda each, moment: each.valid_until is None or moment < each.valid_until,
    ),
    "an exchanged token reaches whom anyone of the chain reaches": (algebra, "_united_reach", wide_reach),
    "only the bearer of an exchanged token is looked at": (
        snapshot,
        "effective",
        lambda asking, *rest: effective(replace(asking, through=()), *rest),
    ),
    "one limit counts though another grant has none": (
        algebra,
        "_choice",
        lambda of_one: tuple(Limit(each.number, each.persons_per_day or 10) for each in of_one),
    ),
    "exceptions are not taken out": (judged, "grant_of", without_exceptions),
    "what is revoked is not looked at": (Snapshot, "revoked", frozenset()),
    "grants of other purposes count": (judged, "grant_of", for_the_first_purpose),
    "agencies speak for citizens and citizens for agencies": (Grant, "for_citizens", property(lambda _: True)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(AssertionError):
        explore(monkeypatch, 400)
