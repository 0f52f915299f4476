"""What fields are made of, seen from their declarations alone: the SQL expressions of each, and the columns in them.

The properties rest on this and on the schema; nothing here asks the planner.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import get_named_type
from sqlalchemy import Column
from sqlalchemy.sql.visitors import iterate

from domains.kit.fields import Composite, Leaf, Link, Listed, OpenKey, Relation
from domains.kit.queries import Root
from graph.composed import Composed

Coordinate = tuple[str, str]  # type and field
ColumnName = tuple[str, str]  # table and column


def written(binding: Any) -> Iterator[Any]:
    """The expressions over its own row that a field shows or stands on."""
    match binding:
        case Leaf():
            yield binding.expression
        case Composite():
            yield binding.present
            yield from parts(binding.parts)
        case Link():
            yield from binding.keys.values()
        case Relation():
            if binding.on is not None:
                yield binding.on
        case Root() | OpenKey():
            return


def related(relation: Relation) -> Iterator[Any]:
    """The expressions over the rows that a relation finds."""
    yield relation.by
    if relation.key is not None:
        yield relation.key
    yield from conditions(relation)


def conditions(relation: Relation) -> Iterator[Any]:
    """What a relation compares on the rows that it finds, their keys apart."""
    yield from relation.where
    if relation.as_of is not None:
        yield relation.as_of.since
        yield relation.as_of.until


def searched(root: Root) -> Iterator[Any]:
    """The expressions over the rows that a root field finds, its arguments apart."""
    yield from root.where
    if root.key is not None:
        yield root.key


def target_of(composed: Composed, coordinate: Coordinate) -> str:
    """The type that a field leads to; of a connection, that of its nodes."""
    type_: Any = composed.schema.type_map[coordinate[0]]
    named: Any = get_named_type(type_.fields[coordinate[1]].type)
    if "edges" in getattr(named, "fields", ()):
        edge: Any = get_named_type(named.fields["edges"].type)
        named = get_named_type(edge.fields["node"].type)
    return str(named.name)


def parts(of: Mapping[str, Any]) -> Iterator[Any]:
    """The expressions of a value, those of values inside it included."""
    for part in of.values():
        if isinstance(part, Mapping):
            yield from parts(part)
        elif isinstance(part, Listed):
            yield from part.by
        else:
            yield part


def columns(*expressions: Any) -> frozenset[ColumnName]:
    """The stored columns that expressions read."""
    return frozenset(
        (element.table.name, element.name)
        for expression in expressions
        for element in iterate(expression)
        if isinstance(element, Column) and element.table is not None
    )


def by_table(composed: Composed) -> Mapping[Any, list[Any]]:
    """Every column of the tables that are published, and every expression that a binding or a row rule writes."""
    found: dict[Any, dict[Any, None]] = {}

    def add(table: Any, *expressions: Any) -> None:
        found.setdefault(table, dict.fromkeys(table.c)).update(dict.fromkeys(expressions))

    for made in composed.made.values():
        match made.binding:
            case Root() as root:
                add(root.source, *searched(root))
            case Relation() as relation:
                add(relation.by.table, *related(relation))
        if made.origin is not None and made.origin.source is not None:
            add(made.origin.source, *written(made.binding))
    return {table: [*expressions] for table, expressions in found.items()}
