"""Every way into the registers and every hop between their tables, each as a question of its own, from the schema.

A question asks for all that a row says by itself, so a further field, relation or root field is asked without a line
here. What is searched for comes from a test: nobody's numbers, or somebody's.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, combinations
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_union_type,
)

from domains.kit.fields import Link, Relation
from domains.kit.queries import Root
from tests.graph.compiling import registers
from tests.properties.operations import route

PAGING = frozenset({"first", "after"})

NOBODY: Mapping[str, str] = {
    "pin": '"001205123456"',
    "pins": '["001205123456", "001205123457"]',
    "codes": '["0100109106", "0100109107"]',
    "Query.enterprise.code": '"0100109106"',
    "Query.household.code": '"0000400000001"',
    "id": '"w7er8u0z9x2c"',
    "serial": '"AB123456"',
    "communeCode": '"00004"',
    "province": '"01"',
    "birthPlaceCode": '"01"',
    "status": "ACTIVE",
    "name": '"cong ty"',
    "fullName": '"A"',
    "dateOfBirth": '"1950"',
    "birthYear": "1950",
    "oldIdentityNumber": '"123456789"',
    "sheet": "1",
    "number": "1",
    "bbox": "{west: 105.8, south: 21.0, east: 105.9, north: 21.1}",
    "asOf": '"2020-01-01"',
    "first": "50",
}


def hops() -> list[tuple[str, str]]:
    """The fields that lead from a row to others, from either side, and the root fields."""
    made = registers().made
    return [where for where, field in made.items() if isinstance(field.binding, Relation | Link | Root)]


def corpus(given: Mapping[str, str] = NOBODY) -> Iterator[tuple[str, str]]:
    """Questions by name: for each root field and each hop one for each set of optional arguments."""
    for aim in hops():
        field = _field(*aim)
        for number, asked in enumerate(_variants(aim, given)):
            below = _within(get_named_type(field.type), aim)
            yield f"{'.'.join(aim)}-{number}", f"{{ {_reached(aim, f'{aim[1]}{asked}{below}', given)} }}"


def _reached(aim: tuple[str, str], asked: str, given: Mapping[str, str]) -> str:
    """What is asked for, within the fields on the way to it."""
    if aim[0] == "Query":
        return asked
    *way, _ = route(registers().schema, aim, lambda *_: True)
    for place, (owner, name) in reversed([*enumerate(way)]):
        below = way[place + 1][0] if place + 1 < len(way) else aim[0]
        named: Any = get_named_type(_field(owner, name).type)
        asked = f"... on {below} {{ {asked} }}" if is_union_type(named) else asked
        arguments = next(_variants((owner, name), given)) if name not in {"edges", "node"} else ""
        asked = f"{name}{arguments} {{ {asked} }}"
    return asked


def _variants(where: tuple[str, str], given: Mapping[str, str]) -> Iterator[str]:
    """The arguments, with every set of those that need not be given."""
    arguments: Mapping[str, Any] = _field(*where).args
    free = [name for name, each in arguments.items() if not is_required_argument(each) and name not in PAGING]
    needed = [name for name in arguments if name not in free and name != "after"]
    for chosen in chain.from_iterable(combinations(free, count) for count in range(len(free) + 1)):
        yield from _written([*needed, *chosen], where, given)


def _written(names: list[str], where: tuple[str, str], given: Mapping[str, str]) -> Iterator[str]:
    if not names:
        yield ""
        return
    types = {name: _field(*where).args[name].type for name in names}
    told = {name: given.get(".".join((*where, name))) or given.get(name) for name in names}
    one_of = next((name for name in names if told[name] is None), None)
    values = _members(types[one_of], given) if one_of is not None else [""]
    for value in values:
        yield f"({', '.join(f'{name}: {value if name == one_of else told[name]}' for name in names)})"


def _members(type_: Any, given: Mapping[str, str]) -> Iterator[str]:
    """Each member of an input of which one is given."""
    outer: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    for name, member in outer.fields.items():
        inner: Any = get_named_type(member.type)
        assert isinstance(inner, GraphQLInputObjectType)
        yield f"{{{name}: {{{', '.join(f'{each}: {given[each]}' for each in inner.fields)}}}}}"


def _within(type_: Any, aim: tuple[str, str]) -> str:
    """All that a row says by itself: of a connection, that of its nodes; of a union, that of each member."""
    if is_leaf_type(type_):
        return ""
    if is_union_type(type_):
        return f" {{ __typename {' '.join(f'... on {each.name}{_within(each, aim)}' for each in type_.types)} }}"
    if "edges" in type_.fields:
        node = get_named_type(get_named_type(type_.fields["edges"].type).fields["node"].type)
        return f" {{ edges {{ node{_within(node, aim)} }} pageInfo {{ hasNextPage }} }}"
    return f" {{ __typename {' '.join(_said(type_))} }}"


def _said(type_: Any) -> Iterator[str]:
    for name, field in type_.fields.items():
        binding = registers().made[type_.name, name].binding if (type_.name, name) in registers().made else None
        inner: Any = get_named_type(field.type)
        if is_leaf_type(inner):
            yield name
        elif not isinstance(binding, Relation | Link):
            yield f"{name} {{ {' '.join(_said(inner))} }}"


def _field(type_name: str, name: str) -> Any:
    type_: Any = registers().schema.type_map[type_name]
    return type_.fields[name]
