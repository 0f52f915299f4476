"""What a field is made of. A domain's types say it once, beside the field; everything else is derived from it.

Five kinds suffice: a column (or an SQL expression over the row), a value composed of several, a link to somebody by a
key that the row holds, a relation to rows that hold this object's key, and the same relation in pages. A reference to
somebody else's entity also names its key, where that is public. The constructors return Strawberry fields that carry
their binding as metadata; the graph reads it back when it composes the domains.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import Column, ColumnElement
from strawberry.types.field import StrawberryField

from domains.kit import weights
from domains.kit.classes import DataClass

FieldDecorator = Callable[[Callable[..., object]], StrawberryField]
BINDING = "lienthong"  # key of a field's metadata


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """One SQL expression over the row's own table: a column, or a fact derived from some."""

    expression: ColumnElement[Any]
    data_class: DataClass


@dataclass(frozen=True, eq=False, slots=True)
class Composite:
    """A value object folded into its parent's row; null where `present` is null.

    Its fields have no data class of their own: they take that of the field that returns the value.
    """

    parts: "Parts"
    present: ColumnElement[Any]
    data_class: DataClass


@dataclass(frozen=True, eq=False, slots=True)
class Listed:
    """What an official list says of the values in these columns, which are all that is read for it."""

    by: tuple[ColumnElement[Any], ...]
    says: Mapping[tuple[Any, ...], Any]


#: Python field name of the value type -> what it is made of; a mapping is a value inside the value.
Parts = Mapping[str, "ColumnElement[Any] | Listed | Parts"]


@dataclass(frozen=True, eq=False, slots=True)
class Link:
    """Somebody whose key this row holds: an entity, or a union of entities with one key column each."""

    keys: Mapping[str, ColumnElement[Any]]  # GraphQL type name -> column
    data_class: DataClass


@dataclass(frozen=True, slots=True)
class AsOf:
    """Rows with a validity: the field takes `asOf`, whose absence means today and whose presence needs `history`."""

    since: ColumnElement[Any]
    until: ColumnElement[Any]  # null: still valid; the day itself is no longer included


@dataclass(frozen=True, eq=False, slots=True)
class Relation:
    """Rows of the same database that hold this object's key in `by`, in the order of their surrogate.

    `on` is the column of this object's row to compare with; None: the entity's key. `key` is given where the rows
    stand for another entity: the column that holds its key. `at_most` is the largest size of the list, 1 for a
    single object; None: a connection, paged per parent.
    """

    by: ColumnElement[Any]
    data_class: DataClass
    on: ColumnElement[Any] | None
    key: ColumnElement[Any] | None
    where: tuple[ColumnElement[bool], ...]
    at_most: int | None
    as_of: AsOf | None


@dataclass(frozen=True, eq=False, slots=True)
class OpenKey:
    """The public key of another domain's entity: known from whoever refers to it, read from no row of this domain."""

    data_class: DataClass


Binding = Leaf | Composite | Link | Relation | OpenKey


def column(source: Column[Any], data_class: DataClass, *, description: str | None = None) -> Any:
    """A stored column, published. Its description is the column's comment unless another is given."""
    return _field(Leaf(source, data_class), description or source.comment)


def derived(expression: ColumnElement[Any], data_class: DataClass, description: str) -> Any:
    """A fact computed in SQL; what it reads stays in the database (law 3). A right of its own."""
    return _field(Leaf(expression, data_class), description)


def value(parts: Parts, data_class: DataClass, description: str, *, present: ColumnElement[Any]) -> Any:
    """A value object of this row: an address, a share."""
    return _field(Composite(parts, present, data_class), description)


def open_key(data_class: DataClass) -> Any:
    """The public key in a reference to another domain's entity; the owner describes it."""
    return _field(OpenKey(data_class), None)


def link(target: str, key: ColumnElement[Any], data_class: DataClass, description: str) -> Any:
    """The entity `target` (a GraphQL type name) whose key stands in the column `key` of this row."""
    return _field(Link({target: key}, data_class), description)


def link_any(keys: Mapping[str, ColumnElement[Any]], data_class: DataClass, description: str) -> Any:
    """One of several entities: the first whose key column is not null."""
    return _field(Link(dict(keys), data_class), description)


def relation(
    by: ColumnElement[Any],
    data_class: DataClass,
    description: str,
    *,
    at_most: int,
    on: ColumnElement[Any] | None = None,
    key: ColumnElement[Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> Any:
    """Rows that hold this object's key; see `Relation`. A list that can pass 100 is a `connection`."""
    return _field(Relation(by, data_class, on, key, where, at_most, None), description)


def dated(
    by: ColumnElement[Any],
    data_class: DataClass,
    *,
    at_most: int,
    as_of: AsOf,
    on: ColumnElement[Any] | None = None,
    key: ColumnElement[Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> FieldDecorator:
    """A relation valid on a date. Decorates a method that takes `as_of` and whose docstring is the description."""
    return _method(Relation(by, data_class, on, key, where, at_most, as_of), weights.related(at_most))


def connection(
    by: ColumnElement[Any],
    data_class: DataClass,
    *,
    on: ColumnElement[Any] | None = None,
    key: ColumnElement[Any] | None = None,
    where: tuple[ColumnElement[bool], ...] = (),
) -> FieldDecorator:
    """A relation in pages. Decorates a method that takes `first` and `after` and whose docstring is the description."""
    return _method(Relation(by, data_class, on, key, where, None, None), weights.related(None))


def binding_of(field: StrawberryField | None) -> Any:
    """The binding that a Strawberry field carries, or None."""
    return field.metadata.get(BINDING) if field is not None else None


def _field(binding: Binding, description: str | None) -> Any:
    return strawberry.field(description=description, metadata={BINDING: binding}, directives=_weights(binding))


def _weights(binding: Binding) -> Sequence[Any]:
    return weights.related(binding.at_most) if isinstance(binding, Relation) else ()


def _method(binding: object, directives: Sequence[Any] = ()) -> FieldDecorator:
    """The method is never called: the graph plans the field. Strawberry reads its signature, we its docstring."""

    def decorate(method: Callable[..., object]) -> StrawberryField:
        described = inspect.cleandoc(method.__doc__ or "")
        field: Any = strawberry.field(
            resolver=method, description=described, metadata={BINDING: binding}, directives=directives
        )
        assert isinstance(field, StrawberryField)
        return field

    return decorate
