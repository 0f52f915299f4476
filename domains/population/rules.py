"""Which rows of the population register are about whom, and its released scope sets."""

from dataclasses import replace

from domains.kit.rules import Others, person_rows, two_person_rows
from domains.kit.scopes import ScopeSet
from domains.population.tables import (
    family_links,
    household_members,
    households,
    persons,
    residences,
    temporary_absences,
)

MEMBERS = Others(households.c.code, household_members.c.household_code, household_members.c.pin)

ROWS = (
    person_rows(persons),
    person_rows(residences),
    replace(person_rows(households, "head_pin"), others=MEMBERS),
    person_rows(household_members),
    two_person_rows(family_links, "pin", "relative"),
    person_rows(temporary_absences),
)

SCOPE_SETS = (
    ScopeSet(
        "set:population.residence.v1",
        "Where a person lives now.",
        (
            "citizen.residences:read",
            "residence.kind:read",
            "residence.address:read",
            "residence.commune_code:read",
            "residence.valid_from:read",
            "residence.term_until:read",
        ),
    ),
    ScopeSet(
        "set:population.household.v1",
        "The household a person belongs to, with its members.",
        (
            "citizen.household:read",
            "citizen.relation_to_head:read",
            "household.code:read",
            "household.head:read",
            "household.members:read",
            "household.address:read",
            "household_member.person:read",
            "household_member.relation_to_head:read",
        ),
    ),
    ScopeSet(
        "set:population.family.v1",
        "Parents, spouse, children and legal representatives.",
        (
            "citizen.parents:read",
            "citizen.spouse:read",
            "citizen.children:read",
            "citizen.legal_representatives:read",
            "citizen.represented:read",
        ),
    ),
    ScopeSet(
        "set:population.civil_status.v1",
        "Marital status, and whether the person lives.",
        ("citizen.marital_status:read", "citizen.vital_status:read", "citizen.death_or_missing_date:read"),
    ),
)
