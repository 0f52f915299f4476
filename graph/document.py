"""Text -> document: parsed, bounded, validated, its literals turned into variables, and kept for the next request.

What is kept is keyed by the skeleton (literals.py), so it holds nothing that a caller typed. Only valid documents are
kept; what they are planned as is kept in answer.py, bounded apart.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoUnusedVariablesRule,
    OperationDefinitionNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
    visit,
)

from graph import limits, messages
from graph.errors import Code, refused
from graph.fingerprint import fingerprint
from graph.inputs import Convert, Values, bad_input, converter, raw
from graph.kept import Kept
from graph.literals import Skeleton, Typed, take_out
from graph.plain import Plain
from graph.taken import Literals, Taken, is_taken, literals_of, taken

DOCUMENTS, DOCUMENT_BYTES = 2_000, 128 * 2**20
BYTES_PER_CHARACTER = 160  # of a validated document: its syntax tree, measured

Shape = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One declared variable, or a literal that was taken out (`place` is where its value stands in `Typed`)."""

    name: str
    type: GraphQLInputType
    convert: Convert
    default: ValueNode | None = None
    place: int | None = None


@dataclass(eq=False, slots=True)
class Operation:
    """One operation of a valid document. `points` say what its plan depends on besides the text: the shape."""

    name: str | None
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: tuple[Variable, ...]
    points: tuple[tuple[str, Callable[[Any], Any]], ...]
    fingerprint: bytes

    def values(self, given: Mapping[str, Any], typed: Typed) -> Values:
        """The values of all variables, checked and converted. Raises Refused with BAD_USER_INPUT."""
        found: dict[str, Any] = {}
        for variable in self.variables:
            if variable.place is not None:
                found[variable.name] = variable.convert(typed.values[variable.place], "A literal")
            elif variable.name in given:
                found[variable.name] = variable.convert(given[variable.name], f"${variable.name}")
            elif variable.default is not None:
                default = raw(variable.default, found)
                found[variable.name] = variable.convert(default, f"The default of ${variable.name}")
            elif isinstance(variable.type, GraphQLNonNull):
                raise bad_input(f"${variable.name}", f"given: it is of type {variable.type}")
        return found

    def shape(self, values: Values) -> Shape:
        """What of the values decides the plan: which are given, which member of a oneOf, the booleans of directives."""
        return tuple([read(values.get(name)) for name, read in self.points])


@dataclass(frozen=True, eq=False, slots=True)
class Document:
    """The operations of a valid document by name."""

    operations: Mapping[str | None, Operation]
    size: int

    def operation(self, name: str | None) -> Operation:
        """The operation to run. Raises Refused where the name is missing or unknown."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name) if name is not None else None
        if found is None:
            raise refused(Code.BAD_USER_INPUT, "operationName must name one of the operations of the document.")
        return found


class Documents:
    """The documents of one process."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema, self._plain = schema, Plain(schema)
        self._kept: Kept[Skeleton, Document] = Kept(DOCUMENTS, DOCUMENT_BYTES, lambda document: document.size)

    def get(self, text: str) -> tuple[Document, Typed]:
        """The document of a text, and what was typed in it. Raises Refused for what does not parse, fit or validate."""
        try:
            skeleton, typed = take_out(text)
        except GraphQLSyntaxError:
            raise messages.parse_failure(text) from None
        document = self._kept.get(skeleton)
        if document is None:
            document = self._kept.put(skeleton, _read(self._schema, self._plain, skeleton, text))
        return document, typed


def parsed(text: str) -> DocumentNode:
    """The syntax tree. Raises Refused with GRAPHQL_PARSE_FAILED, or LIMIT_EXCEEDED for too many tokens."""
    try:
        return parse(text, max_lexical_tokens=limits.TOKENS, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        if "tokens" in error.description:
            raise limits.too_many_tokens() from None
        raise messages.parse_failure(text) from None


def _read(schema: GraphQLSchema, plain: Plain, skeleton: Skeleton, text: str) -> Document:
    document = parsed(skeleton.text)
    limits.check_size(document)
    literals = literals_of(document, skeleton.places)
    valid = plain.taken(document, literals) or _validated(schema, document, literals, text)
    definitions = valid.document.definitions
    fragments = {node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)}
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    if any(node.operation.value != "query" for node in operations):
        raise refused(Code.GRAPHQL_VALIDATION_FAILED, "This graph has queries only.")
    switches = _switches(valid.document) if "@" in skeleton.text else frozenset()
    return Document(
        {
            (node.name.value if node.name else None): _operation(schema, node, fragments, valid, switches)
            for node in operations
        },
        len(skeleton.text) * BYTES_PER_CHARACTER,
    )


def _validated(schema: GraphQLSchema, document: DocumentNode, literals: Literals, text: str) -> Taken:
    found = taken(schema, document, literals)
    if validate(schema, found.document, RULES, 1, hide_suggestions=True, allow_empty_selection_sets=False):
        raise messages.validation_failure(schema, parsed(text), found.document)
    return found


class _NoUnusedVariables(NoUnusedVariablesRule):
    """Of what a caller declared: a taken literal is declared by every operation, used or not."""

    def report_error(self, error: GraphQLError) -> None:
        if not any(isinstance(node, VariableDefinitionNode) and is_taken(node) for node in error.nodes or ()):
            super().report_error(error)


#: Rules about subscriptions, @defer and @stream, which the schema has not: other rules refuse what they look at.
_NOT_HERE = ("Subscription", "DeferStream", "StreamDirective")
RULES = tuple(
    _NoUnusedVariables if rule is NoUnusedVariablesRule else rule
    for rule in specified_rules
    if not any(name in rule.__name__ for name in _NOT_HERE)
)


def _operation(
    schema: GraphQLSchema,
    node: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    valid: Taken,
    switches: frozenset[str],
) -> Operation:
    variables = tuple(_variable(schema, definition, valid) for definition in node.variable_definitions or ())
    points = tuple((variable.name, read) for variable in variables if (read := _point(variable, switches)) is not None)
    name, named = node.name.value if node.name else None, fingerprint(node, fragments, valid.literals)
    return Operation(name, node, fragments, variables, points, named)


def _variable(schema: GraphQLSchema, node: VariableDefinitionNode, valid: Taken) -> Variable:
    name = node.variable.name.value
    type_: Any = type_from_ast(schema, node.type)
    return Variable(name, type_, converter(type_), node.default_value, valid.places.get(name))


def _point(variable: Variable, switches: frozenset[str]) -> Callable[[Any], Any] | None:
    named = get_named_type(variable.type)
    if variable.place is not None:
        return None
    if getattr(named, "is_one_of", False):
        return lambda value: next(iter(value)) if value else None
    if variable.name in switches and getattr(named, "name", None) == "Boolean":  # elsewhere the name may mean another
        return partial(_switch, f"${variable.name}")
    return None if isinstance(variable.type, GraphQLNonNull) else lambda value: value is not None


def _switch(where: str, value: Any) -> Any:
    """Whether a directive applies; its variable may be nullable where it has a default, and null all the same."""
    if value is None:
        raise bad_input(where, "true or false: a directive depends on it")
    return value


def _switches(document: DocumentNode) -> frozenset[str]:
    """The variables that stand in `@skip` and `@include`."""
    found: set[str] = set()

    class Find(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            values = (argument.value for argument in node.arguments or ())
            found.update(value.name.value for value in values if isinstance(value, VariableNode))

    visit(document, Find())
    return frozenset(found)
