"""Types whose fields are columns: read once from the tables, described by the columns' own comments.

    agency: ID = of(agencies.c.agency)          in a type
    made(Agency, row)                           from any row that holds those columns, joined or not

So what a field means is said in one place, where the column is declared.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from sqlalchemy import Column, ColumnElement, Row, Select, false, true
from sqlalchemy.ext.asyncio import AsyncEngine
from strawberry.types.base import get_object_definition

from office import limits
from office.errors import Code, not_answered
from office.visitor import Visitor

T = TypeVar("T")
COLUMN, AS = "column", "as"
LARGEST = 2**63 - 1


def of(column: "Column[Any]", convert: Callable[[Any], Any] | None = None, *, name: str | None = None) -> Any:
    """A field that is this column; `convert` makes the field's value of what is not null."""
    said = {COLUMN: column, AS: convert or (lambda value: value)}
    return strawberry.field(description=column.comment, name=name, metadata=said)


def made(cls: type[T], row: "Row[Any]", **others: Any) -> T:
    """An object of a type from a row; `others` are the fields that are no columns of it, or are withheld."""
    values = dict(others)
    for field in get_object_definition(cls, strict=True).fields:
        if COLUMN in field.metadata and field.python_name not in others:
            value = row._mapping[field.metadata[COLUMN]]  # noqa: SLF001 -- SQLAlchemy's public name for it
            values[field.python_name] = None if value is None else field.metadata[AS](value)
    return cls(**values)


async def fetch(engine: AsyncEngine, statement: "Select[Any]") -> "list[Row[Any]]":
    """The rows of a statement that changes nothing."""
    async with engine.connect() as connection:
        return list((await connection.execute(statement)).all())


def own(visitor: Visitor, agency: "Column[str]") -> "ColumnElement[bool]":
    """Which rows a visitor may see by whose they are: officers all, a client its own agency's, anybody else none."""
    if visitor.sees_all:
        return true()
    return agency == visitor.agency if visitor.agency is not None else false()


def number(given: str) -> int:
    """The number behind an ID, or BAD_USER_INPUT."""
    if given.isascii() and given.isdecimal() and len(given) < 20 and int(given) <= LARGEST:
        return int(given)
    raise not_answered(Code.BAD_USER_INPUT, "An ID is not a number that was given out here.")


def word(given: str) -> str:
    """A name to look for, or BAD_USER_INPUT: what no name of ours can hold is not sent to the database."""
    if len(given) <= limits.NAME and given.isprintable():
        return given
    raise not_answered(Code.BAD_USER_INPUT, f"A name has up to {limits.NAME} letters that can be printed.")


def page_size(first: int) -> int:
    """How many entries were asked for, or LIMIT_EXCEEDED."""
    if 1 <= first <= limits.PAGE:
        return first
    message = f"first must be from 1 to {limits.PAGE}."
    raise not_answered(Code.LIMIT_EXCEEDED, message, limit="page", most=limits.PAGE)
