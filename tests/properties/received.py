"""What PostgreSQL really received: its own log of statements, parsed by its own grammar.

`log_statement` is set for the databases of these properties alone. A statement is told apart from others' by the
server's process that ran it; what a statement reads is told from its syntax tree, not from what wrote it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from pglast import ast, parse_sql

from graph.composed import Composed
from tests.properties.bindings import ColumnName

LOGGED = re.compile(
    r"^\S+ \S+ \S+ \[(?P<pid>\d+)\] LOG:  execute [^:]*: (?P<sql>.*?)(?=^\S+ \S+ \S+ \[\d+\] |\Z)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reads:
    """The columns of one statement: of its select lists, and everywhere else."""

    selected: frozenset[ColumnName]
    elsewhere: frozenset[ColumnName]


class ServerLog:
    """The log of a server, from now on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = path.stat().st_size

    def statements(self, processes: Collection[int]) -> Sequence[str]:
        """The statements that these processes received since the last time."""
        with self._path.open("rb") as log:
            log.seek(self._read)
            text = log.read()
        self._read += len(text)
        found = LOGGED.finditer(text.decode())
        return [match["sql"].rstrip() for match in found if int(match["pid"]) in processes]


async def log_statements(url: str) -> None:
    """Have the server log whatever is sent to this database from the next connection on."""
    connection = await asyncpg.connect(dsn=url)
    try:
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
    finally:
        await connection.close()


@cache
def reads(sql: str) -> Reads:
    """What a statement reads."""
    selected, elsewhere = set[ColumnName](), set[ColumnName]()
    for statement in parse_sql(sql):
        for column, is_selected in _columns(statement.stmt, {}, is_selected=False):
            (selected if is_selected else elsewhere).add(column)
    return Reads(frozenset(selected), frozenset(elsewhere))


def of_registers(composed: Composed, statements: Iterable[str]) -> list[str]:
    """Without those by which the driver asks PostgreSQL about types and settings."""
    tables = {table.name for domain in composed.domains for table in domain.metadata.tables.values()}
    return [
        sql for sql in statements if any(table in tables for table, _ in reads(sql).selected | reads(sql).elsewhere)
    ]


def _columns(node: Any, tables: Mapping[str, str], *, is_selected: bool) -> Iterator[tuple[ColumnName, bool]]:
    """Every column of a table that a node names; a select list inside a select list counts as selected altogether."""
    if isinstance(node, tuple | list):
        for item in node:
            yield from _columns(item, tables, is_selected=is_selected)
    elif isinstance(node, ast.SelectStmt):
        inner = {**tables, **dict(_tables(node.fromClause))}
        yield from _columns(node.targetList, inner, is_selected=True)
        for name in node:
            if name != "targetList":
                yield from _columns(getattr(node, name), inner, is_selected=is_selected)
    elif isinstance(node, ast.ColumnRef):
        yield from _column(node, tables, is_selected=is_selected)
    elif isinstance(node, ast.Node):
        for name in node:
            yield from _columns(getattr(node, name), tables, is_selected=is_selected)


def _column(node: ast.ColumnRef, tables: Mapping[str, str], *, is_selected: bool) -> Iterator[tuple[ColumnName, bool]]:
    names = [field.sval if isinstance(field, ast.String) else "*" for field in node.fields]
    if len(names) == 1:  # not qualified: of any table in sight
        for table in tables.values():
            yield (table, names[0]), is_selected
    elif names[0] in tables:
        yield (tables[names[0]], names[1]), is_selected


def _tables(node: Any) -> Iterator[tuple[str, str]]:
    """The tables of a FROM clause by the name under which the statement knows them."""
    if isinstance(node, tuple | list):
        for item in node:
            yield from _tables(item)
    elif isinstance(node, ast.RangeVar):
        yield (node.alias.aliasname if node.alias else node.relname), node.relname
    elif isinstance(node, ast.JoinExpr):
        yield from _tables((node.larg, node.rarg))
