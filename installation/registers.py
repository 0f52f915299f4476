"""The names of the registers that are installed: packages offer their domains under one entry-point group.

Read without loading a domain, so that settings, databases and migrations know by name what the graph will compose: a
further register brings its database, and the variable with its URL, by being installed.
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from installation.errors import SettingsInvalid

GROUP = "lienthong.domains"
BESIDE = ("auth", "ledger")
"""Databases that are no register's."""


def entries() -> list[EntryPoint]:
    """Sorted by name, so that every process sees the same order."""
    return sorted(entry_points(group=GROUP), key=lambda entry: entry.name)


@cache
def registers() -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.name for entry in entries()))


def check_names() -> None:
    """Raises SettingsInvalid for a register whose name can be no variable's."""
    for name in registers():
        if name in BESIDE or name != name.lower() or not name.isidentifier():
            raise SettingsInvalid(f"A register is named {name!r}: a name has small letters, digits and _, and is free.")
