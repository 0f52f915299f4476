"""The way in for a router: objects of a subgraph by references that another subgraph, or this one, gave out.

A representation is opened where it comes in, as any argument is checked: its type must be an entity of this domain, and
all that is taken from it is the key, by which rows are read. Nothing is built from what a caller sends. From there on
`_entities` is compiled into steps like every other field, so decision, row rules and ledger are the same.

A guarded key travels sealed (docs/decisions/0009). Who sends a reference has therefore been answered a record that
holds it; the person counts as reached through that record, not as asked for by number.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLScalarType, get_named_type

from auth.access.references import Seals
from domains.kit.types import SEALED_KEY, Origin
from graph.arguments import Arguments
from graph.here import Expression, Here
from graph.limits import TEXT_CHARACTERS
from graph.machinery import REPRESENTATION
from graph.objects import Objects
from graph.plan import Asked, Getter, Keys, Path
from graph.steps import Steps


class Reference(NamedTuple):
    """A representation once it is opened."""

    type_name: str
    key: str


class Entrance(NamedTuple):
    """How a type's key stands in a representation: the field, and what opens it or raises ValueError."""

    field: str
    opened: Callable[[str], str]


def entrances(types: Mapping[str, Any], origins: Mapping[str, Origin], seals: Seals) -> dict[str, Entrance]:
    """How each entity of a domain is entered: by its sealed reference, or by its public key as that is written."""
    found: dict[str, Entrance] = {}
    for name, origin in origins.items():
        if origin.joins_by == SEALED_KEY:
            found[name] = Entrance(SEALED_KEY, partial(seals.open, name))
        elif origin.key is not None:
            written: Any = get_named_type(types[name].fields[origin.key].type)
            found[name] = Entrance(origin.key, written.coerce_input_value)
    return found


def representation(known: Mapping[str, Entrance]) -> GraphQLScalarType:
    """The scalar of representations. What it refuses it refuses without a word on what was sent."""

    def opened(given: object) -> Reference:
        if not isinstance(given, dict) or not isinstance(type_name := given.get("__typename"), str):
            raise ValueError("no reference")  # noqa: TRY004 -- what a scalar raises for any bad value
        entrance = known.get(type_name)
        if entrance is None or not isinstance(text := given.get(entrance.field), str):
            raise ValueError("no reference to an entity of this domain")
        key = entrance.opened(text)
        if len(key) > TEXT_CHARACTERS or "\x00" in key:  # PostgreSQL cannot hold it: its batch would fail
            raise ValueError("no key")
        return Reference(type_name, key)

    return GraphQLScalarType(REPRESENTATION, coerce_input_value=opened)


def entities(
    objects: Objects, steps: Steps, members: Sequence[str], asked: Arguments, path: Path, nodes: Sequence[FieldNode]
) -> Expression:
    """The objects that are referred to, in their order; each is there, whether or not its rows are."""
    code, get = objects.code, asked.getter("representations")
    found, reference, key = code.name("v"), code.name("e"), code.name("k")
    code.emit(f"{found} = []")
    with code.block(f"for {reference}, {key} in {steps.argument(get)}:"):
        for place, member in enumerate(members):
            with code.block(f"{'elif' if place else 'if'} {reference} == {member!r}:"):
                here = Here(member, path, {}, None, key, Keys(given=_keys_of(member, get)))
                code.emit(f"{found}.append({objects.object(here, nodes)})")
    return found


def _keys_of(type_name: str, get: Getter) -> Getter:
    def keys(asked: Asked) -> tuple[str, ...]:
        return tuple({reference.key: None for reference in get(asked) if reference.type_name == type_name})

    return keys
