"""How a register's tables stand in its database: in one piece, in parts, or in parts on other servers.

The tables declared and the answers are the same. What differs is which statement finds rows by a list of keys with the
least work (statements.py). PostgreSQL looks into every part for a list that it learns when a statement runs, and into
one part for a key that a row brings. Parts on other servers are asked once for the whole list, not once for each key.
"""

from enum import Enum
from typing import Any

import asyncpg

_FOUND = """
    SELECT CASE WHEN count(*) = 0 THEN 'whole' WHEN bool_or(part.relkind = 'f') THEN 'spread' ELSE 'parted' END
    FROM pg_inherits i JOIN pg_class parent ON parent.oid = i.inhparent AND parent.relkind = 'p'
    JOIN pg_class part ON part.oid = i.inhrelid
    WHERE parent.relnamespace = 'public'::regnamespace
"""


class Layout(Enum):
    WHOLE = "whole"
    PARTED = "parted"  # `lienthong partition`
    SPREAD = "spread"  # foreign tables are parts


async def layout_of(connection: "asyncpg.Connection[Any]") -> Layout:
    """What the database says of itself."""
    return Layout(await connection.fetchval(_FOUND))
