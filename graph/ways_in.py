"""What stops a root field from being opened: whatever it searches by must be an argument and a right, said once.

A part of conflicts.py. A comparison that is not said is a lookup that nobody needs, and an argument that is compared
with nothing is an answer wider than what was asked.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLNonNull, get_named_type, is_input_object_type

from domains.kit.queries import Match, Matches, Root, Way
from domains.kit.rights import Right, columns_of, matches_of, searched
from domains.kit.scopes import snake
from graph.composed import Composed

PAGING = frozenset({"first", "after"})
SEARCHES = (Way.HITS, Way.PAGE, Way.VERIFIED)


def conflicts(composed: Composed, where: str, root: object, field: Any) -> Iterator[str]:
    """One sentence for each thing that is wrong with a root field."""
    if not isinstance(root, Root):
        yield f"NO_BINDING: {where} does not say how it is answered"
        return
    if isinstance(field.type, GraphQLNonNull):
        yield f"NOT_NULLABLE: {where} must be nullable: there may be nobody"
    yield from _arguments(where, root, field)
    yield from _columns(composed, where, root)
    yield from _rows(composed, where, root, field)


def _arguments(where: str, root: Root, field: Any) -> Iterator[str]:
    """Its arguments are those it is answered by, no more and no less."""
    given = {snake(name): argument for name, argument in field.args.items()}
    if root.way in SEARCHES:
        paging = PAGING if root.way is Way.PAGE else frozenset()
        for name in paging - given.keys():
            yield f"ARGUMENTS: {where} is a page and takes no {name}"
        yield from _compared(where, root.by, {name: given[name] for name in given.keys() - paging})
    elif len(given) != (root.way is not Way.SELF):
        yield f"ARGUMENTS: {where} takes {len(given)} arguments and is answered by {int(root.way is not Way.SELF)}"


def _compared(where: str, by: Matches, given: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(by.keys() ^ given.keys()):
        what = "compares no column with it" if name in given else "takes no such argument"
        yield f"ARGUMENTS: {where} names {name} and {what}"
    for name in sorted(by.keys() & given.keys()):
        inside, type_ = by[name], get_named_type(given[name].type)
        if not isinstance(inside, Match) and is_input_object_type(type_):
            yield from _compared(where, inside, {snake(part): field for part, field in type_.fields.items()})


def _columns(composed: Composed, where: str, root: Root) -> Iterator[str]:
    """Each column it searches by is published by one field, whose lookup it then demands."""
    if root.way in SEARCHES and not [*matches_of(root.by)]:
        yield f"UNSAID_LOOKUP: {where} searches by nothing"
    if root.way is Way.VERIFIED:
        return
    if any(not match.reads for match in matches_of(root.by)):
        yield f"UNSAID_LOOKUP: {where} compares something and does not say which field it reads"
    for column in searched(root):
        fields = [right.coordinate for right in _publishing(composed, column)]
        if not fields:
            yield f"UNSAID_LOOKUP: {where} searches by {column}, which no field publishes; name one with `of`"
        elif len(fields) > 1:
            yield f"UNSAID_LOOKUP: {where} searches by {column}, which {' and '.join(sorted(fields))} publish"


def _publishing(composed: Composed, column: object) -> Iterator[Right]:
    for made in composed.made.values():
        if made.right is not None and any(each is column for each in columns_of(made.binding)):
            yield made.right


def _rows(composed: Composed, where: str, root: Root, field: Any) -> Iterator[str]:
    """Its rows are under the rules of their domain, and people are found by something that must be given."""
    rights = (composed.published.get(column) for column in searched(root))
    is_guarded = root.way is Way.VERIFIED or any(right and not right.data_class.is_public for right in rights)
    if is_guarded and root.source not in composed.stated_tables:
        yield f"NO_ROW_RULE: {where} searches {root.source}, which its domain's rules do not mention"
    required = (name for name, argument in field.args.items() if isinstance(argument.type, GraphQLNonNull))
    if root.way in SEARCHES and root.source in composed.rows and not root.by.keys() & {*map(snake, required)}:
        yield f"UNSAID_LOOKUP: {where} finds people by nothing where its arguments are left out"
