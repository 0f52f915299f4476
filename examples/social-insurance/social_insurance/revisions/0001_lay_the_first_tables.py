"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "insurance_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("benefits",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who is paid."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="PENSION, SICKNESS, MATERNITY, UNEMPLOYMENT or SURVIVOR."),
    sa.Column("monthly_amount", sa.BigInteger(), nullable=False, comment="VND a month."),
    sa.Column("since", sa.Date(), nullable=False, comment="First day."),
    sa.Column("until", sa.Date(), nullable=True, comment="First day that is not paid for. Null: it goes on."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="Benefits granted, at most 20 for a person."
    )
    op.create_table("contributions",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who is insured."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("employer_code", sa.Text(collation="C"), nullable=False, comment="The enterprise that contributes."),
    sa.Column("position", sa.Text(collation="C"), nullable=False, comment="Position or work, as the employer declared it."),
    sa.Column("since", sa.Date(), nullable=False, comment="First day of the first month."),
    sa.Column("until", sa.Date(), nullable=True, comment="First day of the first month that is not contributed for. Null: it goes on."),
    sa.Column("monthly_wage", sa.BigInteger(), nullable=False, comment="Wage on which the contribution is reckoned, VND a month."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin", "surrogate"),
    comment="Periods of compulsory insurance, at most 100 for a person. Known gap: voluntary insurance."
    )
    op.create_index("contributions_employer", "contributions", ["employer_code", "surrogate"], unique=False)
    op.create_table("health_cards",
    sa.Column("pin", sa.Text(collation="C"), nullable=False, comment="Who is insured."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("object_code", sa.Text(collation="C"), nullable=False, comment="Group of insured, two letters (Decision 1351/QD-BHXH): DN employees, HT pensioners, TE, ..."),
    sa.Column("benefit_level", sa.SmallInteger(), nullable=False, comment="1 to 5."),
    sa.Column("valid_from", sa.Date(), nullable=False, comment="First day."),
    sa.Column("valid_until", sa.Date(), nullable=False, comment="Last day."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("pin"),
    comment="The present health insurance card of a person."
    )
