"""What the register publishes. A benefit for sickness or maternity tells of somebody's health, so it is SENSITIVE."""

from enum import Enum

import strawberry

from domains.kit.classes import BASIC, SENSITIVE, public
from domains.kit.connections import Connection
from domains.kit.fields import AsOf, column, connection, dated, link, open_key, relation
from domains.kit.scalars import Cursor, Day, Dong, EnterpriseCode
from domains.kit.types import record, reference
from social_insurance.tables import benefits, contributions, health_cards

PROFILE = public("part of an enterprise's profile, which the registration portal shows to everybody.")


@strawberry.enum(description="What a benefit is paid for.")
class BenefitKind(Enum):
    PENSION = "PENSION"
    SICKNESS = "SICKNESS"
    MATERNITY = "MATERNITY"
    UNEMPLOYMENT = "UNEMPLOYMENT"
    SURVIVOR = "SURVIVOR"


@record(table=benefits)
class Benefit:
    """A benefit that somebody is paid."""

    kind: BenefitKind | None = column(benefits.c.kind, SENSITIVE)
    monthly_amount: Dong | None = column(benefits.c.monthly_amount, BASIC)
    since: Day | None = column(benefits.c.since, BASIC)
    until: Day | None = column(benefits.c.until, BASIC)


@record(table=health_cards)
class HealthCard:
    """A health insurance card."""

    object_code: str | None = column(health_cards.c.object_code, BASIC)
    benefit_level: int | None = column(health_cards.c.benefit_level, BASIC)
    valid_from: Day | None = column(health_cards.c.valid_from, BASIC)
    valid_until: Day | None = column(health_cards.c.valid_until, BASIC)


@record(table=contributions)
class Contribution:
    """A time in which somebody was insured through an employer."""

    insured: "Citizen | None" = link("Citizen", contributions.c.pin, BASIC, "Who is insured.")
    employer: "Enterprise | None" = link("Enterprise", contributions.c.employer_code, BASIC, "Through whom.")
    position: str | None = column(contributions.c.position, BASIC)
    since: Day | None = column(contributions.c.since, BASIC)
    until: Day | None = column(contributions.c.until, BASIC)
    monthly_wage: Dong | None = column(contributions.c.monthly_wage, BASIC)


@reference(key="pin")
class Citizen:
    """A person who is insured."""

    health_card: HealthCard | None = relation(health_cards.c.pin, BASIC, "The present health card.", at_most=1)
    contributions: list[Contribution] | None = relation(
        contributions.c.pin, BASIC, "When and through whom the person was insured; at most 100.", at_most=100
    )

    @dated(benefits.c.pin, BASIC, at_most=20, as_of=AsOf(benefits.c.since, benefits.c.until))
    def benefits(self, as_of: Day | None = strawberry.UNSET) -> list[Benefit] | None:
        """What the person is paid, today or on a day."""


@reference(key="code")
class Enterprise:
    """An employer."""

    code: EnterpriseCode = open_key(PROFILE)

    @connection(contributions.c.employer_code, BASIC)
    def insured(self, first: int, after: Cursor | None = strawberry.UNSET) -> Connection[Contribution] | None:
        """Who was or is insured through this enterprise."""
