"""An invented nation in real databases, and the same rows as Python sees them.

Every expression that a binding or a row rule writes is selected once for every row, each by itself, so the reference
executor evaluates nothing and shares no statement with the planner.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import asyncpg as dialect

from domains.kit.fields import Link, Relation
from domains.kit.queries import Root
from graph.composed import Composed, Made
from tests.properties.bindings import Coordinate, by_table, target_of, written

CITIZENS = 1_500
SEED = 11

Row = Mapping[Any, Any]  # expression -> value

DIALECT: Any = dialect.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Rows:
    """All rows of a table, in the order of their surrogate."""

    all: Sequence[Row]
    _indexes: dict[Any, Mapping[Any, list[Row]]] = field(default_factory=dict)

    def by(self, expression: Any, key: Any) -> Sequence[Row]:
        """The rows on which `expression` equals `key`; null equals nothing."""
        index = self._indexes.get(expression)
        if index is None:
            found: defaultdict[Any, list[Row]] = defaultdict(list)
            for row in self.all:
                if row[expression] is not None:
                    found[row[expression]].append(row)
            index = self._indexes[expression] = found
        return index.get(key, ())


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Nation:
    """The rows of every table by table, and where they are stored."""

    urls: Mapping[str, str]
    tables: Mapping[Any, Rows]

    def values(self, expression: Any) -> list[Any]:
        """The distinct values of a column, without null."""
        rows = self.tables[expression.table].all
        return list(dict.fromkeys(row[expression] for row in rows if row[expression] is not None))

    def leads(self, composed: Composed, root: Root, row: Row, way: Sequence[Coordinate]) -> bool:
        """Whether following these fields from a root field's row comes to a value; row rules apart."""
        key = row[root.key]
        found: list[tuple[Any, Mapping[Any, Row]]] = [(key, {root.source: row})]
        for coordinate in way:
            if (made := composed.made[coordinate]).binding is not None:
                found = [next_ for key, rows in found for next_ in self._follow(composed, coordinate, made, key, rows)]
        return bool(found)

    def _follow(
        self, composed: Composed, coordinate: Coordinate, made: Made, key: Any, rows: Mapping[Any, Row]
    ) -> Iterator[tuple[Any, Mapping[Any, Row]]]:
        row: Row = {}
        if made.origin is not None and made.origin.source is not None:
            table = made.origin.source
            found = rows.get(table) or next(iter(self.tables[table].by(made.origin.key_column, key)), None)
            if found is None:
                return
            row = found
        match made.binding:
            case Link() as link:
                yield from ((row[column], {}) for column in link.keys.values() if row[column] is not None)
            case Relation() as relation:
                table = relation.by.table
                owner = composed.owner(target_of(composed, coordinate))
                shown = relation.key if relation.key is not None or owner is None else owner.key_column
                for one in self.tables[table].by(relation.by, row[relation.on] if relation.on is not None else key):
                    if all(one[condition] for condition in relation.where):
                        yield one.get(shown), {table: one}
            case _:
                if any(row.get(expression) is not None for expression in written(made.binding)):
                    yield key, rows


async def loaded(composed: Composed, urls: Mapping[str, str]) -> Nation:
    """The nation stored at `urls` (by domain)."""
    domain_of = {table: domain.name for domain in composed.domains for table in domain.metadata.tables.values()}
    connections = {name: await asyncpg.connect(dsn=urls[name]) for name in sorted({*domain_of.values()})}
    try:
        tables = {
            table: await _rows(connections[domain_of[table]], table, expressions)
            for table, expressions in by_table(composed).items()
        }
    finally:
        for connection in connections.values():
            await connection.close()
    return Nation(urls, tables)


def in_sql(statement: Any) -> str:
    """A statement as text, its constants written in."""
    return str(statement.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


async def _rows(connection: Any, table: Any, expressions: Sequence[Any]) -> Rows:
    labeled = [expression.label(f"e{place}") for place, expression in enumerate(expressions)]
    written = select(*labeled).select_from(table)
    if "surrogate" in table.c:
        written = written.order_by(table.c.surrogate)
    records = await connection.fetch(in_sql(written))
    return Rows([dict(zip(expressions, record, strict=True)) for record in records])
