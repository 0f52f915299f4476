"""Tests of the test: a fault planted into the product turns the proof of non-interference red."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from auth.reach import EVERYWHERE
from domains.kit.rules import PersonRows
from domains.land.tables import land_rights
from graph.catalogue import scopes
from graph.compile import _Compiler
from graph.composed import Composed
from graph.steps import Steps
from tests.properties.arguments import Arguments
from tests.properties.bindings import Coordinate
from tests.properties.callers import communes, is_protected
from tests.properties.exploring import Exploration, Serve
from tests.properties.grants import Grants
from tests.properties.interference import Interference
from tests.properties.met import Met
from tests.properties.test_noninterference import SUBJECTS

FORGOTTEN = "population:citizen.religion:read"
NAME = frozenset({f"identity:citizen{right}" for right in (".full_name:read", ".full_name:lookup", ":verify")})
QUESTIONS = 30

Failures = Callable[[Grants, Coordinate], Counter[str]]


@pytest.fixture
def everything(composed: Composed) -> frozenset[str]:
    """Every scope but those for protected persons."""
    return frozenset(scope for scope in scopes(composed) if not is_protected(scope))


@pytest.fixture
def failures(arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop) -> Failures:
    """A small run over one set of grants that asks for one field."""

    def run(grants: Grants, aim: Coordinate) -> Counter[str]:
        serving = serve(grants, Met())
        trial = loop.run_until_complete(serving.__aenter__())
        try:
            return Exploration(trial, grants, arguments, loop, 1).failures(aim, QUESTIONS)
        finally:
            loop.run_until_complete(serving.__aexit__(None, None, None))

    return run


def test_a_scope_forgotten_in_the_needs_is_found(
    everything: frozenset[str], failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand = Steps.demand

    def forgetful(self: Steps, step: Any, scope: str, *rest: Any) -> None:
        if scope != FORGOTTEN:
            demand(self, step, scope, *rest)

    grants = Grants(everything - {FORGOTTEN}, EVERYWHERE, SUBJECTS[0])
    assert not failures(grants, ("Citizen", "religion"))
    monkeypatch.setattr(Steps, "demand", forgetful)
    assert failures(grants, ("Citizen", "religion"))[Interference.__name__]


def test_a_filter_that_is_not_checked_is_found(
    everything: frozenset[str], failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    grants = Grants(everything - NAME, EVERYWHERE, SUBJECTS[0])
    assert not failures(grants, ("Query", "findCitizens"))
    monkeypatch.setattr(_Compiler, "_demand_lookup", lambda *_: None)
    assert failures(grants, ("Query", "findCitizens"))[Interference.__name__]


def test_a_row_rule_left_out_of_one_step_is_found(
    everything: frozenset[str], arguments: Arguments, failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    conditions = PersonRows.conditions

    def lenient(self: PersonRows, rules: Any) -> Any:
        return [] if self.source is land_rights else conditions(self, rules)

    grants = Grants(everything, communes(arguments.nation, 0.5, 1), SUBJECTS[0])
    assert not failures(grants, ("LandRight", "kind"))
    monkeypatch.setattr(PersonRows, "conditions", lenient)
    assert failures(grants, ("LandRight", "kind"))[Interference.__name__]
