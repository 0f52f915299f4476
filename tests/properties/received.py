"""What PostgreSQL really received: its own log of statements, parsed.

`log_statement` is set for the databases of these properties alone. A statement is told apart from others' by the
server's process that ran it; what a statement reads is told from its syntax tree, not from what wrote it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg
from sqlglot import exp, parse_one

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


def of_registers(composed: Composed, statements: Iterable[str]) -> list[str]:
    """Without those by which the driver asks PostgreSQL about types and settings."""
    tables = [table.name for domain in composed.domains for table in domain.metadata.tables.values()]
    named = re.compile(rf"\b(?:{'|'.join(tables)})\b")
    return [sql for sql in statements if named.search(sql)]


@cache
def reads(sql: str) -> Reads:
    """What a statement reads; a select list inside a select list counts as selected altogether."""
    statement = parse_one(sql, read="postgres")
    tables = {table.alias_or_name: table.name for table in statement.find_all(exp.Table)}
    selected, elsewhere = set[ColumnName](), set[ColumnName]()
    for column in statement.find_all(exp.Column):
        found = {(table, column.name) for table in _tables_of(column, tables)}
        (selected if _is_selected(column) else elsewhere).update(found)
    if any(_is_selected(star) for star in statement.find_all(exp.Star)):
        selected.update((table, "*") for table in tables.values())
    return Reads(frozenset(selected), frozenset(elsewhere))


def _tables_of(column: exp.Column, tables: Mapping[str, str]) -> Iterable[str]:
    """The table of a column; any table in sight where it is not said, none where it is of a subquery's making."""
    if not column.table:
        return tables.values()
    return [tables[column.table]] if column.table in tables else []


def _is_selected(node: exp.Expr) -> bool:
    while (parent := node.parent) is not None:
        if isinstance(parent, exp.Select) and node.arg_key == "expressions":
            return True
        node = parent
    return False
