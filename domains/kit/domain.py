"""A domain: one register, one database, one owner, and one subgraph of the federated shape.

`Domain` is the table of contents that a domain's package offers under the entry-point group `lienthong.domains`.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import strawberry
from graphql import GraphQLNamedType
from sqlalchemy import MetaData
from strawberry.federation.schema_directives import Link
from strawberry.federation.types import LinkImport
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition

from domains.kit.rights import describe_rights
from domains.kit.rules import OtherRows, PersonRows
from domains.kit.scalars import SCALARS
from domains.kit.scopes import ScopeSet

FEDERATION_VERSION: Final = "2.9"  # the newest that all composers read; without its @link they assume Federation 1


@dataclass(frozen=True, eq=False, slots=True)
class Domain:
    """What a domain is made of. `types` lists the classes that `query` does not reach, such as references."""

    name: str
    title: str
    metadata: MetaData
    query: type
    types: tuple[type, ...] = ()
    rows: tuple[PersonRows | OtherRows, ...] = ()
    scope_sets: tuple[ScopeSet, ...] = ()


class SubgraphSchema(strawberry.federation.Schema):
    """A federation schema that always links Federation 2, also where no directive is used yet."""

    def _add_link_directives(self, additional_directives: Any = None) -> None:
        super()._add_link_directives(additional_directives)
        url = f"https://specs.apollo.dev/federation/v{FEDERATION_VERSION}"
        if not any(isinstance(directive, Link) and directive.url == url for directive in self.schema_directives):
            self.schema_directives = [*self.schema_directives, Link(url=url, import_=[LinkImport("@key")])]


@cache
def subgraph(domain: Domain) -> SubgraphSchema:
    """The domain as a federation subgraph, rights included. Needs no database."""
    describe_rights(domain.name, definitions(_schema(domain)))
    return _schema(domain)


def types_of(schema: SubgraphSchema) -> dict[str, GraphQLNamedType]:
    """The graphql-core types of a domain's schema by name."""
    return schema._schema.type_map  # noqa: SLF001 -- Strawberry offers no other way to them


def definitions(schema: SubgraphSchema) -> list[StrawberryObjectDefinition]:
    """Every object type of a domain's schema; Strawberry finds them, so none is forgotten."""
    found = (type_.extensions.get("strawberry-definition") for type_ in types_of(schema).values())
    return [definition for definition in found if isinstance(definition, StrawberryObjectDefinition)]


def _schema(domain: Domain) -> SubgraphSchema:
    return SubgraphSchema(
        query=domain.query,
        types=domain.types,
        federation_version=FEDERATION_VERSION,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
