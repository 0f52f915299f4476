"""The social-insurance register: contributions through employers, benefits, and health cards.

Source of meaning: Law on Social Insurance 41/2024. Since 2025-08-01 a person's code is the personal identification
number. Who a person is belongs to identity, what an enterprise is to enterprises: here both are keys.
"""

from sqlalchemy import BigInteger, Index, MetaData, SmallInteger, Table

from domains.kit.tables import column, date, rule_columns, surrogate, synthetic, text

metadata = MetaData()

contributions = Table(
    "contributions",
    metadata,
    text("pin", "Who is insured.", primary_key=True),
    surrogate(primary_key=True),
    text("employer_code", "The enterprise that contributes."),
    text("position", "Position or work, as the employer declared it."),
    date("since", "First day of the first month."),
    date("until", "First day of the first month that is not contributed for. Null: it goes on.", nullable=True),
    column("monthly_wage", BigInteger(), "Wage on which the contribution is reckoned, VND a month."),
    *rule_columns(),
    synthetic(),
    Index("contributions_employer", "employer_code", "surrogate"),
    comment="Periods of compulsory insurance, at most 100 for a person. Known gap: voluntary insurance.",
)

benefits = Table(
    "benefits",
    metadata,
    text("pin", "Who is paid.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "PENSION, SICKNESS, MATERNITY, UNEMPLOYMENT or SURVIVOR."),
    column("monthly_amount", BigInteger(), "VND a month."),
    date("since", "First day."),
    date("until", "First day that is not paid for. Null: it goes on.", nullable=True),
    *rule_columns(),
    synthetic(),
    comment="Benefits granted, at most 20 for a person.",
)

health_cards = Table(
    "health_cards",
    metadata,
    text("pin", "Who is insured.", primary_key=True),
    surrogate(),
    text("object_code", "Group of insured, two letters (Decision 1351/QD-BHXH): DN employees, HT pensioners, TE, ..."),
    column("benefit_level", SmallInteger(), "1 to 5."),
    date("valid_from", "First day."),
    date("valid_until", "Last day."),
    *rule_columns(),
    synthetic(),
    comment="The present health insurance card of a person.",
)
