"""Rows of one table, ready to be loaded; every table gets its surrogates and its mark here."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Table

from synthetic.cells import Cells, Ints, flags, lines
from synthetic.counters import Counters
from synthetic.folk import Folk


@dataclass(frozen=True, slots=True)
class Rows:
    """COPY text for some columns of a table."""

    table: str
    columns: tuple[str, ...]
    data: bytes
    count: int


def rows(table: Table, count: int, counters: Counters, values: Mapping[str, Cells]) -> Rows:
    """`count` rows from a value for every column of the table; mark and, where none is given, surrogate are added."""
    cells: dict[str, Cells] = {"synthetic": b"t", **values}
    if "surrogate" in table.c and "surrogate" not in cells:
        cells["surrogate"] = counters.surrogates(table.name, count)
    if unmatched := set(cells) ^ set(table.c.keys()):
        raise ValueError(f"rows of {table.name} do not fit its columns: {sorted(unmatched)}")
    return Rows(table.name, tuple(cells), lines(list(cells.values()), count), count)


def rule_cells(folk: Folk, people: Ints, of: str = "") -> dict[str, Cells]:
    """The rule columns of rows about these people."""
    prefix = f"{of}_" if of else ""
    return {
        f"{prefix}residence_commune": folk.residence[people],
        f"{prefix}protected": flags(folk.protected[people]),
    }
