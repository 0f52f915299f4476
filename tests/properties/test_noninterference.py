"""Nobody learns what they may neither read nor look up: from no answer, and by no statement.

Two nations that differ in exactly that are asked the same, by the same callers. Each run also shows that it looked
everywhere: at every field granted and refused, every way in hit and missed, every hop crossed.
"""

import asyncio
from collections.abc import Collection, Sequence

import pytest

from domains.kit.fields import Link, Relation
from domains.kit.queries import Root
from graph.composed import Composed
from synthetic.personas import EVERYBODY
from tests.properties.arguments import Arguments
from tests.properties.exploring import Exploration, Serve, scopes_of
from tests.properties.grants import generated
from tests.properties.interference import Met

SUBJECTS = [persona.pin for persona in EVERYBODY if persona.registered and persona.story]
OPERATIONS = 500  # of each set of grants


def test_a_caller_learns_nothing_that_was_not_granted(
    composed: Composed, arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop
) -> None:
    met = Met()
    for number in range(3):
        explore(composed, arguments, serve, loop, met, number)
    check_that_everything_was_met(composed, met)


@pytest.mark.slow
def test_no_caller_of_many_learns_anything_that_was_not_granted(
    composed: Composed, arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop
) -> None:
    met = Met()
    for number in range(3, 43):
        explore(composed, arguments, serve, loop, met, number)
    assert sum(met.outcomes.values()) >= 20_000
    check_that_everything_was_met(composed, met)


def explore(
    composed: Composed, arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop, met: Met, number: int
) -> None:
    """Ask the operations of one set of grants."""
    grants = generated(composed, arguments.nation, number, SUBJECTS)
    serving = serve(grants, met)
    trial = loop.run_until_complete(serving.__aenter__())
    try:
        exploration = Exploration(trial, grants, arguments, loop, number)
        exploration.explore(OPERATIONS)
        exploration.complete()
    finally:
        loop.run_until_complete(serving.__aexit__(None, None, None))


def check_that_everything_was_met(composed: Composed, met: Met) -> None:
    """The run's own reach: what it never met it says nothing about."""
    made = composed.made
    published = [coordinate for coordinate, one in made.items() if one.right is not None]
    roots = [coordinate for coordinate, one in made.items() if isinstance(one.binding, Root)]
    demanded = {scope for coordinate in (*published, *roots) for scope in scopes_of(composed, coordinate)}
    hops = [coordinate for coordinate, one in made.items() if isinstance(one.binding, Link | Relation)]
    assert _unmet(published, met.granted) == []
    assert _unmet(sorted(demanded), met.refused) == []
    assert _unmet([name for _, name in roots], met.hit) == []
    assert _unmet([name for _, name in roots], met.missed) == []
    assert _unmet(hops, met.crossed) == []
    assert met.with_personal_value >= met.outcomes["granted"] / 2


def _unmet(all_: Sequence[object], met: Collection[object]) -> list[object]:
    return [one for one in all_ if one not in met]
