"""SQL of the planned reads, written by SQLAlchemy Core once, when a plan is compiled, and run by asyncpg as it is.

Every statement names its columns: those asked for, and the keys to join, to page and to know whose data it is (law 3).
Lookups and row rules stand in WHERE only. A list of keys is one array parameter, so a statement is the same for any
number of people and any number of requests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Double,
    FromClause,
    Numeric,
    Select,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.visitors import replacement_traverse

from domains.kit.arrays import array_parameter
from domains.kit.fields import AsOf
from domains.kit.tables import PLAIN

KEYS, AFTER, LIMIT, DATE = "keys", "after", "limit", "as_of"

Columns = Sequence[ColumnElement[Any]]
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and the names of its parameters, in the order of `$1`, `$2`, ..."""

    sql: str
    parameters: tuple[str, ...]


def by_keys(
    source: FromClause, key: ColumnElement[Any], columns: Columns, conditions: Conditions, *, ordered: bool
) -> Statement:
    """Rows whose `key` is one of `keys`; the key stands first in each row. Lists are ordered by the surrogate."""
    found = select(key, *map(_sent, columns)).select_from(source).where(key == any_(_keys(key)), *conditions)
    return _written(found.order_by(_surrogate(source)) if ordered else found)


def page_by_keys(source: FromClause, key: ColumnElement[Any], columns: Columns, conditions: Conditions) -> Statement:
    """The same, at most `limit` rows after the surrogate `after` for each key, in one statement."""
    keys = func.unnest(_keys(key)).table_valued("key", name="keys").render_derived()
    rows = (
        select(*(column.label(f"c{place}") for place, column in enumerate((key, *map(_sent, columns)))))
        .select_from(source)
        .where(key == keys.c.key, *conditions)
        .where(_surrogate(source) > bindparam(AFTER, type_=BigInteger()))
        .order_by(_surrogate(source))
        .limit(bindparam(LIMIT, type_=BigInteger()))
        .correlate(keys)
        .lateral("page")
    )
    return _written(select(*rows.c).select_from(keys.join(rows, true())))


def matching(source: FromClause, columns: Columns, conditions: Conditions, *, paged: bool) -> Statement:
    """Rows that meet the conditions, at most `limit`; a page begins after the surrogate `after`."""
    found = select(*(map(_sent, columns) if columns else (true(),))).select_from(source).where(*conditions)
    if paged:
        found = found.where(_surrogate(source) > bindparam(AFTER, type_=BigInteger()))
    return _written(found.order_by(_surrogate(source)).limit(bindparam(LIMIT, type_=BigInteger())))


def valid_on(validity: AsOf, *, dated: bool) -> list[ColumnElement[bool]]:
    """Rows valid today, or on the date given as the parameter `as_of`."""
    day: Any = bindparam(DATE, type_=validity.since.type) if dated else func.current_date()
    return [validity.since <= day, (validity.until.is_(None)) | (validity.until > day)]


def _surrogate(source: FromClause) -> ColumnElement[int]:
    return source.c["surrogate"]


def _keys(key: ColumnElement[Any]) -> ColumnElement[Any]:
    return array_parameter(KEYS, key.type if key.type.python_type is not str else PLAIN)


def _written(statement: Select[Any]) -> Statement:
    fixed: Any = replacement_traverse(statement, {}, _constant)
    compiled = fixed.compile(dialect=_DIALECT)
    return Statement(str(compiled), tuple(compiled.positiontup or ()))


def _constant(element: Any, **_: Any) -> Any:
    """Constants of a derived fact are written into the SQL; only what a request brings stays a parameter."""
    if isinstance(element, BindParameter) and not element.required:
        return literal_column(
            str(element.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True})), element.type
        )
    return None


_DIALECT: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]


def _sent(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as it is sent: numeric as double precision, which is what JSON has."""
    return (
        cast(column, Double()) if isinstance(column.type, Numeric) and not isinstance(column.type, Double) else column
    )
