"""Rows that a test writes itself, in a transaction that is taken back, and reads by statements of the kit."""

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import Column, Table

from domains.kit.arrays import array_text
from domains.kit.geometry import Box, Point
from domains.kit.statements import Statement

Connection: TypeAlias = "asyncpg.Connection[Any]"

FILLERS: Mapping[type, Any] = {str: "INVENTED", int: 1, bool: False, dt.date: dt.date(2020, 1, 1)}


@asynccontextmanager
async def taken_back(url: str) -> AsyncIterator[Connection]:
    """A connection whose writes are seen by itself only and vanish at the end."""
    connection = await asyncpg.connect(dsn=url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        yield connection
        await transaction.rollback()
    finally:
        await connection.close()


async def write(connection: Connection, table: Table, **given: Any) -> None:
    """One row; columns that are not given and cannot be null are filled."""
    row = {column.name: given.get(column.name, _filler(column)) for column in table.columns}
    assert given.keys() <= row.keys()
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places})", *row.values())


async def read(connection: Connection, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement for parameters by name."""
    sent = {name: array_text(value) if isinstance(value, list) else value for name, value in values.items()}
    return [tuple(row) for row in await connection.fetch(statement.sql, *(sent[name] for name in statement.parameters))]


def _filler(column: Column[Any]) -> Any:
    if column.name == "synthetic":
        return True
    if column.nullable:
        return None
    if isinstance(column.type, Point):
        return asyncpg.Point(0, 0)
    if isinstance(column.type, Box):
        return asyncpg.Box((0, 0), (0, 0))
    return FILLERS.get(column.type.python_type, 1)
