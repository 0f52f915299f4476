"""The population register: where a person lives and lived, with whom, and whose child, spouse or parent the person is.

Source of meaning: Law on Identification 26/2023, article 9; Law on Residence 68/2020; Decree 154/2024, article 11. A
partial date is text: `1950`, `1950-03` or `1950-03-12`. Who a person is belongs to identity: here a person is a key.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Index, MetaData, Table

from domains.kit.tables import date, rule_columns, surrogate, synthetic, text
from domains.kit.units import administrative_units

metadata = MetaData()

units = administrative_units(metadata)


def _address() -> Sequence[Column[Any]]:
    return (
        text(
            "unit_code", "Unit of the address while it held: a commune of 2025 or, where it ended before, a province."
        ),
        text("unit_scheme", "Scheme of unit_code: Y2025, or PRE_2025 where the address ended before 2025-07-01."),
        text("commune_code", "The same commune where the scheme is Y2025; null for a former province.", nullable=True),
        text(
            "detail",
            "House, street or hamlet, as registered; former district and commune where the scheme is PRE_2025.",
        ),
    )


persons = Table(
    "persons",
    metadata,
    text("pin", "Personal identification number; the key that identity owns.", primary_key=True),
    surrogate(),
    text("marital_status", "NOT_STATED, SINGLE, MARRIED, DIVORCED, WIDOWED or SEPARATED."),
    text(
        "ethnicity", "Ethnic group: code of the list of 1979 (Decision 121), 01 to 54. Null: not stated.", nullable=True
    ),
    text("religion", "Religion: code 00 (none) to 13. Null: not stated.", nullable=True),
    text("blood_type", "A, B, AB or O, with + or -. Null: on request only, about 7 in 10.", nullable=True),
    text("vital_status", "ALIVE, DECEASED or MISSING."),
    text("death_or_missing_date", "Partial date of death, or since when the person is missing.", nullable=True),
    text(
        "household_code", "Household the person belongs to now. Null: none on record, the dead included.", nullable=True
    ),
    text("relation_to_head", "Relation to its head, one of household_relations.csv: HEAD, SPOUSE, ...", nullable=True),
    text(
        "residence_file_number", "Residence file: commune, 5 digits, and 8 digits. The dead keep theirs.", nullable=True
    ),
    *rule_columns(),
    synthetic(),
    comment="One row per person ever given a PIN, the dead included.",
)

residences = Table(
    "residences",
    metadata,
    text("pin", "Who lives or lived there.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "PERMANENT, TEMPORARY (30 days to 2 years, renewable) or CURRENT."),
    *_address(),
    date("valid_from", "First day of registration."),
    date("valid_until", "First day it no longer held. Null: it holds.", nullable=True),
    date("term_until", "Last day that a TEMPORARY registration is valid without renewal.", nullable=True),
    text(
        "removal_reason", "MOVED, DEATH, MISSING, EXPIRED, CANCELED or SETTLED_ABROAD. Null: it holds.", nullable=True
    ),
    *rule_columns(),
    synthetic(),
    Index("residences_open_commune", "commune_code", "kind", "surrogate", postgresql_where="valid_until IS NULL"),
    comment="Registrations with their history. At most one open per person and kind; CURRENT is on record only where "
    "it differs from the permanent one. Known gap: short stays under 30 days are not held.",
)

households = Table(
    "households",
    metadata,
    text("code", "Residence file number of the household: commune, 5 digits, and 8 digits.", primary_key=True),
    surrogate(),
    text("head_pin", "Head of the household; an adult."),
    *_address(),
    *rule_columns(),
    synthetic(),
    Index("households_head", "head_pin", "surrogate"),
    Index("households_commune", "commune_code", "surrogate"),
    comment="People who live in one lawful place and are registered together. Rule columns: the head's, except that "
    "protected is true where any member is, for the address is theirs too.",
)

household_members = Table(
    "household_members",
    metadata,
    text("household_code", "The household.", primary_key=True),
    surrogate(primary_key=True),
    text("pin", "The member; the head is one."),
    text("relation", "Relation to the head, one of household_relations.csv."),
    *rule_columns(),
    synthetic(),
    Index("household_members_pin", "pin", "surrogate"),
    comment="Present members only. A person is in one household at most.",
)

family_links = Table(
    "family_links",
    metadata,
    text("pin", "Whose relative it is.", primary_key=True),
    surrogate(primary_key=True),
    text(
        "kind",
        "FATHER, MOTHER, SPOUSE, CHILD, LEGAL_REPRESENTATIVE or REPRESENTED: what the relative is to the person.",
    ),
    text("relative_pin", "The relative."),
    *rule_columns(),
    *rule_columns("relative"),
    synthetic(),
    comment="Every link stands twice, once from either side. Known gap: parents who died before PINs were given. "
    "A spouse is the present one, or the last where the marriage ended by death.",
)

temporary_absences = Table(
    "temporary_absences",
    metadata,
    text("pin", "Who is away.", primary_key=True),
    surrogate(primary_key=True),
    date("absent_from", "First day of the declared absence."),
    date("absent_until", "Last day, as declared. Null: open.", nullable=True),
    text("destination_code", "Province of the destination. Null: abroad or not declared.", nullable=True),
    text("destination_scheme", "Scheme of destination_code.", nullable=True),
    text("reason", "WORK, STUDY, MEDICAL_TREATMENT, ABROAD, CUSTODY or OTHER."),
    *rule_columns(),
    synthetic(),
    comment="Declared absences from the permanent residence; ended ones are kept for two years.",
)
