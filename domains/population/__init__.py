"""The population domain: where people live, with whom, and who is whose family. Adds to `Citizen`."""

from domains.kit.domain import Domain
from domains.population.queries import Query
from domains.population.rules import ROWS, SCOPE_SETS
from domains.population.tables import metadata
from domains.population.types import Citizen

DOMAIN = Domain(
    name="population",
    title="National population register",
    metadata=metadata,
    query=Query,
    types=(Citizen,),
    rows=ROWS,
    scope_sets=SCOPE_SETS,
)
