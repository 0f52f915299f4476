"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

from migrations.units import fill_administrative_units

revision = "population_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("administrative_units",
    sa.Column("code", sa.Text(collation="C"), nullable=False, comment="Official code: 2 digits for a province, 5 for a commune."),
    sa.Column("scheme", sa.Text(collation="C"), nullable=False, comment="PRE_2025 (63 provinces) or Y2025 (34 provinces, 3,321 communes)."),
    sa.Column("level", sa.Text(collation="C"), nullable=False, comment="PROVINCE or COMMUNE. There are no districts since 2025-07-01."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="CITY or PROVINCE; WARD, COMMUNE or SPECIAL_ZONE, as of 2025-07-01."),
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="Official name in Vietnamese, NFC; communes with their kind."),
    sa.Column("parent_code", sa.Text(collation="C"), nullable=True, comment="Province of a commune, same scheme. Null: a province."),
    sa.Column("successor_code", sa.Text(collation="C"), nullable=True, comment="Y2025 province that a former province became part of."),
    sa.Column("valid_from", sa.Date(), nullable=True, comment="First day. Null: before the records begin."),
    sa.Column("valid_until", sa.Date(), nullable=True, comment="First day it is no longer valid. Null: still valid."),
    sa.PrimaryKeyConstraint("code", "scheme"),
    comment="Source: Decision 19/2025/QD-TTg. Known gap: the communes of the former scheme are not held."
    )
    op.create_index("administrative_units_parent", "administrative_units", ["parent_code", "scheme"], unique=False)
    op.create_table("family_links",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Whose relative it is."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="FATHER, MOTHER, SPOUSE, CHILD, LEGAL_REPRESENTATIVE or REPRESENTED: what the relative is to the person."),
    sa.Column("relative_pin", sa.Text(collation="C"), nullable=False, comment="The relative."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("relative_residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("relative_protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="Every link stands twice, once from either side. Known gap: parents who died before PINs were given. A spouse is the present one, or the last where the marriage ended by death."
    )
    op.create_table("household_members",
    sa.Column("household_code", sa.Text(collation="C"), nullable=False, comment="The household."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="The member; the head is one."),
    sa.Column("relation", sa.Text(collation="C"), nullable=False, comment="Relation to the head, one of household_relations.csv."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("household_code", "surrogate"),
    comment="Present members only. A person is in one household at most."
    )
    op.create_index("household_members_pin", "household_members", ["pin", "surrogate"], unique=False)
    op.create_table("households",
    sa.Column("code", sa.Text(collation="C"), nullable=False, comment="Residence file number of the household: commune, 5 digits, and 8 digits."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("head_pin", sa.Text(collation="C"), nullable=False, comment="Head of the household; an adult."),
    sa.Column("unit_code", sa.Text(collation="C"), nullable=False, comment="Unit of the address while it held: a commune of 2025 or, where it ended before, a province."),
    sa.Column("unit_scheme", sa.Text(collation="C"), nullable=False, comment="Scheme of unit_code: Y2025, or PRE_2025 where the address ended before 2025-07-01."),
    sa.Column("commune_code", sa.Text(collation="C"), nullable=True, comment="The same commune where the scheme is Y2025; null for a former province."),
    sa.Column("detail", sa.Text(collation="C"), nullable=False, comment="House, street or hamlet, as registered; former district and commune where the scheme is PRE_2025."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("code"),
    comment="People who live in one lawful place and are registered together. Rule columns: the head's, except that protected is true where any member is, for the address is theirs too."
    )
    op.create_index("households_commune", "households", ["commune_code", "surrogate"], unique=False)
    op.create_index("households_head", "households", ["head_pin", "surrogate"], unique=False)
    op.create_table("persons",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Personal identification number; the key that identity owns."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("marital_status", sa.Text(collation="C"), nullable=False, comment="NOT_STATED, SINGLE, MARRIED, DIVORCED, WIDOWED or SEPARATED."),
    sa.Column("ethnicity", sa.Text(collation="C"), nullable=True, comment="Ethnic group: code of the list of 1979 (Decision 121), 01 to 54. Null: not stated."),
    sa.Column("religion", sa.Text(collation="C"), nullable=True, comment="Religion: code 00 (none) to 13. Null: not stated."),
    sa.Column("blood_type", sa.Text(collation="C"), nullable=True, comment="A, B, AB or O, with + or -. Null: on request only, about 7 in 10."),
    sa.Column("vital_status", sa.Text(collation="C"), nullable=False, comment="ALIVE, DECEASED or MISSING."),
    sa.Column("death_or_missing_date", sa.Text(collation="C"), nullable=True, comment="Partial date of death, or since when the person is missing."),
    sa.Column("household_code", sa.Text(collation="C"), nullable=True, comment="Household the person belongs to now. Null: none on record, the dead included."),
    sa.Column("relation_to_head", sa.Text(collation="C"), nullable=True, comment="Relation to its head, one of household_relations.csv: HEAD, SPOUSE, ..."),
    sa.Column("residence_file_number", sa.Text(collation="C"), nullable=True, comment="Residence file: commune, 5 digits, and 8 digits. The dead keep theirs."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin"),
    comment="One row per person ever given a PIN, the dead included."
    )
    op.create_table("residences",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who lives or lived there."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="PERMANENT, TEMPORARY (30 days to 2 years, renewable) or CURRENT."),
    sa.Column("unit_code", sa.Text(collation="C"), nullable=False, comment="Unit of the address while it held: a commune of 2025 or, where it ended before, a province."),
    sa.Column("unit_scheme", sa.Text(collation="C"), nullable=False, comment="Scheme of unit_code: Y2025, or PRE_2025 where the address ended before 2025-07-01."),
    sa.Column("commune_code", sa.Text(collation="C"), nullable=True, comment="The same commune where the scheme is Y2025; null for a former province."),
    sa.Column("detail", sa.Text(collation="C"), nullable=False, comment="House, street or hamlet, as registered; former district and commune where the scheme is PRE_2025."),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="First day of registration."),
    sa.Column("valid_until", sa.Date(), nullable=True, comment="First day it no longer held. Null: it holds."),
    sa.Column("term_until", sa.Date(), nullable=True, comment="Last day that a TEMPORARY registration is valid without renewal."),
    sa.Column("removal_reason", sa.Text(collation="C"), nullable=True, comment="MOVED, DEATH, MISSING, EXPIRED, CANCELED or SETTLED_ABROAD. Null: it holds."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="Registrations with their history. At most one open per person and kind; CURRENT is on record only where it differs from the permanent one. Known gap: short stays under 30 days are not held."
    )
    op.create_index("residences_open_commune", "residences", ["commune_code", "kind", "surrogate"], unique=False, postgresql_where="valid_until IS NULL")
    op.create_table("temporary_absences",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who is away."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("absent_from", sa.Date(), nullable=False, comment="First day of the declared absence."),
    sa.Column("absent_until", sa.Date(), nullable=True, comment="Last day, as declared. Null: open."),
    sa.Column("destination_code", sa.Text(collation="C"), nullable=True, comment="Province of the destination. Null: abroad or not declared."),
    sa.Column("destination_scheme", sa.Text(collation="C"), nullable=True, comment="Scheme of destination_code."),
    sa.Column("reason", sa.Text(collation="C"), nullable=False, comment="WORK, STUDY, MEDICAL_TREATMENT, ABROAD, CUSTODY or OTHER."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="Declared absences from the permanent residence; ended ones are kept for two years."
    )
    fill_administrative_units()
