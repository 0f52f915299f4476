"""How a register's table stands in its database, in one piece or in parts, and the SQL that changes it.

Every table of a register is parted by the same rule: the hash of the column by which it is read, the first of its
primary key. So what belongs to one person, household, parcel or enterprise stands together. What the database says of a
table is all that is known of its layout: it is kept nowhere else.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import Table

WHOLE = 1  # parts of a table in one piece
OLD = "{}_before_move"

_STANDS = """
    SELECT c.relname AS name, pg_get_partkeydef(c.oid) AS parted_by, count(part.oid)::int AS parts,
        coalesce(bool_or(part.relkind = 'f'), false) AS is_elsewhere
    FROM pg_class c LEFT JOIN pg_inherits i ON i.inhparent = c.oid LEFT JOIN pg_class part ON part.oid = i.inhrelid
    WHERE c.oid = ANY($1::text[]::regclass[]) GROUP BY c.oid, c.relname
"""
_INDEXES = """
    SELECT c.relname AS name, con.conname IS NOT NULL AS is_constraint,
        coalesce(pg_get_constraintdef(con.oid), pg_get_indexdef(i.indexrelid)) AS definition,
        (SELECT attnum FROM pg_attribute WHERE attrelid = i.indrelid AND attname = $2)
            = ANY(i.indkey[0:i.indnkeyatts - 1]) AS has_key
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    LEFT JOIN pg_constraint con ON con.conindid = i.indexrelid AND con.conrelid = i.indrelid
    WHERE i.indrelid = $1::text::regclass ORDER BY con.contype NULLS LAST, c.relname
"""
_BELONGS = """
    SELECT pg_get_userbyid(relowner) AS owner, obj_description(oid, 'pg_class') AS comment,
        ARRAY(
            SELECT format('%s ON {} TO %s%s', privilege_type, coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC'),
                CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
            FROM aclexplode(relacl) WHERE grantee <> relowner
        ) AS granted,
        ARRAY(
            SELECT DISTINCT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')
            FROM pg_default_acl, aclexplode(defaclacl)
            WHERE defaclobjtype = 'r' AND grantee NOT IN (relowner, defaclrole)
        ) AS by_default
    FROM pg_class WHERE oid = $1::text::regclass
"""
_LOST = """
    SELECT what FROM (
        SELECT 'triggers', tgrelid FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT 'row security policies', polrelid FROM pg_policy
        UNION ALL SELECT 'row level security', oid FROM pg_class WHERE relrowsecurity OR relforcerowsecurity
        UNION ALL SELECT 'privileges on columns', attrelid FROM pg_attribute WHERE attacl IS NOT NULL
        UNION ALL SELECT 'settings of its storage', oid FROM pg_class WHERE reloptions IS NOT NULL
        UNION ALL SELECT 'identity columns', attrelid FROM pg_attribute WHERE attidentity <> ''
        UNION ALL SELECT 'rules', ev_class FROM pg_rewrite WHERE rulename <> '_RETURN'
        UNION ALL SELECT 'a publication', prrelid FROM pg_publication_rel
        UNION ALL SELECT 'foreign keys', conrelid FROM pg_constraint WHERE contype = 'f'
    ) AS found (what, of) WHERE of = $1::text::regclass LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A table of a register as its database has it."""

    name: str
    parted_by: str | None  # as PostgreSQL writes it: `HASH (pin)`
    parts: int
    is_elsewhere: bool  # a part is another server's

    def is_ours(self, key: str) -> bool:
        """In one piece, or in parts that `lienthong partition` made."""
        return self.parted_by in {None, f"HASH ({key})"} and not self.is_elsewhere


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a table has besides columns and rows."""

    owner: str
    comment: str | None
    granted: Sequence[str]
    by_default: Sequence[str]  # to whom a table made now would be granted something
    indexes: Sequence[Any]


def key_of(table: Table) -> str:
    """The column by whose hash a table is parted."""
    return next(iter(table.primary_key)).name


async def standing(connection: asyncpg.Connection, tables: Sequence[str]) -> list[Standing]:
    """How these tables stand, in their order."""
    found = {row["name"]: row for row in await connection.fetch(_STANDS, tables)}
    return [_standing(found[name]) for name in tables]


def _standing(row: Any) -> Standing:
    parts = row["parts"] if row["parted_by"] else WHOLE
    return Standing(row["name"], row["parted_by"], parts, row["is_elsewhere"])


async def belongings(connection: asyncpg.Connection, table: Table) -> Belongings:
    row = await connection.fetchrow(_BELONGS, table.name)
    assert row is not None
    indexes = await connection.fetch(_INDEXES, table.name, key_of(table))
    return Belongings(row["owner"], row["comment"], row["granted"], row["by_default"], indexes)


async def would_lose(connection: asyncpg.Connection, table: str) -> str | None:
    """What hangs on a table that an administrator made and a move would not take along."""
    lost: str | None = await connection.fetchval(_LOST, table)
    return lost


def moving(table: Table, has: Belongings, parts: int) -> Iterator[str]:
    """The statements that lay a table anew in so many parts, with its rows and all that it has."""
    name, old = table.name, OLD.format(table.name)
    yield f"ALTER TABLE {name} RENAME TO {old}"
    by = f" PARTITION BY HASH ({key_of(table)})" if parts > WHOLE else ""
    yield f"CREATE TABLE {name} (LIKE {old} INCLUDING ALL EXCLUDING INDEXES){by}"
    pieces = [f"{name}_{part}_of_{parts}" for part in range(parts)] if parts > WHOLE else []
    for part, piece in enumerate(pieces):
        yield f"CREATE TABLE {piece} PARTITION OF {name} FOR VALUES WITH (MODULUS {parts}, REMAINDER {part})"
    yield f"INSERT INTO {name} SELECT * FROM {old}"  # noqa: S608 - names of the metadata
    yield f"DROP TABLE {old}"
    unique = {str(index.name) for index in table.indexes if index.unique}
    yield from (_index(name, index, parts, unique) for index in has.indexes)
    yield from _given_back([name, *pieces], has)


def _index(name: str, index: Any, parts: int, unique: Collection[str]) -> str:
    """A unique index cannot hold across parts where it lacks the key that tells them apart; one piece has it again."""
    if index["is_constraint"]:
        return f'ALTER TABLE {name} ADD CONSTRAINT "{index["name"]}" {index["definition"]}'
    rest = index["definition"].partition(" INDEX ")[2].replace(" ON ONLY ", " ON ", 1)
    is_unique = index["name"] in unique or index["definition"].startswith("CREATE UNIQUE")
    return f"CREATE {'UNIQUE ' if is_unique and (parts == WHOLE or index['has_key']) else ''}INDEX {rest}"


def _given_back(names: Sequence[str], has: Belongings) -> Iterator[str]:
    if has.comment is not None:
        yield f"COMMENT ON TABLE {names[0]} IS '{has.comment.replace(chr(39), chr(39) * 2)}'"
    if has.by_default:  # what was taken from somebody is not given back by being made anew
        yield f"REVOKE ALL ON {', '.join(names)} FROM {', '.join(has.by_default)}"
    yield from (f"GRANT {granted.format(names[0])}" for granted in has.granted)
    owner = has.owner.replace('"', '""')
    yield from (f'ALTER TABLE {name} OWNER TO "{owner}"' for name in names)
