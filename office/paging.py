"""Pages: so many entries after the one named, and the name from which the next page goes on."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import strawberry
from sqlalchemy import Column, Row, Select

from office.context import Info
from office.rows import fetch, number, page_size, word

T = TypeVar("T")


@strawberry.type(description="Some entries, and where the others are.")
class Page(Generic[T]):
    entries: list[T] = strawberry.field(description="At most as many as were asked for.")
    next: strawberry.ID | None = strawberry.field(description="For `after` of the next page; null: this is the last.")


def after_name(statement: "Select[Any]", column: "Column[str]", after: str | None) -> "Select[Any]":
    """The entries whose name comes later, in that order."""
    return (statement if after is None else statement.where(column > word(after))).order_by(column)


def after_number(statement: "Select[Any]", column: "Column[int]", after: str | None) -> "Select[Any]":
    """The entries whose number is lower, the latest first."""
    return (statement if after is None else statement.where(column < number(after))).order_by(column.desc())


async def page(
    info: Info, statement: "Select[Any]", first: int, read: "Callable[[Row[Any]], T]", key: "Column[Any]"
) -> Page[T]:
    """One page of an ordered statement; `key` is the column that it is ordered by."""
    size = page_size(first)
    rows = await fetch(info.context.engine, statement.limit(size + 1))
    last = rows[size - 1]._mapping[key] if len(rows) > size else None  # noqa: SLF001 -- SQLAlchemy's public name for it
    return Page(entries=[read(row) for row in rows[:size]], next=None if last is None else strawberry.ID(str(last)))
