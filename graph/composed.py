"""The composed graph as a value: one schema over all domains, and what every field of it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import GraphQLSchema

from auth.access.references import Seals
from domains.kit.domain import Domain
from domains.kit.rights import Published, Right
from domains.kit.rules import OtherRows, PersonRows
from domains.kit.types import Origin


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """What one field is made of, and by whom.

    `binding` is None for parts of values and of connections; `right` is None for those and for root fields.
    """

    domain: str
    binding: Any
    origin: Origin | None
    right: Right | None
    python_name: str


@dataclass(frozen=True, eq=False, slots=True)
class Served:
    """What one domain has besides its own fields where it is served to a router: the federation's machinery."""

    seals: Seals
    sdl: str  # as composers read it
    entities: tuple[str, ...]  # types that a router enters by reference


@dataclass(frozen=True, eq=False)
class Composed:
    """One schema over all domains, and what the planner needs to know of it.

    `served` is there where the schema is that of one domain behind a router.
    """

    schema: GraphQLSchema
    domains: tuple[Domain, ...]
    made: Mapping[tuple[str, str], Made]  # (type, field) as in GraphQL
    origins: Mapping[str, Mapping[str, Origin]]  # type -> domain -> where that domain's fields come from
    published: Published  # column -> the field that publishes it
    served: Served | None = None

    @cached_property
    def rows(self) -> Mapping[Any, PersonRows]:
        """The tables whose rows are about persons."""
        stated = (rows for domain in self.domains for rows in domain.rows)
        return {rows.source: rows for rows in stated if isinstance(rows, PersonRows)}

    @cached_property
    def other_rows(self) -> Mapping[Any, OtherRows]:
        """The guarded tables whose rows are about nobody."""
        stated = (rows for domain in self.domains for rows in domain.rows)
        return {rows.source: rows for rows in stated if isinstance(rows, OtherRows)}

    @cached_property
    def stated_tables(self) -> frozenset[Any]:
        """Every table of which a domain's rules say whose rows it holds."""
        return frozenset(rows.source for domain in self.domains for rows in domain.rows)

    def owner(self, type_name: str) -> Origin | None:
        """The origin of the domain that owns an entity; None for types that are no entity."""
        owners = (origin for origin in self.origins.get(type_name, {}).values() if origin.owns and origin.key)
        return next(owners, None)

    def is_entity(self, type_name: str) -> bool:
        """True for types that domains join by key."""
        return any(origin.key for origin in self.origins.get(type_name, {}).values())
