"""Which fields an operation selects of a type, under one shape: fragments opened, directives applied."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    is_union_type,
)

Fields = Mapping[str, list[FieldNode]]  # response key -> the fields merged under it, in the order of the specification


class Selections:
    """Collects fields as the specification's CollectFields does; `switches` holds the booleans of directives."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._switches = switches

    def of(self, type_name: str, nodes: Sequence[Any]) -> Fields:
        """The fields that `nodes` (fields, or the operation) select of an object type."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(type_name, node.selection_set, found, spread)
        return found

    def _collect(
        self, type_name: str, selection_set: SelectionSetNode, found: dict[str, list[FieldNode]], spread: set[str]
    ) -> None:
        for node in selection_set.selections:
            if not self._is_included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif (inner := self._inner(node, type_name, spread)) is not None:
                self._collect(type_name, inner, found, spread)

    def _inner(self, node: Any, type_name: str, spread: set[str]) -> SelectionSetNode | None:
        """The selection set behind a fragment, or None where it does not apply or was spread before."""
        if isinstance(node, FragmentSpreadNode):
            if node.name.value in spread:
                return None
            spread.add(node.name.value)
            node = self._fragments[node.name.value]
        assert isinstance(node, InlineFragmentNode | FragmentDefinitionNode)
        applies = node.type_condition is None or self._applies(node.type_condition.name.value, type_name)
        return node.selection_set if applies else None

    def _applies(self, condition: str, type_name: str) -> bool:
        if condition == type_name:
            return True
        type_: Any = self._schema.type_map[condition]
        return is_union_type(type_) and any(member.name == type_name for member in type_.types)

    def _is_included(self, directives: Sequence[DirectiveNode]) -> bool:
        for directive in directives:
            if directive.name.value in ("skip", "include"):
                wanted = directive.name.value == "include"
                if self._switch(directive) is not wanted:
                    return False
        return True

    def _switch(self, directive: DirectiveNode) -> bool:
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            return bool(self._switches[value.name.value])
        assert isinstance(value, BooleanValueNode)
        return value.value
