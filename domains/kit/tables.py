"""Columns that every register has, so that each table says only what is its own.

Comes before everything else: types bind their fields to these columns, the synthetic nation fills them, Alembic
migrates them. Text is `COLLATE "C"` throughout, so that every PostgreSQL server orders and compares
alike.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Text
from sqlalchemy.types import TypeEngine

PLAIN = Text(collation="C")


def text(name: str, comment: str, **options: Any) -> Column[str]:
    """A text column in the C collation; NOT NULL unless `nullable=True` is given."""
    return _column(name, PLAIN, comment, options)


def date(name: str, comment: str, **options: Any) -> Column[Any]:
    """A full calendar date; NOT NULL unless `nullable=True` is given."""
    return _column(name, Date(), comment, options)


def column(name: str, type_: TypeEngine[Any], comment: str, **options: Any) -> Column[Any]:
    """Any other column; NOT NULL unless `nullable=True` is given."""
    return _column(name, type_, comment, options)


def surrogate(**options: Any) -> Column[int]:
    """One random number per row, 0 to 2**63 - 1, that says nothing: pages and lists run in its order (law 4)."""
    return _column("surrogate", BigInteger(), "Random number without meaning; order of pages and lists.", options)


def synthetic() -> Column[bool]:
    """True where the record was invented. Every register of this repository holds invented records only (law 10)."""
    return Column("synthetic", Boolean, nullable=False, server_default="false", comment="True: an invented record.")


def rule_columns(of: str = "") -> Sequence[Column[Any]]:
    """Facts about the person of a row which row rules compare, copied from their owners; never published or selected.

    Where a row is about two persons, the facts of the other one stand beside them, prefixed: `of="relative"`.
    """
    prefix = f"{of}_" if of else ""
    return (
        Column(
            f"{prefix}residence_commune", PLAIN, nullable=True,
            comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. "
            "Source: population, by its change feed; lag up to a minute. Null: no residence known.",
        ),
        Column(
            f"{prefix}protected", Boolean, nullable=False, server_default="false",
            comment="Rule column. True: a protected person. "
            "Source: population, by its change feed; lag up to a minute.",
        ),
    )  # fmt: skip


def _column(name: str, type_: TypeEngine[Any], comment: str, options: dict[str, Any]) -> Column[Any]:
    return Column(name, type_, comment=comment, **{"nullable": False, **options})
