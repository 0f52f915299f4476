"""What the identity register publishes: the citizen, and the cards and accounts that belong to one."""

from enum import Enum

import strawberry
from sqlalchemy import ColumnElement, Integer, case, cast, func

from domains.identity.tables import citizens, contacts, electronic_identities, identity_cards
from domains.kit.classes import BASIC
from domains.kit.fields import column, derived, relation, value
from domains.kit.scalars import Day, PartialDate, PersonalNumber
from domains.kit.types import entity, record
from domains.kit.values import AdministrativeUnit, unit_of


@strawberry.enum(description="Sex as registered.")
class Sex(Enum):
    MALE = "MALE"
    FEMALE = "FEMALE"


@strawberry.enum(description="Kind of a 12-digit card, by generation.")
class CardKind(Enum):
    CMND_12 = "CMND_12"
    CCCD = "CCCD"
    CCCD_CHIP = "CCCD_CHIP"
    CAN_CUOC = "CAN_CUOC"


@strawberry.enum(description="State of a card.")
class CardStatus(Enum):
    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    LOST = "LOST"
    REVOKED = "REVOKED"


@strawberry.enum(description="State of an electronic identity account.")
class ElectronicIdentityStatus(Enum):
    ACTIVE = "ACTIVE"
    LOCKED = "LOCKED"


@strawberry.enum(description="Age in bands that identify nobody.")
class AgeBand(Enum):
    UNDER_6 = "UNDER_6"
    FROM_6 = "FROM_6"
    FROM_14 = "FROM_14"
    FROM_18 = "FROM_18"
    FROM_30 = "FROM_30"
    FROM_45 = "FROM_45"
    FROM_60 = "FROM_60"
    FROM_75 = "FROM_75"


def age_of(partial_date: ColumnElement[str]) -> ColumnElement[int]:
    """Completed years today. What the date leaves open counts as its last day: nobody is made older than known."""
    year, today = cast(func.substr(partial_date, 1, 4), Integer), func.current_date()
    month_day = func.substr(partial_date, 6)
    month_only = func.length(month_day) == 2
    latest = case((month_day == "", "12-31"), (month_only, month_day + "-31"), else_=month_day)
    had_birthday = latest <= func.to_char(today, "MM-DD")
    return cast(func.extract("year", today), Integer) - year - case((had_birthday, 0), else_=1)


def age_band_of(age: ColumnElement[int]) -> ColumnElement[str]:
    """The band of an age in completed years."""
    starts = {75: "FROM_75", 60: "FROM_60", 45: "FROM_45", 30: "FROM_30", 18: "FROM_18", 14: "FROM_14", 6: "FROM_6"}
    return case(*((age >= start, band) for start, band in starts.items()), else_="UNDER_6")


AGE = age_of(citizens.c.date_of_birth)


@record(table=contacts)
class Contact:
    """How to reach a person."""

    mobile: str | None = column(contacts.c.mobile, BASIC)
    email: str | None = column(contacts.c.email, BASIC)


@record(table=identity_cards)
class IdentityCard:
    """A 12-digit identity card."""

    kind: CardKind | None = column(identity_cards.c.kind, BASIC)
    issued_on: Day | None = column(identity_cards.c.issued_on, BASIC)
    issued_by: str | None = column(identity_cards.c.issued_by, BASIC)
    expires_on: Day | None = column(identity_cards.c.expires_on, BASIC)
    status: CardStatus | None = column(identity_cards.c.status, BASIC)


@record(table=electronic_identities)
class ElectronicIdentity:
    """An electronic identity account."""

    level: int | None = column(electronic_identities.c.level, BASIC)
    status: ElectronicIdentityStatus | None = column(electronic_identities.c.status, BASIC)
    activated_on: Day | None = column(electronic_identities.c.activated_on, BASIC)


@entity(key="pin", table=citizens)
class Citizen:
    """A natural person in the national population."""

    pin: PersonalNumber | None = column(citizens.c.pin, BASIC)
    family_name: str | None = column(citizens.c.family_name, BASIC)
    middle_name: str | None = column(citizens.c.middle_name, BASIC)
    given_name: str | None = column(citizens.c.given_name, BASIC)
    full_name: str | None = column(citizens.c.full_name, BASIC)
    other_names: list[str] | None = column(citizens.c.other_names, BASIC)
    date_of_birth: PartialDate | None = column(citizens.c.date_of_birth, BASIC)
    birth_year: int | None = column(citizens.c.birth_year, BASIC)
    sex: Sex | None = column(citizens.c.sex, BASIC)
    birth_place: AdministrativeUnit | None = value(
        unit_of(citizens.c.birth_place_code, citizens.c.birth_place_scheme),
        BASIC,
        "Province of birth.",
        present=citizens.c.birth_place_code,
    )
    birth_registration_place: AdministrativeUnit | None = value(
        unit_of(citizens.c.birth_registration_code, citizens.c.birth_registration_scheme),
        BASIC,
        "Province where the birth was registered.",
        present=citizens.c.birth_registration_code,
    )
    hometown: AdministrativeUnit | None = value(
        unit_of(citizens.c.hometown_code, citizens.c.hometown_scheme),
        BASIC,
        "Native place of the family.",
        present=citizens.c.hometown_code,
    )
    nationalities: list[str] | None = column(citizens.c.nationalities, BASIC)
    old_identity_number: str | None = column(citizens.c.old_identity_number, BASIC)
    occupation: str | None = column(citizens.c.occupation, BASIC)
    age: int | None = derived(AGE, BASIC, "Completed years today; a date known in part counts as its last day.")
    is_adult: bool | None = derived(AGE >= 18, BASIC, "True from the 18th birthday.")
    age_band: AgeBand | None = derived(age_band_of(AGE), BASIC, "Age in bands that identify nobody.")
    contact: Contact | None = relation(contacts.c.pin, BASIC, "How to reach the person.", at_most=1)
    identity_cards: list[IdentityCard] | None = relation(
        identity_cards.c.pin, BASIC, "12-digit cards, the replaced ones included; at most 20.", at_most=20
    )
    electronic_identity: ElectronicIdentity | None = relation(
        electronic_identities.c.pin, BASIC, "The electronic identity account.", at_most=1
    )
