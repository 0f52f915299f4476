"""Every form that a document may take, and which of them one has."""

from collections import Counter
from collections.abc import Mapping
from itertools import product
from typing import Any

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    is_union_type,
    parse,
    value_from_ast_untyped,
    visit,
)

from tests.properties.demands import with_defaults
from tests.properties.operations import Operation

PLACES: Mapping[type[Node], str] = {
    FieldNode: "a field",
    InlineFragmentNode: "an inline fragment",
    FragmentSpreadNode: "a named fragment",
}
WORDS = frozenset({"skip", "include"})
FORMS = frozenset(
    {
        *(
            f"@{word} on {place}, {'followed' if holds else 'in vain'}"
            for word, place, holds in product(WORDS, PLACES.values(), (True, False))
        ),
        "a condition in a literal",
        "a condition in a variable",
        "a default",
        "a field twice",
        "a fragment twice",
        "a fragment within a fragment",
        "a list",
        "a literal",
        "a name",
        "a next page",
        "a null",
        "a null in a variable",
        "a page",
        "a variable",
        "an alias",
        "an inline fragment on a type",
        "an inline fragment on no type",
        "an input object",
        "introspection",
        "introspection beside data",
        "several root fields",
        "__typename of a union",
        "__typename of an object",
        "__typename of the query",
    }
)


def forms(schema: GraphQLSchema, operation: Operation) -> set[str]:
    """Which of FORMS an operation has."""
    document = parse(operation.text)
    types = TypeInfo(schema)
    (asked,) = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    looking = _Looking(schema, types, with_defaults(asked, operation.variables))
    visit(document, TypeInfoVisitor(types, looking))
    return looking.found


class _Looking(Visitor):
    def __init__(self, schema: GraphQLSchema, types: TypeInfo, variables: Mapping[str, Any]) -> None:
        super().__init__()
        self._query, self._types, self._variables = schema.query_type, types, variables
        self._spread: Counter[str] = Counter()
        self._in_fragment = False
        self.found: set[str] = set()

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        fields = [each.name.value for each in node.selection_set.selections if isinstance(each, FieldNode)]
        data = [name for name in fields if not name.startswith("__")]
        hidden = [name for name in fields if name in ("__schema", "__type")]
        self._see(
            ("a name", node.name),
            ("several root fields", len(data) > 1),
            ("introspection", hidden),
            ("introspection beside data", hidden and data),
            ("a default", any(each.default_value for each in node.variable_definitions or ())),
        )

    def enter_fragment_definition(self, *_: Any) -> None:
        self._in_fragment = True

    def leave_fragment_definition(self, *_: Any) -> None:
        self._in_fragment = False

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> None:
        keys = Counter((each.alias or each.name).value for each in node.selections if isinstance(each, FieldNode))
        self._see(("a field twice", any(count > 1 for count in keys.values())))

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value == "__typename":
            parent = self._types.get_parent_type()
            of = "a union" if is_union_type(parent) else "an object"
            self.found.add(f"__typename of {'the query' if parent is self._query else of}")
        given = {each.name.value: self._value(each.value) for each in node.arguments or ()}
        self._see(
            ("an alias", node.alias),
            ("a page", given.get("first") is not None),
            ("a next page", given.get("after") is not None),
        )

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: Any) -> None:
        self.found.add(f"an inline fragment on {'a' if node.type_condition else 'no'} type")

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self._spread[node.name.value] += 1
        self._see(
            ("a fragment twice", self._spread[node.name.value] > 1),
            ("a fragment within a fragment", self._in_fragment),
        )

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        value, is_variable = node.value, isinstance(node.value, VariableNode)
        self._see(
            ("a variable", is_variable),
            ("a literal", not is_variable),
            ("a null", isinstance(value, NullValueNode)),
            ("a null in a variable", is_variable and self._value(value) is None),
            ("a list", isinstance(value, ListValueNode)),
            ("an input object", isinstance(value, ObjectValueNode)),
        )

    def enter_directive(self, node: DirectiveNode, _key: Any, _parent: Any, _path: Any, ancestors: Any) -> None:
        stands_on = next(each for each in reversed(ancestors) if isinstance(each, Node))
        (argument,) = node.arguments or ()
        condition = argument.value
        holds = self._value(condition)
        self.found.add(f"@{node.name.value} on {PLACES[type(stands_on)]}, {'followed' if holds else 'in vain'}")
        self.found.add(f"a condition in a {'variable' if isinstance(condition, VariableNode) else 'literal'}")

    def _value(self, node: Any) -> Any:
        return value_from_ast_untyped(node, dict(self._variables))

    def _see(self, *seen: tuple[str, Any]) -> None:
        self.found.update(form for form, is_there in seen if is_there)
