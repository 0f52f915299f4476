"""The land domain: who holds which right in which parcel. Owns `Parcel`."""

from domains.kit.domain import Domain
from domains.land.queries import Query
from domains.land.rules import ROWS, SCOPE_SETS
from domains.land.tables import metadata
from domains.land.types import Citizen, Enterprise, Parcel

DOMAIN = Domain(
    name="land",
    title="Land register",
    metadata=metadata,
    query=Query,
    types=(Citizen, Enterprise, Parcel),
    rows=ROWS,
    scope_sets=SCOPE_SETS,
)
