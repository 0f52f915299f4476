"""Nobody learns what they may neither read nor look up: from no answer, and by no statement.

Two nations that differ in exactly that are asked the same, by the same callers. Each run also shows that it looked
everywhere: at every field granted and refused, every way in hit and missed, every hop crossed.
"""

import asyncio

import pytest

from graph.composed import Composed
from synthetic.personas import EVERYBODY
from tests.properties.arguments import Arguments
from tests.properties.exploring import Exploration, Serve
from tests.properties.grants import generated
from tests.properties.met import Met

SUBJECTS = [persona.pin for persona in EVERYBODY if persona.registered and persona.story]
OPERATIONS = 500  # of each set of grants


def test_a_caller_learns_nothing_that_was_not_granted(
    composed: Composed, arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop
) -> None:
    met = Met()
    for number in range(3):
        explore(composed, arguments, serve, loop, met, number)
    met.check(composed)


@pytest.mark.slow
def test_no_caller_of_many_learns_anything_that_was_not_granted(
    composed: Composed, arguments: Arguments, serve: Serve, loop: asyncio.AbstractEventLoop
) -> None:
    met = Met()
    for number in range(3, 43):
        explore(composed, arguments, serve, loop, met, number)
    assert sum(met.outcomes.values()) >= 20_000
    met.check(composed)


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
