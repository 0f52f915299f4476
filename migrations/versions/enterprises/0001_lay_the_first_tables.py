"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

from migrations.units import fill_administrative_units

revision = "enterprises_0001"
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
    op.create_table("beneficial_owners",
    sa.Column("enterprise_code", sa.Text(collation="C"), nullable=False, comment="The enterprise."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who really owns or controls it."),
    sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=True, comment="Share held, directly and indirectly. Null: by control alone."),
    sa.Column("basis", sa.Text(collation="C"), nullable=False, comment="CAPITAL (25 % or more), VOTING_RIGHTS or CONTROL."),
    sa.Column("since", sa.Date(), nullable=False, comment="Declared on, 2025-07-01 at the earliest."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("enterprise_code", "surrogate"),
    comment="Beneficial owners; not public (since 2025-07-01)."
    )
    op.create_table("enterprises",
    sa.Column("code", sa.Text(collation="C"), nullable=False, comment="10 digits, the last a check digit; a dependent unit has its parent's code, `-` and 3."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="Registered name in Vietnamese, NFC."),
    sa.Column("short_name", sa.Text(collation="C"), nullable=True, comment="Abbreviated name."),
    sa.Column("foreign_name", sa.Text(collation="C"), nullable=True, comment="Name in a foreign language."),
    sa.Column("folded_name", sa.Text(collation="C"), nullable=False, comment="name without tones, diacritics and case; what name searches compare."),
    sa.Column("legal_form", sa.Text(collation="C"), nullable=False, comment="DNTN, TNHH1TV, TNHH2TV, CTCP, CTHD, HTX, or of a dependent unit CN, VPDD: legal_forms.csv."),
    sa.Column("status", sa.Text(collation="C"), nullable=False, comment="ACTIVE, SUSPENDED, NOT_AT_ADDRESS, REVOKED_TAX, DISSOLVING, BANKRUPTCY or CLOSED (Decree 168, art. 35)."),
    sa.Column("founded_on", sa.Date(), nullable=False, comment="Date of first registration."),
    sa.Column("closed_on", sa.Date(), nullable=True, comment="When it ceased to exist. Null unless CLOSED."),
    sa.Column("province_code", sa.Text(collation="C"), nullable=False, comment="Province of the head office, 2 digits, 2025 scheme. The code says nothing of it."),
    sa.Column("commune_code", sa.Text(collation="C"), nullable=False, comment="Commune of the head office, 5 digits, 2025 scheme."),
    sa.Column("address_detail", sa.Text(collation="C"), nullable=False, comment="Number and street of the head office."),
    sa.Column("charter_capital", sa.BigInteger(), nullable=True, comment="Charter capital, VND. Null: a dependent unit has none."),
    sa.Column("state_owned", sa.Boolean(), nullable=False, comment="True: the state holds more than half of the capital."),
    sa.Column("parent_code", sa.Text(collation="C"), nullable=True, comment="Enterprise that a dependent unit belongs to."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("code"),
    comment="Enterprises and their branches and offices, closed ones included. Household businesses are not held."
    )
    op.create_index("enterprises_folded_name", "enterprises", ["folded_name"], unique=False)
    op.create_index("enterprises_parent", "enterprises", ["parent_code", "surrogate"], unique=False)
    op.create_index("enterprises_province", "enterprises", ["province_code", "surrogate"], unique=False)
    op.create_index("enterprises_words", "enterprises", [sa.literal_column("to_tsvector('simple'::regconfig, folded_name)")], unique=False, postgresql_using="gin")
    op.create_table("industries",
    sa.Column("enterprise_code", sa.Text(collation="C"), nullable=False, comment="The enterprise."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("industry_code", sa.Text(collation="C"), nullable=False, comment="Division of VSIC 2018, 2 digits: industries.csv. Known gap: four-digit classes."),
    sa.Column("is_main", sa.Boolean(), nullable=False, comment="True: the main line of business, one per enterprise."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("enterprise_code", "surrogate"),
    comment="Registered lines of business, at most 20."
    )
    op.create_table("members",
    sa.Column("enterprise_code", sa.Text(collation="C"), nullable=False, comment="The enterprise."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("member_pin", sa.Text(collation="C"), nullable=True, comment="Member or founding shareholder, if a person."),
    sa.Column("member_enterprise", sa.Text(collation="C"), nullable=True, comment="The same, if an enterprise. Exactly one of the two is given."),
    sa.Column("contribution", sa.BigInteger(), nullable=False, comment="Contributed capital, VND."),
    sa.Column("percent", sa.Numeric(precision=5, scale=2), nullable=False, comment="Share of the charter capital; the members' shares sum to 100."),
    sa.Column("since", sa.Date(), nullable=False, comment="Registered on."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("enterprise_code", "surrogate"),
    comment="Owner, members or founding shareholders. Trading in shares after the founding is not held."
    )
    op.create_index("members_member_enterprise", "members", ["member_enterprise", "surrogate"], unique=False)
    op.create_table("representatives",
    sa.Column("enterprise_code", sa.Text(collation="C"), nullable=False, comment="The enterprise."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="The legal representative."),
    sa.Column("title", sa.Text(collation="C"), nullable=False, comment="DIRECTOR, GENERAL_DIRECTOR, CHAIR, OWNER, MANAGING_PARTNER or HEAD_OF_UNIT."),
    sa.Column("since", sa.Date(), nullable=False, comment="Registered on."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("enterprise_code", "surrogate"),
    comment="Present legal representatives, at most 5."
    )
    op.create_table("roles",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="The person."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("enterprise_code", sa.Text(collation="C"), nullable=False, comment="The enterprise."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="REPRESENTATIVE, MEMBER or BENEFICIAL_OWNER."),
    sa.Column("since", sa.Date(), nullable=False, comment="As in the table that the kind names."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="The persons of representatives, members and beneficial_owners by PIN: written together with them, so that the roles of one person are one list."
    )
    fill_administrative_units()
