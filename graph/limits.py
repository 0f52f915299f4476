"""Bounds on a document, checked before anything costly is done with it. All in time linear in the document.

Fragments are counted once and their count is reused wherever they are spread, so nesting them does not multiply work;
what they expand to is what counts against the limits (the attack: D1 of the reference corpus).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from graph.errors import Code, Refused, refused
from graph.machinery import REPRESENTATION

BODY_BYTES = 256 * 1024
BODY_SECONDS = 10.0  # from a request's headers to the end of its body
TOKENS = 2_000
NAME_CHARACTERS = 64  # of aliases and other names; they are said once for each path, to the caller and to the ledger
NAME_DIGITS = 8  # one after the other; names are kept as they are written, and a person's number has nine or more
DEPTH = 12  # `edges` and `node` do not count
INTROSPECTION_DEPTH = 16  # the standard introspection query needs 14
ALIASES = 30
ROOT_FIELDS = 10
DIRECTIVES = 30
SELECTIONS = 5_000
NESTING = 64  # selection sets inside each other, those of fragments included: the parts that walk them recurse
INTROSPECTION_POINTS = 25_000  # the standard introspection query takes 21,000; the answer is made on the event loop
LIST_ITEMS = 100
LONG_LISTS: Mapping[str, int] = {REPRESENTATION: 1_000}  # by the type of their items
TEXT_CHARACTERS = 200  # of one text argument
KEYS_PER_HOP = 1_000
STEPS = 100  # statements of one plan; writing one takes a good part of a millisecond
COST = 10_000
REQUESTS_AT_ONCE = 1_000  # being answered in one process; more are turned away

#: graphql-core compares fields of one response key pairwise, up to this many pairs; its default takes seconds.
overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 10_000

PAGING = frozenset({"edges", "node"})

_DIGITS = re.compile(r"[0-9]+")

#: How many entries the fields of an introspection are taken to have, for its points.
ASSUMED_ENTRIES: Mapping[str, float] = {
    "types": 90,
    "directives": 5,
    "fields": 6,
    "args": 2,
    "inputFields": 2,
    "enumValues": 3,
    "possibleTypes": 2,
    "ofType": 0.4,  # null more often than not
}


class Size(NamedTuple):
    """What a selection set expands to."""

    depth: int = 0
    introspection_depth: int = 0
    nesting: int = 0
    points: int = 0  # if it is part of an introspection
    introspection_points: int = 0
    selections: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0  # of its first level


def check_size(document: DocumentNode) -> None:
    """Refuse a document in which any operation is too large. Raises Refused with LIMIT_EXCEEDED, naming the limit."""
    _check_names(document)
    measure = _Measure(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selection(definition.selection_set)
            own = len(definition.directives or ())
            _within("depth", size.depth, DEPTH)
            _within("introspection depth", size.introspection_depth, INTROSPECTION_DEPTH)
            _within("introspection points", size.introspection_points, INTROSPECTION_POINTS)
            _within("aliases", size.aliases, ALIASES)
            _within("root fields", size.fields, ROOT_FIELDS)
            _within("directives", size.directives + own, DIRECTIVES)
            _within("expanded selections", size.selections, SELECTIONS)


def too_many_tokens() -> Exception:
    """The refusal of a document with more than TOKENS lexical tokens."""
    return _exceeded("tokens", TOKENS)


def check_list(length: int, where: str, most: int = LIST_ITEMS) -> None:
    """Refuse a list argument that is too long; `where` names the variable or argument."""
    if length > most:
        raise refused(Code.LIMIT_EXCEEDED, f"{where} has more than {most} items.", limit="list items", most=most)


def too_long(where: str) -> Refused:
    """The refusal of a text of more than TEXT_CHARACTERS; `where` names the variable, the argument or the literal."""
    message = f"{where} has more than {TEXT_CHARACTERS} characters."
    return refused(Code.LIMIT_EXCEEDED, message, limit="text", most=TEXT_CHARACTERS)


def check_steps(steps: int) -> None:
    """Refuse a document that would take more than STEPS statements."""
    _within("statements", steps, STEPS)


def check_cost(cost: int) -> None:
    """Refuse a request that would cost more than COST points."""
    _within("cost", cost, COST)


def _within(what: str, found: int, most: int) -> None:
    if found > most:
        raise _exceeded(what, most)


def _exceeded(what: str, most: int) -> Exception:
    return refused(Code.LIMIT_EXCEEDED, f"The document exceeds the limit of {most} for {what}.", limit=what, most=most)


def _check_names(document: DocumentNode) -> None:
    names = {*_names(document)}
    _within("characters of a name", max(map(len, names), default=0), NAME_CHARACTERS)
    digits = map(len, _DIGITS.findall(" ".join(names)))
    _within("digits in a row of a name", max(digits, default=0), NAME_DIGITS)


def _names(document: DocumentNode) -> Iterator[str]:
    """Every name of a document, whatever it names."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.NAME:
            yield token.value or ""
        token = token.next


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
        columns: Any = zip(*[self._part(node, level) for node in selection_set.selections], strict=True)
        inner: Any = Size(*columns)
        return Size(
            depth=max(inner.depth),
            introspection_depth=max(inner.introspection_depth),
            nesting=1 + max(inner.nesting),
            points=min(sum(inner.points), INTROSPECTION_POINTS + 1),
            introspection_points=min(sum(inner.introspection_points), INTROSPECTION_POINTS + 1),
            selections=min(sum(inner.selections), SELECTIONS + 1),
            aliases=min(sum(inner.aliases), ALIASES + 1),
            directives=min(sum(inner.directives), DIRECTIVES + 1),
            fields=min(sum(inner.fields), ROOT_FIELDS + 1),
        )

    def _part(self, node: object, level: int) -> Size:
        if isinstance(node, FieldNode):
            return self._field(node, level)
        if isinstance(node, FragmentSpreadNode):
            return _with_directives(self._fragment(node.name.value, level), node)
        assert isinstance(node, InlineFragmentNode)
        return _with_directives(self.selection(node.selection_set, level + 1), node)

    def _field(self, node: FieldNode, level: int) -> Size:
        inner = self.selection(node.selection_set, level + 1)
        name = node.name.value
        is_introspection = name.startswith("__") and name != "__typename"
        deepest = max(inner.depth, inner.introspection_depth)
        points = 1 + int(ASSUMED_ENTRIES.get(name, 1) * inner.points)
        return Size(
            depth=0 if is_introspection else inner.depth + (name not in PAGING),
            introspection_depth=1 + deepest if is_introspection else inner.introspection_depth,
            nesting=inner.nesting,
            points=points,
            introspection_points=points if is_introspection else inner.introspection_points,
            selections=1 + inner.selections,
            aliases=inner.aliases + (node.alias is not None),
            directives=inner.directives + len(node.directives or ()),
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


def _with_directives(size: Size, node: FragmentSpreadNode | InlineFragmentNode) -> Size:
    return size._replace(directives=size.directives + len(node.directives)) if node.directives else size
