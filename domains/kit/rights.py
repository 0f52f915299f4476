"""What reading a field takes, derived from its declaration and written where people and routers look for it.

From one data class come the scope's name, the `@requiresScopes` directive and a sentence in the description; from a
root field's matches, the sentence that says which lookups it demands. Nothing is typed by hand (docs/decisions/0004).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from strawberry.federation.schema_directives import RequiresScopes
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from domains.kit.classes import DataClass
from domains.kit.fields import Composite, Leaf, Link, Listed, OpenKey, Parts, Relation, binding_of
from domains.kit.queries import Match, Matches, Root, Way
from domains.kit.scopes import Verb, field_scope, type_scope


@dataclass(frozen=True, slots=True)
class Right:
    """One guarded or public field: its coordinate, and the scope for doing something with it."""

    domain: str
    type_name: str
    field_name: str
    data_class: DataClass

    @property
    def coordinate(self) -> str:
        """Schema coordinate, e.g. `Citizen.fullName`."""
        return f"{self.type_name}.{self.field_name}"

    def scope(self, verb: Verb = Verb.READ) -> str:
        """Name of the scope, e.g. `identity:citizen.full_name:read`."""
        return field_scope(self.domain, self.type_name, self.field_name, verb)


Published = Mapping[ColumnElement[Any], Right]


def data_class_of(field: StrawberryField | None) -> DataClass | None:
    """The declared data class; None: the field takes its parent's right, or demands lookups (root fields)."""
    binding = binding_of(field)
    return None if binding is None or isinstance(binding, Root) else binding.data_class


def published(domain: str, definitions: Iterable[StrawberryObjectDefinition]) -> Published:
    """Which field publishes each column; what a lookup by that column is a right to."""
    return {
        expression: Right(domain, definition.name, to_camel_case(field.python_name), field_class)
        for definition in definitions
        for field in definition.fields
        if (field_class := data_class_of(field)) is not None
        for expression in columns_of(binding_of(field))
    }


def matches_of(by: Matches) -> Iterator[Match]:
    """All matches, those inside the members of an input included."""
    for match in by.values():
        if isinstance(match, Match):
            yield match
        else:
            yield from matches_of(match)


def searched(root: Root) -> list[ColumnElement[Any]]:
    """The published columns that a root field may search by."""
    if root.way in (Way.ONE, Way.EACH) and root.key is not None:
        return [root.key]
    return list(dict.fromkeys(column for match in matches_of(root.by) for column in match.reads))


def describe_rights(domain: str, definitions: Sequence[StrawberryObjectDefinition]) -> None:
    """Add to every field its directive and, to its description, what it takes to read it."""
    by_column = published(domain, definitions)
    for definition in definitions:
        for field in definition.fields:
            binding = binding_of(field)
            if isinstance(binding, Root):
                _add(field, _demand(domain, binding, by_column))
            elif binding is not None and not isinstance(binding, OpenKey):
                _describe(Right(domain, definition.name, to_camel_case(field.python_name), binding.data_class), field)


def _describe(right: Right, field: StrawberryField) -> None:
    if right.data_class.is_public:
        _add(field, f"Public: {right.data_class.reason}")
        return
    field.directives = [*field.directives, RequiresScopes(scopes=[[right.scope()]])]
    _add(field, f"{right.data_class.name.capitalize()} personal data. Requires scope `{right.scope()}`.")
    if _is_dated(field):
        _add(field, f"A day other than today requires scope `{right.scope(Verb.HISTORY)}` as well.")


def _is_dated(field: StrawberryField) -> bool:
    binding = binding_of(field)
    return isinstance(binding, Relation) and binding.as_of is not None


def _demand(domain: str, root: Root, by_column: Published) -> str:
    if root.way is Way.SELF:
        return "Demands a token that speaks for a citizen."
    if root.way is Way.VERIFIED:
        return f"Demands `{type_scope(domain, root.verifies, Verb.VERIFY)}`."
    rights = [by_column[column] for column in searched(root) if column in by_column]
    scopes = [right.scope(Verb.LOOKUP) for right in rights if not right.data_class.is_public]
    return f"Demands {', '.join(f'`{scope}`' for scope in scopes)} as far as used." if scopes else "Demands no lookup."


def _add(field: StrawberryField, sentence: str) -> None:
    field.description = f"{field.description}\n\n{sentence}" if field.description else sentence


def columns_of(binding: object) -> Iterator[ColumnElement[Any]]:
    """The columns that a field publishes."""
    match binding:
        case Leaf(expression=expression):
            yield expression
        case Composite(parts=parts):
            yield from _parts(parts)
        case Link(keys=keys):
            yield from keys.values()
        case Relation() | OpenKey():
            return


def _parts(parts: Parts) -> Iterator[ColumnElement[Any]]:
    for part in parts.values():
        if isinstance(part, Mapping):
            yield from _parts(part)
        elif isinstance(part, Listed):
            yield from part.by
        else:
            yield part
