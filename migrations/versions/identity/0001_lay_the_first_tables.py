"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

from migrations.units import fill_administrative_units

revision = "identity_0001"
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
    op.create_table("citizens",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Personal identification number, 12 digits, assigned once, never reissued (art. 12)."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("family_name", sa.Text(collation="C"), nullable=False, comment="Surname, NFC."),
    sa.Column("middle_name", sa.Text(collation="C"), nullable=True, comment="Middle names, NFC, old tone placement as registered."),
    sa.Column("given_name", sa.Text(collation="C"), nullable=False, comment="Given name, NFC."),
    sa.Column("full_name", sa.Text(collation="C"), nullable=False, comment="Surname, middle and given name at birth, NFC, single blanks."),
    sa.Column("folded_name", sa.Text(collation="C"), nullable=False, comment="full_name without tones, diacritics and case; what name searches compare."),
    sa.Column("other_names", sa.ARRAY(sa.Text(collation="C")), nullable=False, comment="Other names in use; empty where none is registered."),
    sa.Column("date_of_birth", sa.Text(collation="C"), nullable=False, comment="Partial date. About 1 in 200 older records knows the year only."),
    sa.Column("birth_year", sa.SmallInteger(), nullable=False, comment="First four digits of date_of_birth, for searches."),
    sa.Column("sex", sa.Text(collation="C"), nullable=False, comment="MALE or FEMALE, as registered."),
    sa.Column("birth_place_code", sa.Text(collation="C"), nullable=True, comment="Province of birth: code in the scheme beside it."),
    sa.Column("birth_place_scheme", sa.Text(collation="C"), nullable=True, comment="Scheme of birth_place_code: PRE_2025 (63 provinces) or Y2025 (34)."),
    sa.Column("birth_registration_code", sa.Text(collation="C"), nullable=False, comment="Province where the birth was registered; its PRE_2025 code is part of the PIN."),
    sa.Column("birth_registration_scheme", sa.Text(collation="C"), nullable=False, comment="Scheme of birth_registration_code."),
    sa.Column("hometown_code", sa.Text(collation="C"), nullable=True, comment="Native place of the family: province code."),
    sa.Column("hometown_scheme", sa.Text(collation="C"), nullable=True, comment="Scheme of hometown_code."),
    sa.Column("nationalities", sa.ARRAY(sa.CHAR(length=2)), nullable=False, comment="ISO 3166-1 alpha-2 codes; VN first."),
    sa.Column("old_identity_number", sa.Text(collation="C"), nullable=True, comment="Nine-digit identity card number before 2016; reused between provinces."),
    sa.Column("occupation", sa.Text(collation="C"), nullable=True, comment="Occupation as declared; never army, police or cipher (art. 15.4)."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin"),
    comment="One row per person ever given a PIN, the dead included. Corrections overwrite; no history."
    )
    op.create_index("citizens_folded_name", "citizens", ["folded_name", "birth_year"], unique=False)
    op.create_index("citizens_old_identity_number", "citizens", ["old_identity_number"], unique=False)
    op.create_table("contacts",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Whose contact this is."),
    sa.Column("mobile", sa.Text(collation="C"), nullable=True, comment="Mobile subscriber number, national format, 10 digits."),
    sa.Column("email", sa.Text(collation="C"), nullable=True, comment="E-mail address."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin"),
    comment="Declared by the person, unverified; about a third of adults have none."
    )
    op.create_table("electronic_identities",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Holder."),
    sa.Column("level", sa.SmallInteger(), nullable=False, comment="Level of identification, 1 or 2."),
    sa.Column("status", sa.Text(collation="C"), nullable=False, comment="ACTIVE or LOCKED."),
    sa.Column("activated_on", sa.Date(), nullable=False, comment="First activation."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin"),
    comment="Electronic identity accounts, age 14 and over (foreigners from 6)."
    )
    op.create_table("identity_cards",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Holder; the card number of a 12-digit card is the holder's PIN."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="CMND_12 (2013-2015), CCCD (2016-2020), CCCD_CHIP (2021-2024) or CAN_CUOC (from 2024-07-01)."),
    sa.Column("issued_on", sa.Date(), nullable=False, comment="Date of issue."),
    sa.Column("issued_by", sa.Text(collation="C"), nullable=False, comment="Issuing authority, as printed."),
    sa.Column("expires_on", sa.Date(), nullable=True, comment="Expiry; null: valid without end (issued at 60 or later)."),
    sa.Column("status", sa.Text(collation="C"), nullable=False, comment="VALID, EXPIRED, REPLACED, LOST or REVOKED."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="12-digit cards since 2013. At most 12 per person. Images and biometrics are not held here."
    )
    fill_administrative_units()
