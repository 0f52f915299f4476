"""Published statistics that the nation is drawn from, as package data. Sources: SOURCES.md beside it."""

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType


@cache
def rows(name: str) -> tuple[MappingProxyType[str, str], ...]:
    """The lines of the statistic `name`, in the order of the file."""
    lines = files(__name__).joinpath(f"{name}.csv").read_text("utf-8").splitlines()
    return tuple(MappingProxyType(row) for row in csv.DictReader(lines))
