"""The planned answer equals graphql-core's own execution over plain resolvers on the same rows, key order included."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.catalogue import scopes
from graph.composed import Composed
from synthetic.personas import EVERYBODY
from tests.properties.arguments import Arguments
from tests.properties.callers import kinds
from tests.properties.drawing import drawing
from tests.properties.operations import Operation, operations
from tests.properties.received import ServerLog, of_registers
from tests.properties.reference import Reference
from tests.properties.served import Served

SUBJECTS = [persona.pin for persona in EVERYBODY if persona.registered and persona.story][:6]
ANSWERED = 0.75  # of all operations; the others are refused: an argument out of the jurisdiction, or too costly


@pytest.mark.parametrize("examples", [600, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_planned_answer_equals_the_answer_of_the_reference(
    composed: Composed,
    arguments: Arguments,
    reference: Reference,
    graph: Served,
    log: ServerLog,
    loop: asyncio.AbstractEventLoop,
    examples: int,
) -> None:
    callers = kinds(arguments.nation, scopes(composed), SUBJECTS)
    aims = [coordinate for coordinate, made in composed.made.items() if made.binding is not None]
    statuses: Counter[int] = Counter()

    @drawing(examples)
    @given(operations(arguments, aims, lambda *_: True), st.sampled_from([*callers]))
    def ask(operation: Operation, kind: str) -> None:
        log.statements(())
        response = loop.run_until_complete(graph.ask(operation, callers[kind]))
        statuses[response.status] += 1
        if response.status != 200:
            assert response.status in (400, 403), response.body
            return
        planned = json.loads(response.body)
        expected = loop.run_until_complete(reference.answer(operation, callers[kind]))
        assert json.dumps(planned["data"]) == json.dumps(expected.data)
        assert _errors(planned) == expected.errors
        assert len(of_registers(composed, log.statements(graph.connections()))) <= expected.readings

    ask()
    assert statuses[200] >= ANSWERED * statuses.total()


def _errors(answer: Any) -> frozenset[Any]:
    return frozenset((tuple(error["path"]), error["extensions"]["code"]) for error in answer.get("errors", ()))
