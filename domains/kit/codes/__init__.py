"""Official code lists, as package data; reads them and knows nothing of what they mean. Sources: SOURCES.md here."""

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

ENCODING: Final = "utf-8"


@cache
def rows(name: str) -> tuple[MappingProxyType[str, str], ...]:
    """The lines of the list `name`, in the order of the file."""
    lines = files(__name__).joinpath(f"{name}.csv").read_text(ENCODING).splitlines()
    return tuple(MappingProxyType(row) for row in csv.DictReader(lines))


@cache
def names(name: str) -> MappingProxyType[str, str]:
    """Code -> Vietnamese name of the list `name`."""
    return MappingProxyType({row["code"]: row["name"] for row in rows(name)})
