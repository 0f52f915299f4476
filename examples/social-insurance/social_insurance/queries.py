"""The way into the register: people by their employer, which finds them by something personal and takes a lookup."""

import strawberry

from domains.kit.connections import Connection
from domains.kit.queries import equals, page
from domains.kit.scalars import Cursor, EnterpriseCode
from domains.kit.types import queries
from social_insurance.tables import contributions
from social_insurance.types import Citizen

EMPLOYER = equals(contributions.c.employer_code)


@queries
class Query:
    @page(contributions, {"employer": EMPLOYER}, key=contributions.c.pin, where=(contributions.c.until.is_(None),))
    def employees(
        self, employer: EnterpriseCode, first: int, after: Cursor | None = strawberry.UNSET
    ) -> Connection[Citizen] | None:
        """Everybody who is insured through this enterprise now."""
