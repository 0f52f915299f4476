"""The words in which the tables of the ledger are written."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, DateTime, LargeBinary, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
    }
)

PLAIN = Text(collation="C")


def word(name: str, comment: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    """Text that is compared byte by byte."""
    return Column(name, PLAIN, comment=comment, nullable=nullable, **options)


def words(name: str, comment: str) -> Column[Any]:
    """A list of texts; empty where nothing is said."""
    return Column(name, ARRAY(PLAIN), nullable=False, server_default=text("'{}'"), comment=comment)


def moment(name: str, comment: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), comment=comment, nullable=nullable, **options)


def octets(name: str, comment: str, *, nullable: bool = False, **options: Any) -> Column[Any]:
    return Column(name, LargeBinary, comment=comment, nullable=nullable, **options)


def leaf(comment: str = "Number of its leaf in the tree.") -> Column[Any]:
    return Column("leaf", BigInteger, primary_key=True, autoincrement=False, comment=comment)


def sized(column: str, length: int) -> CheckConstraint:
    """The column holds so many octets, or null."""
    return CheckConstraint(f"octet_length({column}) = {length}", name=f"{column}_length")
