"""What the SDL of a register says that its root fields demand."""

from collections.abc import Mapping

from graphql import GraphQLObjectType

from domains.kit.domain import Domain, subgraph


def demands(domain: Domain) -> Mapping[str, str]:
    """Root field -> last sentence of its description."""
    query = subgraph(domain)._schema.query_type
    assert isinstance(query, GraphQLObjectType)
    own = {name: field for name, field in query.fields.items() if not name.startswith("_")}
    return {name: (field.description or "").rpartition("\n\n")[2] for name, field in own.items()}
