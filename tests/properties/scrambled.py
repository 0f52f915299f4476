"""The second nation: the first one, but for everything that the holder of some grants may not learn.

Columns that can neither be read nor searched by get other values, nulls included; of the rows that row rules hide from
the holder, half are gone and half are changed in every column. What stays is what an answer may rest on: readable
columns and what readable facts are derived from, granted lookups, keys, surrogates and rule columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, Boolean, Column, Date, Integer, Numeric, bindparam

from domains.kit.fields import Relation
from domains.kit.queries import Match, Root, Way
from domains.kit.rights import matches_of
from domains.kit.rules import OtherRows
from domains.kit.scopes import Verb, type_scope
from graph.composed import Composed
from tests.properties import bindings
from tests.properties.bindings import ColumnName
from tests.properties.eyes import Eyes
from tests.properties.grants import Grants
from tests.properties.nation import Nation, Row

NUMBER = "abs(hashtext({key} || '{salt}'))"


def kept(composed: Composed, grants: Grants) -> frozenset[ColumnName]:
    """The columns on which an answer to the holder of these grants may rest."""
    return (
        frozenset().union(
            *(_of_field(made.binding) for made in composed.made.values() if _is_readable(made, grants)),
            *(_of_root(composed, made, grants) for made in composed.made.values() if isinstance(made.binding, Root)),
        )
        | rule_columns(composed)
        | keys(composed)
    )


def keys(composed: Composed) -> frozenset[ColumnName]:
    """Primary keys, surrogates, and the columns that say whose row it is."""
    tables = [table for domain in composed.domains for table in domain.metadata.tables.values()]
    found = {(table.name, column.name) for table in tables for column in table.primary_key}
    found |= {(table.name, "surrogate") for table in tables if "surrogate" in table.c}
    for rows in composed.rows.values():
        found |= bindings.columns(*(about.person for about in (rows, rows.relative, rows.others) if about is not None))
        if rows.otherwise is not None:
            found |= bindings.columns(rows.otherwise.key)
    return frozenset(found)


def rule_columns(composed: Composed) -> frozenset[ColumnName]:
    """What row rules compare."""
    places = [rows.commune for domain in composed.domains for rows in domain.rows if isinstance(rows, OtherRows)]
    both = [about for rows in composed.rows.values() for about in (rows, rows.relative) if about is not None]
    others = [rows.others for rows in composed.rows.values() if rows.others is not None]
    return bindings.columns(
        *(column for about in both for column in (about.residence_commune, about.protected, about.person)),
        *(place for place in places if place is not None),
        *(column for other in others for column in (other.shared, other.key, other.person)),
    )


async def scramble(composed: Composed, nation: Nation, urls: Mapping[str, str], grants: Grants) -> None:
    """Change the copy of the nation at `urls`."""
    stays, public = kept(composed, grants), kept(composed, replace(grants, scopes=frozenset()))
    eyes = [Eyes(composed, nation, holder) for holder in grants.holders()]
    for domain in composed.domains:
        connection = await asyncpg.connect(dsn=urls[domain.name])
        try:
            for table in domain.metadata.tables.values():
                if table in nation.tables:
                    await _scramble_columns(connection, table, stays)
                    if table in composed.rows:
                        await _scramble_hidden(connection, table, nation, eyes, grants, stays & _fixed(composed))
                    elif eyes[0].place(table) is not None:
                        await _scramble_elsewhere(connection, table, nation, eyes, grants, public)
        finally:
            await connection.close()


def _fixed(composed: Composed) -> frozenset[ColumnName]:
    return keys(composed) | rule_columns(composed)


async def _scramble_columns(connection: Any, table: Any, stays: frozenset[ColumnName]) -> None:
    """In all rows."""
    changed = [column for column in table.c if (table.name, column.name) not in stays]
    if changed:
        await connection.execute(f"UPDATE {table.name} SET {_others(table, changed)}")


async def _scramble_elsewhere(
    connection: Any, table: Any, nation: Nation, eyes: Sequence[Eyes], grants: Grants, public: frozenset[ColumnName]
) -> None:
    """The guarded columns of rows about nobody that lie outside the jurisdiction of everybody with these grants."""
    some_scope = sorted(grants.scopes)[:1]
    outside = [
        row
        for row in nation.tables[table].all
        if not any(one.reach(some_scope).communes and one.sees(table, row, some_scope, opened=True) for one in eyes)
    ]
    changed = [column for column in table.c if (table.name, column.name) not in public]
    if changed and not grants.reach.everywhere:
        await _where(connection, table, outside, f"UPDATE {table.name} SET {_others(table, changed)}")


async def _scramble_hidden(
    connection: Any, table: Any, nation: Nation, eyes: Sequence[Eyes], grants: Grants, stays: frozenset[ColumnName]
) -> None:
    """In the rows that nobody with these grants is shown: half of them are gone, half of them are others."""
    opened, some_scope = eyes[0].composed.rows[table].shown_by_key, sorted(grants.scopes)[:1]
    hidden = [
        row
        for row in nation.tables[table].all
        if not any(one.sees(table, row, some_scope, opened=opened) for one in eyes)
    ]
    await _where(connection, table, hidden[::2], f"DELETE FROM {table.name}")
    changed = [column for column in table.c if (table.name, column.name) not in stays]
    if changed:
        await _where(connection, table, hidden[1::2], f"UPDATE {table.name} SET {_others(table, changed)}")


async def _where(connection: Any, table: Any, rows: Sequence[Row], statement: str) -> None:
    key = [*table.primary_key]
    types = ["text" if column.type.python_type is str else "bigint" for column in key]
    arrays = ", ".join(f"${place}::{type_}[]" for place, type_ in enumerate(types, 1))
    names = ", ".join(column.name for column in key)
    values = [[row[column] for row in rows] for column in key]
    await connection.execute(f"{statement} WHERE ({names}) IN (SELECT * FROM unnest({arrays}))", *values)


def _others(table: Any, columns: Iterable[Column[Any]]) -> str:
    key = " || ".join(f"{column.name}::text" for column in table.primary_key)
    return ", ".join(f"{column.name} = {_other(column, key)}" for column in columns)


def _other(column: Column[Any], key: str) -> str:
    """Another value for a column; where there was none there is one, and half of the others become null."""
    number = NUMBER.format(key=key, salt=column.name)
    other = _of_type(column, number)
    if not column.nullable:
        return other
    return f"CASE WHEN {column.name} IS NULL OR {number} % 2 = 0 THEN {other} END"


def _of_type(column: Column[Any], number: str) -> str:
    match column.type:
        case Date():
            return f"date '1901-01-01' + {number} % 9000"
        case Boolean():
            return f"NOT coalesce({column.name}, false)"
        case Integer():
            return f"({number} % 9000 + 20000)"
        case Numeric():
            return f"({number} % 900) / 10.0"
        case ARRAY():
            return "'{~~}'"
    return f"'~' || {number}"


# --- what the grants let an answer rest on ---------------------------------------------------------------------------


def _is_readable(made: Any, grants: Grants) -> bool:
    return made.right is not None and (made.right.data_class.is_public or made.right.scope() in grants.scopes)


def _of_field(binding: Any) -> frozenset[ColumnName]:
    found = bindings.columns(*bindings.written(binding))
    return found | bindings.columns(*bindings.related(binding)) if isinstance(binding, Relation) else found


def _of_root(composed: Composed, made: Any, grants: Grants) -> frozenset[ColumnName]:
    """What a root field compares by itself, and each of its arguments that may be used to search."""
    root: Root = made.binding
    found = bindings.columns(*bindings.searched(root))
    if root.way is Way.VERIFIED and type_scope(made.domain, root.verifies, Verb.VERIFY) not in grants.scopes:
        return found
    for match in matches_of(root.by):
        if root.way is Way.VERIFIED or _is_searchable(composed, match, grants):
            found |= bindings.columns(match.condition(bindparam("given", type_=match.parameter)))
    return found


def _is_searchable(composed: Composed, match: Match, grants: Grants) -> bool:
    rights = [composed.published[column] for column in match.reads]
    return all(right.data_class.is_public or right.scope(Verb.LOOKUP) in grants.scopes for right in rights)
