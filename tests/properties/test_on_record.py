"""Everybody at whom an answer looks is on record, and nobody else: persons, and enterprises and parcels as well."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.catalogue import scopes
from graph.composed import Composed
from ledger import Ledger, Subject
from tests.properties.arguments import Arguments
from tests.properties.callers import kinds
from tests.properties.drawing import drawing
from tests.properties.operations import Operation, operations
from tests.properties.reference import Reference
from tests.properties.served import Served
from tests.properties.test_reference import SUBJECTS


class Overheard:
    """What is handed to the ledger, as it passes."""

    def __init__(self, ledger: Ledger) -> None:
        self._record = ledger.record
        self.subjects: set[tuple[Subject, str]] = set()
        self.by_way: Counter[str] = Counter()

    def record(
        self,
        request_id: Any,
        recipient: Any,
        operation: Any,
        outcome: Any,
        looked_at: Any = (),
        *rest: Any,
        **more: Any,
    ) -> Any:
        steps = operation.meaning.steps
        self.subjects = {(steps[number].subject, key) for number, keys in looked_at for key in keys}
        self.by_way.update(f"{steps[number].subject} {steps[number].way}" for number, _ in looked_at)
        return self._record(request_id, recipient, operation, outcome, looked_at, *rest, **more)


@pytest.mark.parametrize("examples", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_everybody_in_an_answer_is_on_record_and_nobody_else(
    composed: Composed,
    arguments: Arguments,
    reference: Reference,
    graph: Served,
    loop: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
    examples: int,
) -> None:
    callers = kinds(arguments.nation, scopes(composed), SUBJECTS)
    aims = [coordinate for coordinate, made in composed.made.items() if made.binding is not None]
    overheard = Overheard(graph.graph._ledger)
    monkeypatch.setattr(graph.graph._ledger, "record", overheard.record)
    compared: Counter[bool] = Counter()

    @drawing(examples)
    @given(operations(arguments, aims, lambda *_: True), st.sampled_from([*callers]))
    def ask(operation: Operation, kind: str) -> None:
        overheard.subjects = set()
        response = loop.run_until_complete(graph.ask(operation, callers[kind]))
        answer = json.loads(response.body)
        if response.status != 200 or "errors" in answer:
            return
        expected = loop.run_until_complete(reference.answer(operation, callers[kind]))
        assert overheard.subjects == expected.seen, operation.text
        compared[bool(expected.seen)] += 1

    ask()
    assert compared[True] > examples / 10
    assert {"person opened", "person listed", "person reached"} <= {*overheard.by_way}
    assert {way.split()[0] for way in overheard.by_way} == {*Subject}


def test_a_citizen_has_looked_at_nobody_whose_row_was_hidden_beside_the_one_that_names_them(
    composed: Composed,
    arguments: Arguments,
    reference: Reference,
    graph: Served,
    loop: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One statement reads both rows; the citizen reaches the first alone."""
    overheard = Overheard(graph.graph._ledger)
    monkeypatch.setattr(graph.graph._ledger, "record", overheard.record)
    callers = [one for one in kinds(arguments.nation, scopes(composed), SUBJECTS).values() if one.subject is not None]
    question = Operation("{me{children{vitalStatus} spouse{maritalStatus} household{head{vitalStatus}}}}", {})
    related = 0
    for caller in callers:
        response = loop.run_until_complete(graph.ask(question, caller))
        expected = loop.run_until_complete(reference.answer(question, caller))
        related += bool(json.loads(response.body)["data"]["me"]["children"])
        assert overheard.subjects == expected.seen
    assert related
