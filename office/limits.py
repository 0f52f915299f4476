"""Bounds on a request, checked before anything is asked of the database. All in time linear in the document.

A fragment is measured once and counted wherever it is spread, so nesting fragments does not multiply the work.
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
    OperationType,
    SelectionSetNode,
)

from office.errors import Code, NotAnswered, not_answered

BODY_BYTES = 64 * 1024
BODY_SECONDS = 10.0  # from a request's headers to the end of its body
TOKENS = 1_500
DEPTH = 16  # the standard introspection query takes 14
ALIASES = 15
ROOT_FIELDS = 5
CHANGES = 1  # of one operation: half of two changes is what nobody wants
SELECTIONS = 1_000
NESTING = 64  # selection sets inside each other, those of fragments included: the parts that walk them recurse
REQUESTS_AT_ONCE = 32  # of officers, of agencies, of citizens, in one process; more are turned away
REQUESTS_OF_ONE = 4  # at once, of one officer, client or citizen
PREVIEWS = 1  # of one request; each may explain hundreds of documents
ANSWER_SECONDS = 10.0
PAGE = 100  # entries of one page
NAME = 200  # characters of a name that is looked for


@dataclass(frozen=True, slots=True)
class Size:
    """What a selection set expands to."""

    depth: int = 0
    nesting: int = 0
    selections: int = 0
    aliases: int = 0
    fields: int = 0  # of its first level


def check_size(document: DocumentNode) -> None:
    """Refuse a document in which any operation is too large, or makes more than one change."""
    measure = _Measure(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selection(definition.selection_set)
            changes = definition.operation is OperationType.MUTATION
            _within("depth", size.depth, DEPTH)
            _within("aliases", size.aliases, ALIASES)
            _within("changes" if changes else "root fields", size.fields, CHANGES if changes else ROOT_FIELDS)
            _within("expanded selections", size.selections, SELECTIONS)


def too_many_tokens() -> NotAnswered:
    """The refusal of a document with more than TOKENS lexical tokens."""
    return _exceeded("tokens", TOKENS)


def _within(what: str, found: int, most: int) -> None:
    if found > most:
        raise _exceeded(what, most)


def _exceeded(what: str, most: int) -> NotAnswered:
    message = f"The document exceeds the limit of {most} for {what}."
    return not_answered(Code.LIMIT_EXCEEDED, message, limit=what, most=most)


class _Measure:
    """Sizes of selection sets, each fragment measured once. A cycle counts as empty: validation refuses it later."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._sizes: dict[str, Size] = {}

    def selection(self, selection_set: SelectionSetNode | None, level: int = 1) -> Size:
        if selection_set is None:
            return Size()
        _within("nesting", level, NESTING)
        parts = [self._part(node, level) for node in selection_set.selections]
        return Size(
            depth=max((part.depth for part in parts), default=0),
            nesting=1 + max((part.nesting for part in parts), default=0),
            selections=min(sum(part.selections for part in parts), SELECTIONS + 1),
            aliases=min(sum(part.aliases for part in parts), ALIASES + 1),
            fields=min(sum(part.fields for part in parts), ROOT_FIELDS + 1),
        )

    def _part(self, node: object, level: int) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node, level)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, level)
        assert isinstance(node, InlineFragmentNode)
        return self.selection(node.selection_set, level + 1)

    def _field(self, node: FieldNode, level: int) -> Size:
        inner = self.selection(node.selection_set, level + 1)
        return Size(
            depth=1 + inner.depth,
            nesting=inner.nesting,
            selections=1 + inner.selections,
            aliases=inner.aliases + (node.alias is not None),
            fields=1,
        )

    def _fragment(self, name: str, level: int) -> Size:
        if name not in self._sizes:
            self._sizes[name] = Size()  # in case of a cycle
            definition = self._fragments.get(name)
            if definition is not None:
                self._sizes[name] = self.selection(definition.selection_set, level + 1)
        _within("nesting", level + self._sizes[name].nesting, NESTING)
        return self._sizes[name]
