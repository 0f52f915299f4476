"""What stops the graph from starting: everything a federation composer would reject, and everything left unsaid.

Law 1: silence is refusal. All conflicts are collected and named with the domains they lie between, so that an author
sees the whole list at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_object_type,
    is_union_type,
    validate_schema,
)

from domains.kit.domain import Domain
from domains.kit.fields import Composite, Leaf, Link, Relation
from domains.kit.types import Origin, origin_of
from graph import machinery, ways_in
from graph.catalogue import scope_sets, scopes
from graph.composed import Composed, Made

Parts = Mapping[str, Sequence[tuple[str, GraphQLNamedType]]]  # type name -> (domain, the domain's version of it)


class CompositionError(Exception):
    """The domains do not make one graph. `conflicts` has one sentence each."""

    def __init__(self, conflicts: Iterable[str]) -> None:
        self.conflicts = tuple(conflicts)
        super().__init__("the domains do not compose:\n  " + "\n  ".join(self.conflicts))


def check_names(domains: Sequence[Domain]) -> None:
    """Two domains never share a name."""
    names = [domain.name for domain in domains]
    _refuse(f"DOMAIN_NAME: two domains are named {name}" for name in {*names} if names.count(name) > 1)


def check_parts(parts: Parts) -> None:
    """The domains' versions of each type fit together."""
    _refuse(
        conflict
        for name, versions in parts.items()
        for pair in combinations(versions, 2)
        for conflict in _between(name, *pair)
    )


def check_composed(composed: Composed, *, alone: bool = False) -> None:
    """The merged schema is valid and every field says what it is made of and how it is guarded.

    Where one domain is served alone, nobody here owns what it refers to.
    """
    _refuse(
        (
            *(error.message for error in validate_schema(composed.schema)),
            *(() if alone else (*_entities(composed), *_references(composed))),
            *(conflict for key, made in composed.made.items() for conflict in _field(composed, *key, made)),
        )
    )
    _refuse(_sets(composed))  # which scopes there are is known of a sound graph only


def _refuse(conflicts: Iterable[str]) -> None:
    if found := sorted({*conflicts}):
        raise CompositionError(found)


# --- between two versions of one type --------------------------------------------------------------------------------


def _between(name: str, one: tuple[str, Any], other: tuple[str, Any]) -> Iterator[str]:
    where = f"in {one[0]} and {other[0]}"
    if type(one[1]) is not type(other[1]):
        yield f"TYPE_KIND_MISMATCH: {name} is of different kinds {where}"
    elif isinstance(one[1], GraphQLObjectType):
        yield from _shared_fields(name, one[1], other[1], where)
    elif isinstance(one[1], GraphQLInputObjectType):
        if _signature(one[1]) != _signature(other[1]):
            yield f"INPUT_MISMATCH: {name} has different fields {where}"
    elif isinstance(one[1], GraphQLEnumType) and set(one[1].values) != set(other[1].values):
        yield f"ENUM_VALUE_MISMATCH: {name} has different values {where}"


def _shared_fields(name: str, one: GraphQLObjectType, other: GraphQLObjectType, where: str) -> Iterator[str]:
    if name != "Query" and not (_keys(one) and _keys(other)):
        for field in one.fields.keys() ^ other.fields.keys():
            yield f"UNREACHABLE_FIELD: {name}.{field} is published by one only {where}, and no key joins the two"
    for field in one.fields.keys() & other.fields.keys() - machinery.FIELDS:
        if str(one.fields[field].type) != str(other.fields[field].type):
            yield f"FIELD_TYPE_MISMATCH: {name}.{field} has different types {where}"
        if not (_is_shareable(one) and _is_shareable(other)) and field not in _keys(one) & _keys(other):
            yield f"INVALID_FIELD_SHARING: {name}.{field} is published {where}"


def _signature(type_: GraphQLInputObjectType) -> dict[str, str]:
    return {name: str(field.type) for name, field in type_.fields.items()}


def _is_shareable(type_: GraphQLObjectType) -> bool:
    definition = type_.extensions["strawberry-definition"]
    return any(type(directive).__name__ == "Shareable" for directive in definition.directives or ())


def _keys(type_: GraphQLObjectType) -> set[str]:
    origin = origin_of(type_.extensions["strawberry-definition"])
    return {origin.key} if origin is not None and origin.key is not None else set()


# --- entities and references -----------------------------------------------------------------------------------------


def _entities(composed: Composed) -> Iterator[str]:
    for name, origins in composed.origins.items():
        keyed = {domain: origin for domain, origin in origins.items() if origin.key}
        owners = sorted(domain for domain, origin in keyed.items() if origin.owns)
        if keyed and len(owners) != 1:
            yield f"ENTITY_OWNER: {name} is owned by {_and(owners) or 'nobody'}; one domain must own it"
        elif keyed and len({origin.key for origin in keyed.values()}) > 1:
            yield f"NO_COMMON_KEY: {name} has different keys in {_and(sorted(keyed))}"
        elif keyed and len({origin.joins_by for origin in keyed.values()}) > 1:
            yield f"NO_COMMON_KEY: {name} is joined sealed by some and openly by others of {_and(sorted(keyed))}"


def _references(composed: Composed) -> Iterator[str]:
    for (type_name, field_name), made in composed.made.items():
        for name in made.binding.keys if isinstance(made.binding, Link) else ():
            if composed.owner(name) is None:
                where = f"{type_name}.{field_name} of {made.domain}"
                yield f"UNKNOWN_REFERENCE: {where} refers to {name}, which no domain owns"


# --- one field -------------------------------------------------------------------------------------------------------


def _field(composed: Composed, type_name: str, field_name: str, made: Made) -> Iterator[str]:
    where = f"{type_name}.{field_name} of {made.domain}"
    field = composed.schema.type_map[type_name].fields[field_name]  # type: ignore[attr-defined]
    if type_name == "Query":
        yield from ways_in.conflicts(composed, where, made.binding, field)
    elif made.right is not None:
        yield from _guarded(composed, where, made, field)
        yield from _target(composed, where, made.binding, field)
        if (
            isinstance(made.binding, Relation)
            and made.binding.on is None
            and (made.origin is None or not made.origin.key)
        ):
            yield f"NO_KEY: {where} relates to rows, and its type has no key; name the column with `on`"
    elif made.origin is not None and not made.origin.is_value:
        yield f"NO_DATA_CLASS: {where} declares no data class; say BASIC, SENSITIVE or public(reason)"


def _guarded(composed: Composed, where: str, made: Made, field: Any) -> Iterator[str]:
    assert made.right is not None
    is_key = made.origin is not None and made.right.field_name == made.origin.key
    if isinstance(field.type, GraphQLNonNull) and not (is_key and made.right.data_class.is_public):
        yield f"NOT_NULLABLE: {where} must be nullable: it can be withheld, missing or unreachable"
    if made.right.data_class.is_public:
        if not made.right.data_class.reason:
            yield f"NO_REASON: {where} is public and does not say why"
        return
    if (source := _source(made)) is not None and source not in composed.stated_tables:
        yield f"NO_ROW_RULE: {where} reads {source}, which its domain's rules do not mention"


def _source(made: Made) -> Any:
    match made.binding:
        case Leaf() | Composite() | Link():
            return made.origin.source if made.origin is not None else None
        case Relation(by=by):
            return by.table
    return None


def _target(composed: Composed, where: str, binding: object, field: Any) -> Iterator[str]:
    target = get_named_type(field.type)
    members = target.types if is_union_type(target) else [target]
    if isinstance(binding, Link):
        for name in binding.keys.keys() ^ {member.name for member in members}:
            yield f"UNKNOWN_REFERENCE: {where} and its link disagree about {name}"
    elif isinstance(binding, Relation):
        yield from _rows_of(composed, where, binding, _node(target))


def _rows_of(composed: Composed, where: str, binding: Relation, target: Any) -> Iterator[str]:
    if not is_object_type(target):
        yield f"UNKNOWN_REFERENCE: {where} is a relation to something that is no object"
    elif binding.key is None and all(origin.source is not binding.by.table for origin in _of(composed, target)):
        yield f"UNKNOWN_REFERENCE: {where} reads rows of another table than {target.name}, and names no key"


def _of(composed: Composed, target: Any) -> Iterable[Origin]:
    return composed.origins.get(target.name, {}).values()


def _node(target: Any) -> Any:
    """The type behind a connection, or the type itself."""
    if not is_object_type(target) or "edges" not in target.fields:
        return target
    return get_named_type(get_named_type(target.fields["edges"].type).fields["node"].type)


def _sets(composed: Composed) -> Iterator[str]:
    known = scopes(composed)
    for name, members in scope_sets(composed).items():
        for scope in sorted(members - known):
            yield f"UNKNOWN_SCOPE: {name} holds {scope}, which no field gives"


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)
