"""What citizens call the fields: plain words, Vietnamese and English, one line each in `fields.csv`.

A register that is not in the table, because it came as a package of its own, is described by its schema, whose words
the composition root hands over: no field is ever shown without words, and none is hidden for want of them.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Label = tuple[str, str]
"""Vietnamese, English."""
Described = Callable[[str], str]
"""What the schema says of a field, by its name `<domain>:<type>.<field>`; empty where it says nothing."""

_VERBS: dict[str, Label] = {
    "read": ("{}", "{}"),
    "history": ("{}, cả thông tin trước đây", "{}, also as it was before"),
    "lookup": ("Tìm bạn theo: {}", "Finding you by: {}"),
    "watch": ("Được báo khi thay đổi: {}", "Being told of changes: {}"),
    "verify": ("Xác nhận đúng hay sai: {}", "Yes or no about: {}"),
    "protected": ("Thông tin được bảo vệ: {}", "Protected data: {}"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, under a heading."""

    title: Label
    fields: tuple[Label, ...]


def label(scope: str, described: Described) -> Label:
    """A scope in plain words."""
    name, _, verb = scope.rpartition(":")
    vi, en = _words(name, described)
    in_vi, in_en = _VERBS[verb]
    return in_vi.format(vi), in_en.format(en)


def grouped(scopes: Iterable[str], described: Described) -> list[Group]:
    """All of them, in the order of the table: what a citizen reads before saying yes."""
    groups: dict[str, list[Label]] = {}
    for scope in sorted(scopes, key=_place):
        domain, _, rest = scope.partition(":")
        owner = f"{domain}:{rest.partition(':')[0].partition('.')[0]}"
        groups.setdefault(owner, []).append(label(scope, described))
    return [Group(_words(owner, described), tuple(fields)) for owner, fields in groups.items()]


def _place(scope: str) -> tuple[int, str]:
    """Where a scope stands; fields that are not in the table come last."""
    return _order().get(scope.rpartition(":")[0], len(_order())), scope


def _words(name: str, described: Described) -> Label:
    known = _table().get(name)
    if known is not None:
        return known
    said = described(name) or name.rpartition(":")[2].replace("_", " ").replace(".", ": ")
    return said, said


@cache
def _table() -> dict[str, Label]:
    lines = files("console").joinpath("citizens/fields.csv").read_text(encoding="utf-8").splitlines()
    return {row["name"]: (row["vi"], row["en"]) for row in csv.DictReader(lines)}


@cache
def _order() -> dict[str, int]:
    return {name: place for place, name in enumerate(_table())}
