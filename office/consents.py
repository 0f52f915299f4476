"""Consents, as the citizen who gave them sees them; nobody else sees any here."""

from datetime import datetime

import strawberry

from auth.citizens import consents
from auth.citizens.consents import Consent as Given
from auth.tables import consents as rows
from office.context import Info
from office.fields import asked_by
from office.rows import of
from office.visitor import Capacity


@strawberry.type(description="A portal's leave to read.")
class Consent:
    number: strawberry.ID = of(rows.c.consent)
    client: strawberry.ID = of(rows.c.client)
    client_name: str = strawberry.field(description="What people call the portal.")
    agency_vi: str = strawberry.field(description="Who answers for the portal, in Vietnamese.")
    agency_en: str = strawberry.field(description="Who answers for the portal, in English.")
    purpose_vi: str = strawberry.field(description="For what, in plain Vietnamese.")
    purpose_en: str = strawberry.field(description="For what, in plain English.")
    scopes: list[str] = of(rows.c.scopes)
    about_me: bool = strawberry.field(description="True: about the citizen who asks; false: about a child.")
    given_at: datetime = of(rows.c.recorded_at)
    valid_until: datetime = of(rows.c.valid_until)
    withdrawn_at: datetime | None = of(rows.c.withdrawn_at)


@strawberry.type
class ConsentQueries:
    @asked_by(Capacity.CITIZEN)
    async def consents(self, info: Info) -> list[Consent]:
        """Every consent that the citizen gave, or that was given about them; the latest first."""
        sealed = info.context.visitor.actor.name
        async with info.context.engine.connect() as connection:
            return [_consent(given, sealed) for given in await consents.of_citizen(connection, sealed)]


def _consent(given: Given, sealed: str) -> Consent:
    return Consent(
        number=strawberry.ID(str(given.number)),
        client=strawberry.ID(given.client),
        client_name=given.client_name,
        agency_vi=given.agency[0],
        agency_en=given.agency[1],
        purpose_vi=given.purpose[0],
        purpose_en=given.purpose[1],
        scopes=list(given.scopes),
        about_me=given.subject == sealed,
        given_at=given.given_at,
        valid_until=given.valid_until,
        withdrawn_at=given.withdrawn_at,
    )
