"""Bounds on a document, checked before anything costly is done with it. All in time linear in the document.

Fragments are counted once and their count is reused wherever they are spread, so nesting them does not multiply work;
what they expand to is what counts against the limits (the attack: D1 of the reference corpus).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from graph.errors import Code, refused

BODY_BYTES = 256 * 1024
TOKENS = 2_000
DEPTH = 12  # `edges` and `node` do not count
INTROSPECTION_DEPTH = 16  # the standard introspection query needs 14
ALIASES = 30
ROOT_FIELDS = 10
DIRECTIVES = 30
SELECTIONS = 5_000
LIST_ITEMS = 100
KEYS_PER_HOP = 1_000
COST = 10_000

#: graphql-core compares fields of one response key pairwise, up to this many pairs; its default takes seconds.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 10_000

PAGING = frozenset({"edges", "node"})


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection set expands to."""

    depth: int = 0
    introspection_depth: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0  # of its first level


def check_size(document: DocumentNode) -> None:
    """Refuse a document in which any operation is too large. Raises Refused with LIMIT_EXCEEDED, naming the limit."""
    measure = _Measure(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selection(definition.selection_set)
            own = len(definition.directives or ())
            _within("depth", size.depth, DEPTH)
            _within("introspection depth", size.introspection_depth, INTROSPECTION_DEPTH)
            _within("aliases", size.aliases, ALIASES)
            _within("root fields", size.fields, ROOT_FIELDS)
            _within("directives", size.directives + own, DIRECTIVES)
            _within("expanded selections", size.selections, SELECTIONS)


def too_many_tokens() -> Exception:
    """The refusal of a document with more than TOKENS lexical tokens."""
    return _exceeded("tokens", TOKENS)


def check_list(length: int, where: str) -> None:
    """Refuse a list argument that is too long; `where` names the variable or argument."""
    if length > LIST_ITEMS:
        raise refused(
            Code.LIMIT_EXCEEDED, f"{where} has more than {LIST_ITEMS} items.", limit="list items", most=LIST_ITEMS
        )


def check_cost(cost: int) -> None:
    """Refuse a request that would cost more than COST points."""
    _within("cost", cost, COST)


def _within(what: str, found: int, most: int) -> None:
    if found > most:
        raise _exceeded(what, most)


def _exceeded(what: str, most: int) -> Exception:
    return refused(Code.LIMIT_EXCEEDED, f"The document exceeds the limit of {most} for {what}.", limit=what, most=most)


class _Measure:
    """Sizes of selection sets, each fragment measured once. A cycle counts as empty: validation refuses it later."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._sizes: dict[str, Size] = {}

    def selection(self, selection_set: SelectionSetNode | None) -> Size:
        if selection_set is None:
            return Size()
        parts = [self._part(node) for node in selection_set.selections]
        return Size(
            depth=max((part.depth for part in parts), default=0),
            introspection_depth=max((part.introspection_depth for part in parts), default=0),
            selections=min(sum(part.selections for part in parts), SELECTIONS + 1),
            aliases=min(sum(part.aliases for part in parts), ALIASES + 1),
            directives=min(sum(part.directives for part in parts), DIRECTIVES + 1),
            fields=min(sum(part.fields for part in parts), ROOT_FIELDS + 1),
        )

    def _part(self, node: object) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node)
        if isinstance(node, FragmentSpreadNode):
            return _with_directives(self._fragment(node.name.value), node)
        assert isinstance(node, InlineFragmentNode)
        return _with_directives(self.selection(node.selection_set), node)

    def _field(self, node: FieldNode) -> Size:
        inner = self.selection(node.selection_set)
        step = 0 if node.name.value in PAGING else 1
        is_introspection = node.name.value.startswith("__") and node.name.value != "__typename"
        deepest = max(inner.depth, inner.introspection_depth)
        return Size(
            depth=0 if is_introspection else step + inner.depth,
            introspection_depth=1 + deepest if is_introspection else inner.introspection_depth,
            selections=1 + inner.selections,
            aliases=inner.aliases + (node.alias is not None),
            directives=inner.directives + len(node.directives or ()),
            fields=1,
        )

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            self._sizes[name] = Size()  # in case of a cycle
            definition = self._fragments.get(name)
            if definition is not None:
                self._sizes[name] = self.selection(definition.selection_set)
        return self._sizes[name]


def _with_directives(size: Size, node: FragmentSpreadNode | InlineFragmentNode) -> Size:
    if not node.directives:
        return size
    return Size(
        size.depth,
        size.introspection_depth,
        size.selections,
        size.aliases,
        size.directives + len(node.directives),
        size.fields,
    )
