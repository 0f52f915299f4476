"""Which rows are about whom, and the released scope sets."""

from domains.kit.rules import person_rows
from domains.kit.scopes import ScopeSet
from social_insurance.tables import benefits, contributions, health_cards

ROWS = (person_rows(contributions), person_rows(benefits), person_rows(health_cards))

SCOPE_SETS = (
    ScopeSet(
        "set:insurance.coverage.v1",
        "Whether a person has health insurance, and at which level.",
        (
            "citizen.health_card:read",
            "health_card.object_code:read",
            "health_card.benefit_level:read",
            "health_card.valid_from:read",
            "health_card.valid_until:read",
        ),
    ),
    ScopeSet(
        "set:insurance.contributions.v1",
        "When and through whom a person was insured, without wages.",
        (
            "citizen.contributions:read",
            "contribution.employer:read",
            "contribution.position:read",
            "contribution.since:read",
            "contribution.until:read",
        ),
    ),
)
