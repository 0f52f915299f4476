"""A list as one parameter of a statement: the text of an array, which PostgreSQL reads once per execution.

asyncpg asks of every member of a list what it is, through abstract base classes, and twice: for a hundred keys that is
a quarter of what the whole statement costs. A text it sends as it is.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, cast, select
from sqlalchemy.types import TypeEngine


def array_parameter(name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """The parameter `name`, an `array_text`, as an array. A subquery, so that no row reads the text again."""
    array = ARRAY(type_)
    text = bindparam(name, type_=Text())
    return cast(select(cast(text, array).label(name)).scalar_subquery(), array)


def array_text(members: Iterable[Any]) -> str:
    """The members as the text of an array. Whatever a member holds, it stays that one member."""
    texts = [str(member) for member in members]
    inside = '","'.join(texts)
    if "\\" in inside or inside.count('"') != 2 * max(len(texts) - 1, 0):
        inside = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return f'{{"{inside}"}}' if texts else "{}"
