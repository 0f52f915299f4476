"""The identity register: who a person is, which cards and electronic identities the person holds.

Source of meaning: Law on Identification 26/2023, articles 9 and 15. A partial date is text: `1950`, `1950-03` or
`1950-03-12`.
"""

from sqlalchemy import ARRAY, CHAR, Index, MetaData, SmallInteger, Table

from domains.kit.tables import PLAIN, column, date, rule_columns, surrogate, synthetic, text
from domains.kit.units import administrative_units

metadata = MetaData()

units = administrative_units(metadata)

citizens = Table(
    "citizens",
    metadata,
    text(
        "pin", "Personal identification number, 12 digits, assigned once, never reissued (art. 12).", primary_key=True
    ),
    surrogate(),
    text("family_name", "Surname, NFC."),
    text("middle_name", "Middle names, NFC, old tone placement as registered.", nullable=True),
    text("given_name", "Given name, NFC."),
    text("full_name", "Surname, middle and given name at birth, NFC, single blanks."),
    text("folded_name", "full_name without tones, diacritics and case; what name searches compare."),
    column("other_names", ARRAY(PLAIN), "Other names in use; empty where none is registered."),
    text("date_of_birth", "Partial date. About 1 in 200 older records knows the year only."),
    column("birth_year", SmallInteger(), "First four digits of date_of_birth, for searches."),
    text("sex", "MALE or FEMALE, as registered."),
    text("birth_place_code", "Province of birth: code in the scheme beside it.", nullable=True),
    text("birth_place_scheme", "Scheme of birth_place_code: PRE_2025 (63 provinces) or Y2025 (34).", nullable=True),
    text("birth_registration_code", "Province where the birth was registered; its PRE_2025 code is part of the PIN."),
    text("birth_registration_scheme", "Scheme of birth_registration_code."),
    text("hometown_code", "Native place of the family: province code.", nullable=True),
    text("hometown_scheme", "Scheme of hometown_code.", nullable=True),
    column("nationalities", ARRAY(CHAR(2)), "ISO 3166-1 alpha-2 codes; VN first."),
    text(
        "old_identity_number", "Nine-digit identity card number before 2016; reused between provinces.", nullable=True
    ),
    text("occupation", "Occupation as declared; never army, police or cipher (art. 15.4).", nullable=True),
    *rule_columns(),
    synthetic(),
    Index("citizens_name_and_birth_date", "folded_name", "date_of_birth"),
    Index("citizens_name_and_birth_place", "folded_name", "birth_year", "birth_place_code"),
    Index("citizens_old_identity_number", "old_identity_number"),
    comment="One row per person ever given a PIN, the dead included. Corrections overwrite; no history.",
)

contacts = Table(
    "contacts",
    metadata,
    text("pin", "Whose contact this is.", primary_key=True),
    text("mobile", "Mobile subscriber number, national format, 10 digits.", nullable=True),
    text("email", "E-mail address.", nullable=True),
    *rule_columns(),
    synthetic(),
    comment="Declared by the person, unverified; about a third of adults have none.",
)

identity_cards = Table(
    "identity_cards",
    metadata,
    text("pin", "Holder; the card number of a 12-digit card is the holder's PIN.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "CMND_12 (2013-2015), CCCD (2016-2020), CCCD_CHIP (2021-2024) or CAN_CUOC (from 2024-07-01)."),
    date("issued_on", "Date of issue."),
    text("issued_by", "Issuing authority, as printed."),
    date("expires_on", "Expiry; null: valid without end (issued at 60 or later).", nullable=True),
    text("status", "VALID, EXPIRED, REPLACED, LOST or REVOKED."),
    *rule_columns(),
    synthetic(),
    comment="12-digit cards since 2013. At most 12 per person. Images and biometrics are not held here.",
)

electronic_identities = Table(
    "electronic_identities",
    metadata,
    text("pin", "Holder.", primary_key=True),
    column("level", SmallInteger(), "Level of identification, 1 or 2."),
    text("status", "ACTIVE or LOCKED."),
    date("activated_on", "First activation."),
    *rule_columns(),
    synthetic(),
    comment="Electronic identity accounts, age 14 and over (foreigners from 6).",
)
