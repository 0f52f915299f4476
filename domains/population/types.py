"""What the population register publishes: where people live and lived, with whom, and who is whose family.

Adds to `Citizen`, which identity owns. Ethnic origin, religion and blood are SENSITIVE (Decree 356/2025, article 4).
"""

from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, or_

from domains.kit.classes import BASIC, SENSITIVE
from domains.kit.fields import AsOf, column, dated, link, relation, value
from domains.kit.scalars import Day, PartialDate, UnitCode
from domains.kit.types import record, reference
from domains.kit.values import Address, AdministrativeUnit, address_of, unit_of
from domains.population.tables import (
    family_links,
    household_members,
    households,
    persons,
    residences,
    temporary_absences,
)


@strawberry.enum(description="Marital status as registered.")
class MaritalStatus(Enum):
    NOT_STATED = "NOT_STATED"
    SINGLE = "SINGLE"
    MARRIED = "MARRIED"
    DIVORCED = "DIVORCED"
    WIDOWED = "WIDOWED"
    SEPARATED = "SEPARATED"


@strawberry.enum(description="Whether a person lives.")
class VitalStatus(Enum):
    ALIVE = "ALIVE"
    DECEASED = "DECEASED"
    MISSING = "MISSING"


@strawberry.enum(description="Relation to the head of a household.")
class HouseholdRelation(Enum):
    HEAD = "HEAD"
    SPOUSE = "SPOUSE"
    CHILD = "CHILD"
    PARENT = "PARENT"
    SIBLING = "SIBLING"
    GRANDPARENT = "GRANDPARENT"
    GRANDCHILD = strawberry.enum_value("GRANDCHILD", description="Grandchild, nephew or niece.")
    CHILD_IN_LAW = "CHILD_IN_LAW"
    ADOPTED = "ADOPTED"
    GUARDIAN = "GUARDIAN"
    OTHER_REL = strawberry.enum_value("OTHER_REL", description="Another relative.")
    NON_REL = strawberry.enum_value("NON_REL", description="A lodger, no relative.")


@strawberry.enum(description="Kind of a residence registration.")
class ResidenceKind(Enum):
    PERMANENT = "PERMANENT"
    TEMPORARY = "TEMPORARY"
    CURRENT = "CURRENT"


@strawberry.enum(description="Why a residence registration ended.")
class RemovalReason(Enum):
    MOVED = "MOVED"
    DEATH = "DEATH"
    MISSING = "MISSING"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    SETTLED_ABROAD = "SETTLED_ABROAD"


@strawberry.enum(description="Why somebody is away.")
class AbsenceReason(Enum):
    WORK = "WORK"
    STUDY = "STUDY"
    MEDICAL_TREATMENT = "MEDICAL_TREATMENT"
    ABROAD = "ABROAD"
    CUSTODY = "CUSTODY"
    OTHER = "OTHER"


@record(table=residences)
class Residence:
    """A residence registration."""

    kind: ResidenceKind | None = column(residences.c.kind, BASIC)
    address: Address | None = value(
        address_of(residences.c.unit_code, residences.c.unit_scheme, residences.c.detail),
        BASIC,
        "The address, with its unit as of then.",
        present=residences.c.unit_code,
    )
    commune_code: UnitCode | None = column(residences.c.commune_code, BASIC)
    valid_from: Day | None = column(residences.c.valid_from, BASIC)
    valid_until: Day | None = column(residences.c.valid_until, BASIC)
    term_until: Day | None = column(residences.c.term_until, BASIC)
    removal_reason: RemovalReason | None = column(residences.c.removal_reason, BASIC)


@record(table=temporary_absences)
class TemporaryAbsence:
    """A declared absence from the permanent residence."""

    absent_from: Day | None = column(temporary_absences.c.absent_from, BASIC)
    absent_until: Day | None = column(temporary_absences.c.absent_until, BASIC)
    destination: AdministrativeUnit | None = value(
        unit_of(temporary_absences.c.destination_code, temporary_absences.c.destination_scheme),
        BASIC,
        "Province of the destination.",
        present=temporary_absences.c.destination_code,
    )
    reason: AbsenceReason | None = column(temporary_absences.c.reason, BASIC)


@record(table=household_members)
class HouseholdMember:
    """A present member of a household; the head is one."""

    person: "Citizen | None" = link("Citizen", household_members.c.pin, BASIC, "The member.")
    relation_to_head: HouseholdRelation | None = column(household_members.c.relation, BASIC)


@record(table=households)
class Household:
    """People who live in one lawful place and are registered together."""

    code: str | None = column(households.c.code, BASIC)
    head: "Citizen | None" = link("Citizen", households.c.head_pin, BASIC, "Head of the household.")
    members: list[HouseholdMember] | None = relation(
        household_members.c.household_code,
        BASIC,
        "Present members, the head included; at most 100.",
        on=households.c.code,
        at_most=100,
    )
    address: Address | None = value(
        address_of(households.c.unit_code, households.c.unit_scheme, households.c.detail),
        BASIC,
        "Where the household lives.",
        present=households.c.unit_code,
    )
    commune_code: UnitCode | None = column(households.c.commune_code, BASIC)


def _relative(description: str, *kinds: str, at_most: int) -> Any:
    """The relatives of these kinds, as citizens."""
    of_kind: ColumnElement[bool] = or_(*(family_links.c.kind == kind for kind in kinds))
    return relation(
        family_links.c.pin, BASIC, description, at_most=at_most, key=family_links.c.relative_pin, where=(of_kind,)
    )


@reference(key="pin", table=persons)
class Citizen:
    """A person of the national population."""

    marital_status: MaritalStatus | None = column(persons.c.marital_status, BASIC)
    ethnicity: str | None = column(persons.c.ethnicity, SENSITIVE)
    religion: str | None = column(persons.c.religion, SENSITIVE)
    blood_type: str | None = column(persons.c.blood_type, SENSITIVE)
    vital_status: VitalStatus | None = column(persons.c.vital_status, BASIC)
    death_or_missing_date: PartialDate | None = column(persons.c.death_or_missing_date, BASIC)
    relation_to_head: HouseholdRelation | None = column(persons.c.relation_to_head, BASIC)
    residence_file_number: str | None = column(persons.c.residence_file_number, BASIC)

    @dated(residences.c.pin, BASIC, at_most=10, as_of=AsOf(residences.c.valid_from, residences.c.valid_until))
    def residences(self, as_of: Day | None = strawberry.UNSET) -> list[Residence] | None:
        """Residence registrations that hold today, or held on the day `asOf`; at most 10."""

    household: Household | None = relation(
        households.c.code, BASIC, "The household the person belongs to now.", on=persons.c.household_code, at_most=1
    )
    parents: list["Citizen"] | None = _relative("Father and mother, at most 4.", "FATHER", "MOTHER", at_most=4)
    spouse: "Citizen | None" = _relative(
        "The present spouse, or the last where the marriage ended by death.", "SPOUSE", at_most=1
    )
    children: list["Citizen"] | None = _relative("Children, at most 100.", "CHILD", at_most=100)
    legal_representatives: list["Citizen"] | None = _relative(
        "Who acts for the person by law, at most 10.", "LEGAL_REPRESENTATIVE", at_most=10
    )
    represented: list["Citizen"] | None = _relative(
        "For whom the person acts by law, at most 100.", "REPRESENTED", at_most=100
    )
    temporary_absences: list[TemporaryAbsence] | None = relation(
        temporary_absences.c.pin, BASIC, "Declared absences of the last two years; at most 100.", at_most=100
    )
