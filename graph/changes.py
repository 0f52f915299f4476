"""What changed between two releases of the schema that agencies must be told.

A change breaks a query that was answered before, or it changes what a field takes: its data class, or the scopes that
its description names, which stand there by the same declaration by which they are enforced.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, find_breaking_changes, is_introspection_type

_DATA_CLASS = re.compile(r"\b(Basic|Sensitive) personal data\.|(?<!\S)(Public): ")
_SCOPE = re.compile(r"`([a-z0-9_:.]+:[a-z]+)`")
_MEMBER = re.compile(r"\b[A-Z]\w*\.\w+")
_TYPE = re.compile(r"\b(?!(?:A|An|Directive|Enum|Field|Standard|Type)\b)[A-Z]\w*")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One thing that agencies must be told, and of what."""

    coordinate: str
    what: str


@dataclass(frozen=True, slots=True)
class _Guard:
    """What a field's description says of its data and of what it takes."""

    data_class: str
    scopes: frozenset[str]


def to_be_told(before: str, after: str) -> list[Change]:
    """The changes from one schema in SDL to another."""
    old, new = build_schema(before), build_schema(after)
    broken = (_broken(change.description) for change in find_breaking_changes(old, new))
    return sorted({*broken, *_guards(old, new)})


def _broken(description: str) -> Change:
    """Of what: a member of a type where one is named, else the type named first."""
    member, type_ = _MEMBER.search(description), _TYPE.search(description)
    return Change(member[0] if member else type_[0] if type_ else "schema", description)


def _guards(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Change]:
    before, after = dict(_guarded(old)), dict(_guarded(new))
    for coordinate in before.keys() & after.keys():
        was, is_ = before[coordinate], after[coordinate]
        if was.data_class != is_.data_class:
            yield Change(coordinate, f"Its data class was {was.data_class} and is {is_.data_class}.")
        if was.scopes != is_.scopes:
            yield Change(coordinate, f"It took {_listed(was.scopes)} and takes {_listed(is_.scopes)}.")


def _guarded(schema: GraphQLSchema) -> Iterator[tuple[str, _Guard]]:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", _guard(field.description or "")


def _guard(description: str) -> _Guard:
    classes = _DATA_CLASS.search(description)
    data_class = (classes[1] or classes[2]).upper() if classes else "that of its object"
    return _Guard(data_class, frozenset(_SCOPE.findall(description)))


def _listed(scopes: frozenset[str]) -> str:
    return ", ".join(sorted(scopes)) or "no scope"
