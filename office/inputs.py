"""Input types, made from the changes themselves: `auth.acts` says what a change is, once.

A struct becomes an input object of the same name, a union of structs a `@oneOf` input, a choice of words an enum, a
number that may pass 31 bits an ID. What was given goes back the same way, as plain JSON that msgspec reads; so a limit
or a pattern is checked where it is declared, and a change that is added there appears at this door by itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any

import msgspec
import strawberry
from msgspec import inspect
from sqlalchemy import Table
from strawberry.scalars import JSON

from auth import tables
from office.case import CaseFinding
from office.holders import ClientKind, TokenType
from office.people import Role
from office.rights import ReachKind, Review, UnitsScheme
from office.rows import number

INT = 2**31 - 1

#: A choice of words is found by the words. One that has no enum, since words of other people's standards cannot be
#: names here (`P-256`), is written as text, and checked all the same.
ENUMS: Mapping[frozenset[str], type[Enum]] = {
    frozenset(str(member.value) for member in enum): enum
    for enum in (ClientKind, TokenType, Role, ReachKind, Review, UnitsScheme, CaseFinding)
}


#: Which table the structs of a module of `auth.acts` are about.
ABOUT: Mapping[str, Table] = {
    "agencies": tables.agencies,
    "cases": tables.cases,
    "clients": tables.clients,
    "client_keys": tables.clients,
    "delegations": tables.delegations,
    "emergencies": tables.grants,
    "grants": tables.grants,
    "manifests": tables.operations,
    "officers": tables.officers,
    "operations": tables.operations,
    "purposes": tables.purposes,
    "terms": tables.grants,
    "trials": tables.trials,
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How one kind of value is written in GraphQL, and how what was given becomes plain JSON again."""

    type: Any
    plain: Callable[[Any], Any]


def input_of(struct: type[msgspec.Struct]) -> Shape:
    """The input object of a struct. Raises TypeError for a member that has no shape here: the server does not start."""
    return _struct(struct)


def one_of(name: str, structs: Iterable[type[msgspec.Struct]]) -> Shape:
    """An input that is exactly one of these."""
    return _union(tuple(inspect.type_info(struct) for struct in structs), name)


@cache
def _struct(struct: type[msgspec.Struct]) -> Shape:
    fields = msgspec.structs.fields(struct)
    shapes = {field.name: _shape(inspect.type_info(field.type), f"{struct.__name__}.{field.name}") for field in fields}
    required = {field.name for field in fields if field.required}
    tag = _tag(struct)

    def plain(given: Any) -> dict[str, Any]:
        """What was given; null and nothing are the same, so that msgspec's defaults hold."""
        values = {name: getattr(given, name) for name in shapes}
        told = {name: shapes[name].plain(value) for name, value in values.items() if not _is_absent(value)}
        return {**tag, **told}

    members = {name: shape.type if name in required else shape.type | None for name, shape in shapes.items()}
    return Shape(_input(struct.__name__ + "Input", members, required, struct.__doc__, _meanings(struct)), plain)


def _union(structs: tuple[inspect.Type, ...], name: str) -> Shape:
    """One of several structs, each under its own name."""
    shapes = {_lower(each.cls.__name__): _struct(each.cls) for each in structs if isinstance(each, inspect.StructType)}
    if len(shapes) != len(structs):
        raise TypeError(f"{name} mixes structs with other values")

    def plain(given: Any) -> Any:
        chosen = next(each for each in shapes if not _is_absent(getattr(given, each)))
        return shapes[chosen].plain(getattr(given, chosen))

    members = {each: shape.type | None for each, shape in shapes.items()}
    return Shape(_input(name, members, set(), "Exactly one of these.", {}, one_of=True), plain)


def _shape(info: inspect.Type, where: str) -> Shape:  # noqa: PLR0911 -- one line for each kind of value
    match info:
        case inspect.UnionType():
            others = tuple(each for each in info.types if not isinstance(each, inspect.NoneType))
            return _shape(others[0], where) if len(others) == 1 else _union(others, _title(where))
        case inspect.StructType():
            return _struct(info.cls)
        case inspect.VarTupleType() | inspect.ListType():
            inner = _shape(info.item_type, where)
            return Shape(list[inner.type], lambda values: [inner.plain(value) for value in values])  # type: ignore[name-defined]
        case inspect.LiteralType():
            enum = ENUMS.get(frozenset(map(str, info.values)))
            return Shape(str, _same) if enum is None else Shape(enum, lambda member: member.value)
        case inspect.IntType():
            return Shape(int, _same) if info.le is not None and info.le <= INT else Shape(strawberry.ID, number)
        case inspect.DictType() | inspect.AnyType():
            return Shape(JSON, _same)
        case inspect.StrType() | inspect.BoolType() | inspect.DateTimeType():
            types = {inspect.StrType: str, inspect.BoolType: bool, inspect.DateTimeType: datetime}
            return Shape(types[type(info)], _same)
        case _:
            raise TypeError(f"{where} has no shape in GraphQL: {type(info).__name__}")


def _input(
    name: str,
    members: Mapping[str, Any],
    required: set[str],
    description: str | None,
    meanings: Mapping[str, str | None],
    *,
    one_of: bool = False,
) -> type:
    ordered = {**{member: members[member] for member in members if member in required}, **members}
    fields = {member: strawberry.field(description=meanings.get(member)) for member in required}
    fields |= {
        member: strawberry.field(description=meanings.get(member), default=strawberry.UNSET)
        for member in members
        if member not in required
    }
    made = type(name, (), {"__annotations__": ordered, **fields})
    return strawberry.input(made, name=name, description=_said(description), one_of=one_of or None)


def _meanings(struct: type[msgspec.Struct]) -> dict[str, str | None]:
    """What members mean: the comments of the columns of the same name, in the table that the struct is about."""
    table = ABOUT.get(struct.__module__.rpartition(".")[2])
    return {} if table is None else {column.name: column.comment for column in table.columns}


def _tag(struct: type[msgspec.Struct]) -> dict[str, Any]:
    config = struct.__struct_config__
    return {} if config.tag_field is None else {config.tag_field: config.tag}


def _said(docstring: str | None) -> str | None:
    return None if docstring is None else " ".join(docstring.split())


def _is_absent(value: Any) -> bool:
    return value is None or value is strawberry.UNSET


def _title(where: str) -> str:
    """The name of an input that is a member of another: MakeProposalProposedInput."""
    owner, _, member = where.partition(".")
    return f"{owner}{member.title()}Input"


def _same(value: Any) -> Any:
    return value


def _lower(name: str) -> str:
    """`giveGrant` for the struct GiveGrant, written as Strawberry wants it: give_grant."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
