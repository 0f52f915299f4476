"""What `verify` can find wrong, and how it names the row. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What was done to a row, as far as the hashes can tell."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    """The end is missing, and what is signed says so."""
    ROLLED_BACK = "rolled back"
    """The database is an older copy: what is kept outside has seen more, or another tree."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row of one part of the ledger that is not as it was written. Holds nothing personal."""

    what: What
    table: str
    row: Mapping[str, int | str]
    """Its key: column and value. Empty where the row cannot be told."""
    reason: str

    def __str__(self) -> str:
        key = ", ".join(f"{column} {value}" for column, value in self.row.items())
        return f"{self.what}: {self.table}{f', {key}' if key else ''}: {self.reason}"


class Tampered(Exception):
    """A part of the ledger is not as it was written."""

    def __init__(self, what: What, table: str, row: Mapping[str, int | str], reason: str) -> None:
        self.fault = Fault(what, table, row, reason)
        super().__init__(str(self.fault))
