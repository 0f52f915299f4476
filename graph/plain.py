"""Tells of plain documents that they are valid, and takes their literals out, by one look at each field.

The rules of validation take most of the time in which a document that nobody asked before becomes a plan, because each
is a walk of its own over everything that GraphQL has; and most documents have little of it: one query, fields,
arguments that are variables or literals, fragments on the members of a union. What is anything else is not judged
here but by the rules (document.py); so is whatever is wrong, which the rules put into words. A property holds the two
against each other: nothing is plain that the rules refuse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from operator import is_
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    do_types_overlap,
    get_named_type,
    is_composite_type,
    is_input_type,
    is_leaf_type,
    is_required_argument,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage

from graph.taken import Literals, Taken, Taking

_LITERALS = (IntValueNode, FloatValueNode, StringValueNode)


class _Otherwise(Exception):
    """The document is not plain."""


@dataclass(frozen=True, slots=True)
class _Field:
    """What may be asked of a field. `of` is the type that it selects of; None: it takes no selection."""

    of: "_Type | None"
    arguments: Mapping[str, GraphQLArgument]
    required: frozenset[str]


_TYPENAME = _Field(None, {}, frozenset())


class _Type:
    """The fields of an object or a union, worked out when they are first asked for."""

    def __init__(self, plain: "Plain", type_: Any) -> None:
        self._plain, self.type = plain, type_

    @cached_property
    def fields(self) -> Mapping[str, _Field]:
        declared: Mapping[str, GraphQLField] = getattr(self.type, "fields", {})
        return {"__typename": _TYPENAME, **{name: self._plain.field(field) for name, field in declared.items()}}


class Plain:
    """What plain documents of one schema may hold."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._types: dict[str, _Type] = {}

    def taken(self, document: DocumentNode, literals: Literals) -> Taken | None:
        """A valid document without its literals; None where the rules must tell."""
        if len(document.definitions) != 1:
            return None
        node = document.definitions[0]
        if not isinstance(node, OperationDefinitionNode) or node.operation.value != "query":
            return None
        try:
            taking = Taking(literals)
            whole = _Operation(self, self._schema, taking).walked(node)
        except _Otherwise:
            return None
        return taking.finished(document if whole is node else replace(document, definitions=(whole,)))

    def type(self, type_: Any) -> _Type:
        """What may be selected of an object or a union."""
        known = self._types.get(type_.name)
        if known is None:
            known = self._types[type_.name] = _Type(self, type_)
        return known

    def field(self, field: GraphQLField) -> _Field:
        """What may be asked of a field."""
        named = get_named_type(field.type)
        required = frozenset(name for name, argument in field.args.items() if is_required_argument(argument))
        return _Field(None if is_leaf_type(named) else self.type(named), field.args, required)


class _Operation:
    """One query while it is walked. Whatever it returns is what it was given, where no literal was taken from it."""

    def __init__(self, plain: Plain, schema: GraphQLSchema, taking: Taking) -> None:
        self._plain, self._schema, self._taking = plain, schema, taking
        self._declared: dict[str, GraphQLInputType] = {}
        self._used: set[str] = set()

    def walked(self, node: OperationDefinitionNode) -> OperationDefinitionNode:
        """Raises _Otherwise."""
        _plain_if(not node.directives and node.description is None)
        for definition in node.variable_definitions or ():
            self._declare(definition)
        selected = self._selected(self._plain.type(self._schema.query_type), node.selection_set, set())
        _plain_if(self._used == self._declared.keys())
        return node if selected is node.selection_set else replace(node, selection_set=selected)

    def _declare(self, node: VariableDefinitionNode) -> None:
        name, type_ = node.variable.name.value, type_from_ast(self._schema, node.type)
        _plain_if(node.default_value is None and not node.directives and node.description is None)
        _plain_if(name not in self._declared and is_input_type(type_))
        self._declared[name] = type_  # type: ignore[assignment]

    def _selected(self, of: _Type, node: SelectionSetNode, keys: set[str]) -> SelectionSetNode:
        """`keys` are the response keys of the object so far: of those that come twice, the rules compare the fields."""
        selections = [self._selection(of, selection, keys) for selection in node.selections]
        return node if _same(selections, node.selections) else replace(node, selections=tuple(selections))

    def _selection(self, of: _Type, node: Any, keys: set[str]) -> FieldNode | InlineFragmentNode:
        if node.directives:
            raise _Otherwise
        if isinstance(node, FieldNode):
            return self._field(of, node, keys)
        if not isinstance(node, InlineFragmentNode):
            raise _Otherwise
        selected = self._selected(self._condition(of, node), node.selection_set, keys)
        return node if selected is node.selection_set else replace(node, selection_set=selected)

    def _condition(self, of: _Type, node: InlineFragmentNode) -> _Type:
        if node.type_condition is None:
            return of
        type_: Any = self._schema.type_map.get(node.type_condition.name.value)
        _plain_if(is_composite_type(type_) and do_types_overlap(self._schema, type_, of.type))
        return self._plain.type(type_)

    def _field(self, of: _Type, node: FieldNode, keys: set[str]) -> FieldNode:
        name, selection_set = node.name.value, node.selection_set
        known, key = of.fields.get(name), name if node.alias is None else node.alias.value
        if known is None or key in keys or (known.of is None) is not (selection_set is None):
            raise _Otherwise
        keys.add(key)
        arguments = self._arguments(known, node.arguments) if node.arguments or known.required else node.arguments
        if known.of is not None and selection_set is not None:
            selection_set = self._selected(known.of, selection_set, set())
        if arguments is node.arguments and selection_set is node.selection_set:
            return node
        return replace(node, arguments=arguments, selection_set=selection_set)

    def _arguments(self, known: _Field, nodes: tuple[ArgumentNode, ...] | None) -> tuple[ArgumentNode, ...] | None:
        given = {node.name.value: node for node in nodes or ()}
        _plain_if(len(given) == len(nodes or ()) and known.required <= given.keys() <= known.arguments.keys())
        arguments = [self._argument(known.arguments[name], node) for name, node in given.items()]
        return nodes if _same(arguments, nodes or ()) else tuple(arguments)

    def _argument(self, declared: GraphQLArgument, node: ArgumentNode) -> ArgumentNode:
        value = node.value
        if isinstance(value, VariableNode):
            self._use(value.name.value, declared)
            return node
        _plain_if(isinstance(value, _LITERALS))
        variable = self._taking.variable(value, declared.type)
        if variable is None:
            raise _Otherwise
        return replace(node, value=variable)

    def _use(self, name: str, declared: GraphQLArgument) -> None:
        type_, default = self._declared.get(name), declared.default_value
        if type_ is None or not allowed_variable_usage(self._schema, type_, None, declared.type, default):
            raise _Otherwise
        self._used.add(name)


def _plain_if(condition: object) -> None:
    if not condition:
        raise _Otherwise


def _same(ones: Iterable[object], others: Iterable[object]) -> bool:
    return all(map(is_, ones, others))
