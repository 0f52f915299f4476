"""The enterprise register: companies, their branches, and who represents, holds or controls them.

Source of meaning: Law on Enterprises 59/2020 as amended in 2025, Decree 168/2025. The enterprise code is the tax code.
"""

from sqlalchemy import BigInteger, Boolean, Index, MetaData, Numeric, Table, func, literal_column

from domains.kit.tables import column, date, rule_columns, surrogate, synthetic, text
from domains.kit.units import administrative_units

metadata = MetaData()

units = administrative_units(metadata)

PERCENT = Numeric(5, 2)

enterprises = Table(
    "enterprises",
    metadata,
    text(
        "code",
        "10 digits, the last a check digit; a dependent unit has its parent's code, `-` and 3.",
        primary_key=True,
    ),
    surrogate(),
    text("name", "Registered name in Vietnamese, NFC."),
    text("short_name", "Abbreviated name.", nullable=True),
    text("foreign_name", "Name in a foreign language.", nullable=True),
    text("folded_name", "name without tones, diacritics and case; what name searches compare."),
    text("legal_form", "DNTN, TNHH1TV, TNHH2TV, CTCP, CTHD, HTX, or of a dependent unit CN, VPDD: legal_forms.csv."),
    text(
        "status",
        "ACTIVE, SUSPENDED, NOT_AT_ADDRESS, REVOKED_TAX, DISSOLVING, BANKRUPTCY or CLOSED (Decree 168, art. 35).",
    ),
    date("founded_on", "Date of first registration."),
    date("closed_on", "When it ceased to exist. Null unless CLOSED.", nullable=True),
    text("province_code", "Province of the head office, 2 digits, 2025 scheme. The code says nothing of it."),
    text("commune_code", "Commune of the head office, 5 digits, 2025 scheme."),
    text("address_detail", "Number and street of the head office."),
    column("charter_capital", BigInteger(), "Charter capital, VND. Null: a dependent unit has none.", nullable=True),
    column("state_owned", Boolean(), "True: the state holds more than half of the capital."),
    text("parent_code", "Enterprise that a dependent unit belongs to.", nullable=True),
    synthetic(),
    Index("enterprises_folded_name", "folded_name"),
    Index(
        "enterprises_words",
        func.to_tsvector(literal_column("'simple'::regconfig"), literal_column("folded_name")),
        postgresql_using="gin",
    ),
    Index("enterprises_province", "province_code", "surrogate"),
    Index("enterprises_parent", "parent_code", "surrogate"),
    comment="Enterprises and their branches and offices, closed ones included. Household businesses are not held.",
)

industries = Table(
    "industries",
    metadata,
    text("enterprise_code", "The enterprise.", primary_key=True),
    surrogate(primary_key=True),
    text("industry_code", "Division of VSIC 2018, 2 digits: industries.csv. Known gap: four-digit classes."),
    column("is_main", Boolean(), "True: the main line of business, one per enterprise."),
    synthetic(),
    comment="Registered lines of business, at most 20.",
)

representatives = Table(
    "representatives",
    metadata,
    text("enterprise_code", "The enterprise.", primary_key=True),
    surrogate(primary_key=True),
    text("pin", "The legal representative."),
    text("title", "DIRECTOR, GENERAL_DIRECTOR, CHAIR, OWNER, MANAGING_PARTNER or HEAD_OF_UNIT."),
    date("since", "Registered on."),
    *rule_columns(),
    synthetic(),
    comment="Present legal representatives, at most 5.",
)

members = Table(
    "members",
    metadata,
    text("enterprise_code", "The enterprise.", primary_key=True),
    surrogate(primary_key=True),
    text("member_pin", "Member or founding shareholder, if a person.", nullable=True),
    text("member_enterprise", "The same, if an enterprise. Exactly one of the two is given.", nullable=True),
    column("contribution", BigInteger(), "Contributed capital, VND."),
    column("percent", PERCENT, "Share of the charter capital; the members' shares sum to 100."),
    date("since", "Registered on."),
    *rule_columns(),
    synthetic(),
    Index("members_member_enterprise", "member_enterprise", "surrogate"),
    comment="Owner, members or founding shareholders. Trading in shares after the founding is not held.",
)

beneficial_owners = Table(
    "beneficial_owners",
    metadata,
    text("enterprise_code", "The enterprise.", primary_key=True),
    surrogate(primary_key=True),
    text("pin", "Who really owns or controls it."),
    column("percent", PERCENT, "Share held, directly and indirectly. Null: by control alone.", nullable=True),
    text("basis", "CAPITAL (25 % or more), VOTING_RIGHTS or CONTROL."),
    date("since", "Declared on, 2025-07-01 at the earliest."),
    *rule_columns(),
    synthetic(),
    comment="Beneficial owners; not public (since 2025-07-01).",
)

roles = Table(
    "roles",
    metadata,
    text("pin", "The person.", primary_key=True),
    surrogate(primary_key=True),
    text("enterprise_code", "The enterprise."),
    text("kind", "REPRESENTATIVE, MEMBER or BENEFICIAL_OWNER."),
    date("since", "As in the table that the kind names."),
    *rule_columns(),
    synthetic(),
    comment="The persons of representatives, members and beneficial_owners by PIN: written together with them, so "
    "that the roles of one person are one list.",
)
