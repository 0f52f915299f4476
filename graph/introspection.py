"""Questions about the schema, answered by graphql-core over the composed schema. They take a token and no scope.

The schema is the same for everybody and for as long as the process lives, so an answer is kept: making one holds up
the event loop for as long as hundreds of other requests take. It is kept under a digest of what was asked of the schema
alone, so nothing that a caller typed about a person is in it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    execute_sync,
    print_ast,
    visit,
)

from graph.document import parsed
from graph.errors import Code, refused
from graph.kept import Kept

ANSWERS, ANSWER_BYTES = 100, 32 * 2**20

Described = Mapping[str, bytes]  # response key -> its value as JSON

_answers: Kept[tuple[GraphQLSchema, bytes], Described] = Kept(
    ANSWERS, ANSWER_BYTES, lambda answer: sum(map(len, answer.values()))
)


def answer(schema: GraphQLSchema, question: Any, data: Mapping[str, Any]) -> dict[str, orjson.Fragment]:
    """The values of `__schema` and `__type` under their response keys, ready to be sent."""
    document = about_schema(parsed(question.text), question.operation_name)
    used = _variables(document)
    values = {name: value for name, value in question.variables.items() if name in used}
    asked = print_ast(document).encode() + orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
    key = schema, hashlib.sha256(asked).digest()
    described = _answers.get(key)
    if described is None:
        described = _answers.put(key, _described(schema, document, values))
    return {name: orjson.Fragment(value) for name, value in described.items() if name in data}


def about_schema(document: DocumentNode, operation_name: str | None) -> DocumentNode:
    """The one operation, without what it asks of registers and without the variables that only that took."""
    kept = tuple(_reduced(node) for node in document.definitions if _is_about_schema(node, operation_name))
    used = _variables(DocumentNode(definitions=kept))
    return DocumentNode(definitions=tuple(_declaring(node, used) for node in kept))


def _described(schema: GraphQLSchema, document: DocumentNode, values: Mapping[str, Any]) -> Described:
    result = execute_sync(schema, document, variable_values=dict(values))
    if result.data is None:
        raise refused(Code.INTERNAL, "The schema could not be described.")
    return {key: orjson.dumps(value) for key, value in result.data.items() if key != "__typename"}


def _is_about_schema(node: DefinitionNode, operation_name: str | None) -> bool:
    if isinstance(node, OperationDefinitionNode):
        return not operation_name or (node.name is not None and node.name.value == operation_name)
    return _on(node) == "Query" or _on(node).startswith("__")


def _on(node: DefinitionNode) -> str:
    """The type of a fragment; a valid document holds nothing else beside operations."""
    assert isinstance(node, FragmentDefinitionNode)
    return node.type_condition.name.value


def _reduced(node: DefinitionNode) -> Any:
    if isinstance(node, OperationDefinitionNode) or _on(node) == "Query":
        return visit(node, _Reduce())
    return node


class _Reduce(Visitor):
    """Puts `__typename` in the place of each field that asks a register."""

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | bool:
        if node.name.value in {"__schema", "__type"}:
            return False  # what is below it is about the schema
        return _TYPENAME


_TYPENAME = FieldNode(name=NameNode(value="__typename"), arguments=(), directives=())


def _declaring(node: Any, used: frozenset[str]) -> Any:
    if not isinstance(node, OperationDefinitionNode):
        return node
    definitions = tuple(each for each in node.variable_definitions or () if each.variable.name.value in used)
    return replace(node, variable_definitions=definitions)


def _variables(document: DocumentNode) -> frozenset[str]:
    """The variables that stand in selections."""
    names: list[str] = []

    class Find(Visitor):
        def enter_variable(self, node: VariableNode, *_: Any) -> None:
            names.append(node.name.value)

    for definition in document.definitions:
        visit(definition.selection_set, Find())  # type: ignore[attr-defined]  # both kinds have one
    return frozenset(names)
