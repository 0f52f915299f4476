"""The enterprise domain: companies, and who represents, holds or controls them. Owns `Enterprise`."""

from domains.enterprises.queries import Query
from domains.enterprises.rules import ROWS, SCOPE_SETS
from domains.enterprises.tables import metadata
from domains.enterprises.types import Citizen, Enterprise
from domains.kit.domain import Domain

DOMAIN = Domain(
    name="enterprises",
    title="Enterprise register",
    metadata=metadata,
    query=Query,
    types=(Citizen, Enterprise),
    rows=ROWS,
    scope_sets=SCOPE_SETS,
)
