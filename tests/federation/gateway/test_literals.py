"""What a caller typed is taken out of a document before the router keeps it, and means what it meant.

The attack: a router's caches are keyed by the text of documents, and personal numbers stand in them as literals.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, graphql_sync

from commands.composition import GATEWAY
from installation import node

SCRIPT = Path(__file__).with_name("literals.mjs")
SDL = """
    type Query {
      said(
        text: String, id: ID, number: Int, share: Float, kind: Kind, yes: Boolean, many: [[Int!]!], in: In, one: One
      ): String
      more: Query
    }
    enum Kind { GOOD BAD }
    input In { text: String! many: [In!] kind: Kind = GOOD }
    input One @oneOf { text: String number: Int }
"""

#: The question, and what no part of it may be found in afterwards.
QUESTIONS: dict[str, Mapping[str, Any]] = {
    "a text": {"query": '{ said(text: "001085000001") }'},
    "a text with signs in it": {"query": r'{ said(text: "\u0041\"0010\\85") }'},
    "a block of text": {"query": '{ said(text: """\n  001085\n    000001\n""") }'},
    "a number": {"query": "{ said(number: -1085, share: 10.85e1) }"},
    "a whole number where any may stand": {"query": "{ said(share: 1085) }"},
    "a number as an id": {"query": "{ said(id: 1085) }"},
    "lists": {"query": "{ said(many: [[1085, 1086], [1085]]) }"},
    "one item in place of a list": {"query": "{ said(many: 1085) }"},
    "an input": {"query": '{ said(in: { text: "1085", many: [{ text: "1086", kind: BAD }] }) }'},
    "an input with a variable in it": {
        "query": 'query ($t: String!) { said(in: { text: "1085", many: [{ text: $t }] }) }',
        "variables": {"t": "9"},
    },
    "an input with one member": {"query": '{ said(one: { text: "1085" }) }'},
    "a default": {"query": 'query ($t: String = "1085") { said(text: $t) }'},
    "a default that does not count": {
        "query": 'query ($t: String = "1085") { said(text: $t) }',
        "variables": {"t": "9"},
    },
    "a default where null is given": {"query": "query ($n: Int = 1085) { said(number: $n) }", "variables": {"n": None}},
    "a default of an input": {"query": 'query ($i: In = { text: "1085" }) { said(in: $i) }'},
    "a comment": {"query": "{ said } # 001085000001"},
    "a fragment": {"query": '{ ...F } fragment F on Query { said(text: "1085") more { said(text: "1085") } }'},
    "equal ones of one name": {"query": '{ said(text: "1085") ... { said(text: "1085") } }'},
    "another operation": {
        "query": 'query A { ...F a: said(text: "1085") } query B { said(text: "1086") } fragment F on Query { said }',
        "operationName": "B",
    },
    "a variable of the name that another would get": {
        "query": 'query ($taken1: String) { a: said(text: $taken1) b: said(text: "1085") }',
        "variables": {"taken1": "9"},
    },
    "nothing of the kind": {"query": "{ a1: said(kind: GOOD, yes: true, text: null) }"},
}


@pytest.fixture(scope="module")
def taken_out() -> Mapping[str, Mapping[str, Any]]:
    node.install(GATEWAY)
    given = json.dumps({"schema": SDL, "questions": [*QUESTIONS.values()]})
    return dict(zip(QUESTIONS, json.loads(node.run(SCRIPT, given=given)), strict=True))


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_without_its_literals_means_the_same(taken_out: Mapping[str, Mapping[str, Any]], name: str) -> None:
    assert _answer(taken_out[name]) == _answer(QUESTIONS[name])


@pytest.mark.parametrize("name", QUESTIONS)
def test_nothing_that_was_typed_stands_in_the_document(taken_out: Mapping[str, Mapping[str, Any]], name: str) -> None:
    words = taken_out[name]["query"]
    assert not [typed for typed in ("1085", "085", "1086", "0010", "10.85") if typed in words]


def _answer(question: Mapping[str, Any]) -> Any:
    schema = build_schema(SDL)
    said: Callable[..., str] = lambda _, **given: json.dumps(given, sort_keys=True, default=str)  # noqa: E731
    root: dict[str, Any] = {"said": said}
    root["more"] = root
    result = graphql_sync(
        schema, question["query"], root, None, question.get("variables"), question.get("operationName")
    )
    assert result.errors is None
    return result.data
