"""The words in which the tables of the authority are written."""

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
    }
)

PLAIN = Text(collation="C")
_NO_NAMES = text("'{}'")


def word(name: str, comment: str, *constraints: Any, nullable: bool = False, **options: Any) -> Column[str]:
    """Text that is compared byte by byte."""
    return Column(name, PLAIN, *constraints, comment=comment, nullable=nullable, **options)


def words(name: str, comment: str) -> Column[Any]:
    """A list of texts; empty where nothing is said."""
    return Column(name, ARRAY(PLAIN), nullable=False, server_default=_NO_NAMES, comment=comment)


def moment(name: str, comment: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), comment=comment, nullable=nullable, **options)


def recorded() -> Column[Any]:
    return moment("recorded_at", "When this row was written.", server_default=text("now()"))


def digest(comment: str, name: str = "digest", **options: Any) -> Column[bytes]:
    """SHA-256 of a secret: the secret itself is not kept."""
    return Column(name, LargeBinary, comment=comment, **options)


def document(name: str, comment: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, JSONB, nullable=nullable, comment=comment)


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} in ({listed})", name=column)
