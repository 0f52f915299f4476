"""The ways into the population register. Both find people by something personal, so both take a lookup."""

import strawberry

from domains.kit.connections import Connection
from domains.kit.queries import equals, lookup, page
from domains.kit.scalars import Cursor, UnitCode
from domains.kit.types import queries
from domains.population.tables import households, residences
from domains.population.types import Citizen, Household

COMMUNE = equals(residences.c.commune_code, is_area=True)
RESIDENT = (residences.c.kind == "PERMANENT", residences.c.valid_until.is_(None))


@queries
class Query:
    @lookup(households.c.code)
    def household(self, code: str) -> Household | None:
        """The household with this residence file number."""

    @page(residences, {"commune_code": COMMUNE}, key=residences.c.pin, where=RESIDENT)
    def residents(
        self, commune_code: UnitCode, first: int, after: Cursor | None = strawberry.UNSET
    ) -> Connection[Citizen] | None:
        """Everybody whose permanent residence is in this commune now."""
