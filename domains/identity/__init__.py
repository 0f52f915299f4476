"""The identity domain: who a person is. Owns `Citizen`."""

from domains.identity.queries import Query
from domains.identity.rules import ROWS, SCOPE_SETS
from domains.identity.tables import metadata
from domains.kit.domain import Domain

DOMAIN = Domain(
    name="identity",
    title="National identity register",
    metadata=metadata,
    query=Query,
    rows=ROWS,
    scope_sets=SCOPE_SETS,
)
