"""Many domains, one schema: their subgraph schemas merged into one executable `GraphQLSchema`.

Types of the same name become one type with the fields of all; what a field is made of stays with its domain. Sealed
references and the federation machinery stay in the subgraphs, so the result equals what a router would publish, which
CI proves with a federation composer. The merged schema resolves nothing: it parses, validates and introspects.

A domain that is served to a router is composed alone, by the same merging, and keeps both.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
    specified_scalar_types,
)

from auth.access.references import Seals
from domains.kit.domain import Domain, definitions, subgraph, types_of
from domains.kit.fields import binding_of
from domains.kit.rights import Published, Right, data_class_of, published
from domains.kit.types import Origin, origin_of
from graph import conflicts, entities, machinery
from graph.composed import Composed, Made, Served
from graph.conflicts import Parts


def compose(domains: Iterable[Domain]) -> Composed:
    """Merge the domains' schemas. Raises `conflicts.CompositionError` with every conflict found, naming both sides."""
    domains = tuple(domains)
    conflicts.check_names(domains)
    parts = _parts(domains, machinery.TYPES)
    conflicts.check_parts(parts)
    merger = _Merger(parts, {}, machinery.FIELDS)
    composed = Composed(merger.schema(), domains, merger.made, _origins(parts), _published(domains))
    conflicts.check_composed(composed)
    return composed


def compose_subgraph(domain: Domain, seals: Seals) -> Composed:
    """One domain as its owner serves it to a router. Raises `conflicts.CompositionError`.

    What it refers to in other domains is not looked for: that they fit together is the supergraph's to say.
    """
    parts = _parts([domain], machinery.TYPES - machinery.SERVED_TYPES)
    origins = _origins(parts)
    keyed = {name: origin for name, by_domain in origins.items() for origin in by_domain.values() if origin.key}
    entrances = entities.entrances(types_of(subgraph(domain)), keyed, seals)
    merger = _Merger(parts, {machinery.REPRESENTATION: entities.representation(entrances)}, set())
    served = Served(seals, subgraph(domain).as_str(), tuple(sorted(keyed)))
    composed = Composed(merger.schema(), (domain,), merger.made, origins, _published([domain]), served)
    conflicts.check_composed(composed, alone=True)
    return composed


def compose_alone(domain: Domain) -> Composed:
    """One domain as its owner serves it to clients, with no router in between: its own fields, and no machinery.

    What it refers to has the fields that it adds itself. Raises `conflicts.CompositionError`.
    """
    parts = _parts([domain], machinery.TYPES)
    merger = _Merger(parts, {}, machinery.FIELDS)
    composed = Composed(merger.schema(), (domain,), merger.made, _origins(parts), _published([domain]))
    conflicts.check_composed(composed, alone=True)
    return composed


def _parts(domains: Iterable[Domain], left_out: Container[str]) -> Parts:
    parts: dict[str, list[tuple[str, GraphQLNamedType]]] = {}
    for domain in domains:
        for name, type_ in types_of(subgraph(domain)).items():
            if not (name in left_out or is_introspection_type(type_) or is_specified_scalar_type(type_)):
                parts.setdefault(name, []).append((domain.name, type_))
    return parts


class _Merger:
    """Rebuilds every type over all its parts; types refer to each other by name, so fields are built late."""

    def __init__(self, parts: Parts, own: Mapping[str, GraphQLNamedType], left_out: Container[str]) -> None:
        """`own` types stand in place of the domains'; fields that are `left_out` are in no type."""
        self.made: dict[tuple[str, str], Made] = {}
        self._left_out = left_out
        self._types: dict[str, Any] = dict(specified_scalar_types)
        for name, versions in parts.items():
            self._types[name] = own.get(name) or self._merge(name, versions)

    def schema(self) -> GraphQLSchema:
        own = [type_ for type_ in self._types.values() if not is_specified_scalar_type(type_)]
        schema = GraphQLSchema(query=self._types["Query"], types=own)
        for type_ in schema.type_map.values():  # build every field now: `made` is complete from here on
            if isinstance(type_, GraphQLObjectType):
                _ = type_.fields
        return schema

    def _merge(self, name: str, versions: Sequence[tuple[str, Any]]) -> Any:
        first = versions[0][1]
        description = next((type_.description for _, type_ in versions if type_.description), None)
        if isinstance(first, GraphQLObjectType):
            return GraphQLObjectType(name, lambda: self._fields(name, versions), description=description)
        if isinstance(first, GraphQLUnionType):
            members = dict.fromkeys(member.name for _, type_ in versions for member in type_.types)
            return GraphQLUnionType(name, lambda: [self._types[member] for member in members], description=description)
        if isinstance(first, GraphQLInputObjectType):
            return GraphQLInputObjectType(
                name,
                lambda: self._input_fields(first),
                description=description,
                is_one_of=first.extensions["strawberry-definition"].is_one_of,
            )
        return first  # scalars and enums are the same Python object, or the check refuses them

    def _fields(self, name: str, versions: Sequence[tuple[str, Any]]) -> dict[str, GraphQLField]:
        fields: dict[str, GraphQLField] = {}
        for domain, type_ in sorted(versions, key=_is_reference):  # an open key is made of what its owner says
            for field_name, field in type_.fields.items():
                if field_name not in fields and field_name not in self._left_out:
                    fields[field_name] = self._field(field)
                    if field_name not in machinery.FIELDS and name not in machinery.SERVED_TYPES:
                        self.made[name, field_name] = _made(domain, name, field_name, type_, field)
        return fields

    def _field(self, field: GraphQLField) -> GraphQLField:
        arguments = {
            name: GraphQLArgument(
                self._type(argument.type), default_value=argument.default_value, description=argument.description
            )
            for name, argument in field.args.items()
        }
        return GraphQLField(
            self._type(field.type),
            arguments,
            description=field.description,
            deprecation_reason=field.deprecation_reason,
        )

    def _input_fields(self, type_: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        return {
            name: GraphQLInputField(
                self._type(field.type),
                default_value=field.default_value,
                description=field.description,
                out_name=field.out_name,
            )
            for name, field in type_.fields.items()
        }

    def _type(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return GraphQLNonNull(self._type(type_.of_type))
        if isinstance(type_, GraphQLList):
            return GraphQLList(self._type(type_.of_type))
        return self._types[type_.name]


def _made(domain: str, type_name: str, field_name: str, type_: Any, field: GraphQLField) -> Made:
    declared = field.extensions["strawberry-definition"]
    data_class = data_class_of(declared)
    right = Right(domain, type_name, field_name, data_class) if data_class is not None else None
    origin = origin_of(type_.extensions["strawberry-definition"])
    return Made(domain, binding_of(declared), origin, right, declared.python_name)


def _is_reference(version: tuple[str, Any]) -> bool:
    origin = _origin(version[1])
    return origin is not None and not origin.owns


def _origins(parts: Parts) -> dict[str, dict[str, Origin]]:
    return {
        name: {domain: origin for domain, type_ in versions if (origin := _origin(type_)) is not None}
        for name, versions in parts.items()
    }


def _origin(type_: GraphQLNamedType) -> Origin | None:
    definition = type_.extensions.get("strawberry-definition")
    return origin_of(definition) if isinstance(type_, GraphQLObjectType) and definition is not None else None


def _published(domains: Iterable[Domain]) -> Published:
    found: dict[Any, Right] = {}
    for domain in domains:
        found.update(published(domain.name, definitions(subgraph(domain))))
    return found
