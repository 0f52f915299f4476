"""Literals -> variables, named so that no caller can name them: then nothing stands in a document that was typed.

A literal that could not be of the type of its place stays, for validation to refuse. One in a variable's default
becomes a variable too: the default is then a template, filled with what the request brings.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FloatValueNode,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TokenKind,
    TypeInfo,
    TypeInfoVisitor,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse_type,
    visit,
)
from graphql.language import NameNode

LITERALS = frozenset({TokenKind.INT, TokenKind.FLOAT, TokenKind.STRING, TokenKind.BLOCK_STRING})


Literals = Mapping[int, int]
"""Where a literal stands in the text -> where its value stands in `Typed`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The document, and by the name of each variable that was a literal, where its value stands in `Typed`."""

    document: DocumentNode
    places: Mapping[str, int]
    literals: Literals


class Taking:
    """While a document is walked."""

    def __init__(self, literals: Literals) -> None:
        self._literals = literals
        self._places: dict[str, int] = {}

    def variable(self, node: ValueNode, type_: GraphQLInputType | None) -> VariableNode | None:
        """The variable for a literal, or None where it must stay."""
        if type_ is None or not _could_be(node, type_):
            return None
        assert node.loc is not None
        place = self._literals[node.loc.start]
        name = f"{place}:{type_ if isinstance(type_, GraphQLNonNull) else f'{type_}!'}"  # a literal is never null
        self._places[name] = place
        return VariableNode(name=NameNode(value=name), loc=node.loc)

    def finished(self, document: DocumentNode) -> Taken:
        """The walked document, with every taken literal declared as a variable of every operation."""
        if not self._places:
            return Taken(document, {}, self._literals)
        added = tuple(
            VariableDefinitionNode(
                variable=VariableNode(name=NameNode(value=name)), type=_type(name.partition(":")[2]), directives=()
            )
            for name in self._places
        )
        definitions = [
            replace(node, variable_definitions=(*added, *(node.variable_definitions or ())))
            if isinstance(node, OperationDefinitionNode)
            else node
            for node in document.definitions
        ]
        return Taken(DocumentNode(definitions=tuple(definitions)), self._places, self._literals)


def literals_of(document: DocumentNode, places: Sequence[int]) -> Literals:
    """The literals of a document; `places` are those of its skeleton."""
    return dict(zip(_literals(document), places, strict=True)) if places else {}


def taken(schema: GraphQLSchema, document: DocumentNode, literals: Literals) -> Taken:
    """Of any document, valid or not."""
    taking = Taking(literals)
    if literals:
        info = TypeInfo(schema)
        document = visit(document, TypeInfoVisitor(info, _Replace(taking, info)))
    return taking.finished(document)


def is_taken(node: VariableDefinitionNode) -> bool:
    """Whether it declares what was a literal."""
    return ":" in node.variable.name.value


class _Replace(Visitor):
    def __init__(self, taking: Taking, info: TypeInfo) -> None:
        super().__init__()
        self._taking = taking
        self._info = info

    def enter_int_value(self, node: IntValueNode, *_: Any) -> VariableNode | None:
        return self._taking.variable(node, self._info.get_input_type())

    enter_float_value = enter_string_value = enter_int_value


def _literals(document: DocumentNode) -> Iterator[int]:
    """Where the strings and numbers of a document begin, in order."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in LITERALS:
            yield token.start
        token = token.next


@cache
def _type(name: str) -> TypeNode:
    return parse_type(name)


def _could_be(node: ValueNode, type_: GraphQLInputType) -> bool:
    """False for a literal that is of the wrong kind whatever its value: validation then says so."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLScalarType):
        return False
    kinds = _KINDS.get(named.name)
    return kinds is None or isinstance(node, kinds)


_KINDS: Mapping[str, tuple[type, ...]] = {
    "Int": (IntValueNode,),
    "Float": (IntValueNode, FloatValueNode),
    "String": (StringValueNode,),
    "ID": (IntValueNode, StringValueNode),
    "Boolean": (),
}
