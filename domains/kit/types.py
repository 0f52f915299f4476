"""How a domain's author writes a type: an entity it owns, a part it adds to somebody else's, a record, a value.

Each decorator makes a Strawberry federation type and notes, on the class, which table its columns come from. A guarded
key joins by a sealed reference (docs/decisions/0009): the type then gets the inaccessible field `ref` in the subgraph,
and the key itself is an ordinary guarded field of the owner alone.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import ColumnElement, FromClause
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet
from strawberry.types.base import StrawberryObjectDefinition

from domains.kit import weights
from domains.kit.fields import (
    Leaf,
    OpenKey,
    binding_of,
    column,
    derived,
    link,
    link_any,
    open_key,
    relation,
    value,
)

T = TypeVar("T", bound=type)
SEALED_KEY = "ref"
ORIGIN = "__lienthong__"


@dataclass(frozen=True, eq=False, slots=True)
class Origin:
    """Where the fields of a class come from.

    `key` is the GraphQL name of the entity's key field, None for records and values; `key_column` the column of
    `source` that holds it. `source` is None where a reference adds relations only. `owns`: this domain owns the entity.
    """

    key: str | None
    key_column: ColumnElement[Any] | None
    source: FromClause | None
    owns: bool
    is_value: bool = False
    joins_by: str = ""  # the field of the `@key` directive: the key itself, or the sealed reference


@dataclass_transform(kw_only_default=True, field_specifiers=(column, derived, value, link, link_any, relation))
def entity(*, key: str, table: FromClause) -> Callable[[T], T]:
    """An entity that this domain owns: one row of `table` per key."""
    return _keyed(key, table, owns=True)


@dataclass_transform(
    kw_only_default=True, field_specifiers=(column, derived, link, link_any, open_key, relation, value)
)
def reference(*, key: str, table: FromClause | None = None) -> Callable[[T], T]:
    """What this domain adds to an entity of another. `table`: its own row about the entity, if there is one."""
    return _keyed(key, table, owns=False)


@dataclass_transform(kw_only_default=True, field_specifiers=(column, derived, value, link, link_any, relation))
def record(*, table: FromClause) -> Callable[[T], T]:
    """Rows without an identity of their own outside this domain: a card, a residence, a right."""

    def decorate(cls: T) -> T:
        setattr(cls, ORIGIN, Origin(None, None, table, owns=True))
        return strawberry.federation.type(cls, description=inspect.getdoc(cls))

    return decorate


def value_type(cls: T) -> T:
    """A value, the same in every domain that uses it: an address, a share. Its fields take their parent's right."""
    setattr(cls, ORIGIN, Origin(None, None, None, owns=False, is_value=True))
    description = inspect.getdoc(cls)
    return strawberry.federation.type(cls, shareable=True, description=description, directives=[weights.FOLDED])


def queries(cls: T) -> T:
    """The root fields of a domain, each a decorated method of one class."""
    return strawberry.federation.type(cls, name="Query")


def origin_of(definition: StrawberryObjectDefinition) -> Origin | None:
    """What the decorator noted on the class, or None for types of the machinery."""
    origin = definition.origin.__dict__.get(ORIGIN)
    return origin if isinstance(origin, Origin) else None


def _keyed(key: str, table: FromClause | None, *, owns: bool) -> Callable[[T], T]:
    def decorate(cls: T) -> T:
        key_column = table.c[key] if table is not None else None
        joins_by = key if _publishes_key(cls, key) else SEALED_KEY
        setattr(cls, ORIGIN, Origin(key, key_column, table, owns, joins_by=joins_by))
        if joins_by == SEALED_KEY:
            _add_sealed_key(cls)
        description = inspect.getdoc(cls) if owns else None  # the owner describes an entity, for every register
        return strawberry.federation.type(cls, keys=[Key(fields=FieldSet(joins_by))], description=description)

    return decorate


def _publishes_key(cls: type, key: str) -> bool:
    """True where the class declares the key as a public field, which may then join subgraphs as it is."""
    binding = binding_of(cls.__dict__.get(key))
    return isinstance(binding, Leaf | OpenKey) and binding.data_class.is_public


def _add_sealed_key(cls: type) -> None:
    cls.__annotations__ = {SEALED_KEY: strawberry.ID, **cls.__annotations__}
    setattr(cls, SEALED_KEY, strawberry.federation.field(description="Sealed reference.", inaccessible=True))
