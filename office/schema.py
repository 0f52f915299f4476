"""The schema of the office: queries written in its modules, mutations made from the acts.

The same for everybody: what a visitor may not ask is said by the field's description and by its refusal, not hidden.
"""

from functools import cache

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from office.audit import AuditQueries
from office.cases import CaseMutations, CaseQueries
from office.changes import mutations
from office.consents import ConsentQueries
from office.disclosures import DisclosureQueries
from office.fields import capacities_of
from office.findings import FindingQueries
from office.holders import HolderQueries
from office.people import PeopleQueries
from office.preview import preview_queries
from office.proposals import ProposalQueries
from office.readings import ReadingQueries
from office.rights import RightsQueries
from office.trials import TrialQueries
from office.unused import UnusedQueries
from office.visitor import Capacity

QUERIES = (
    HolderQueries,
    RightsQueries,
    ProposalQueries,
    PeopleQueries,
    ConsentQueries,
    AuditQueries,
    CaseQueries,
    DisclosureQueries,
    ReadingQueries,
    TrialQueries,
    FindingQueries,
    UnusedQueries,
)


@cache
def schema() -> strawberry.Schema:
    """The one schema. Raises TypeError where a root field does not say who may ask it (law 1)."""
    query = merge_types("Query", (*QUERIES, preview_queries()))
    mutation = merge_types("Mutation", (mutations(), CaseMutations))
    made = strawberry.Schema(query, mutation, config=StrawberryConfig(disable_field_suggestions=True))
    visibility(made)
    _have_one_of_checked(made)
    return made


def executable(made: strawberry.Schema) -> GraphQLSchema:
    """graphql-core's own schema, for checking a document step by step."""
    return made._schema  # noqa: SLF001 -- Strawberry offers no other way to it


def sdl() -> str:
    """The schema in SDL."""
    return schema().as_str()


def visibility(of: strawberry.Schema) -> dict[str, frozenset[Capacity]]:
    """Who may ask each root field, by its coordinate."""
    found: dict[str, frozenset[Capacity]] = {}
    for root in ("Query", "Mutation"):
        definition = executable(of).type_map[root].extensions["strawberry-definition"]
        for field in definition.fields:
            found[f"{root}.{of.config.name_converter.get_graphql_name(field)}"] = capacities_of(field)
    return found


def _have_one_of_checked(of: strawberry.Schema) -> None:
    """Tell graphql-core which inputs are `@oneOf`: Strawberry tells only the SDL, and fails late on its own."""
    for type_ in executable(of).type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = type_.extensions["strawberry-definition"].is_one_of
