"""The ways into the identity register."""

import strawberry

from domains.identity import tables
from domains.identity.types import Citizen
from domains.kit.names import fold
from domains.kit.queries import equals, hits, lookup, lookup_each, speaker, verify
from domains.kit.scalars import PartialDate, PersonalNumber, UnitCode
from domains.kit.types import queries

PIN = tables.citizens.c.pin
FULL_NAME = equals(tables.citizens.c.folded_name, of=tables.citizens.c.full_name, prepare=fold)
DATE_OF_BIRTH = equals(tables.citizens.c.date_of_birth)
BIRTH_YEAR = equals(tables.citizens.c.birth_year)
BIRTH_PLACE = equals(tables.citizens.c.birth_place_code)
OLD_NUMBER = equals(tables.citizens.c.old_identity_number)


@strawberry.input(description="Full name and date of birth, both as registered.")
class NameAndBirthDate:
    full_name: str
    date_of_birth: PartialDate


@strawberry.input(description="Full name, year and province of birth.")
class NameAndBirthPlace:
    full_name: str
    birth_year: int
    birth_place_code: UnitCode


@strawberry.input(description="Old nine-digit number and full name: the number alone was given to several people.")
class OldNumberAndName:
    old_identity_number: str
    full_name: str


@strawberry.input(one_of=True, description="Exactly one of these combinations.")
class CitizenSearch:
    name_and_birth_date: NameAndBirthDate | None = strawberry.UNSET
    name_and_birth_place: NameAndBirthPlace | None = strawberry.UNSET
    old_number_and_name: OldNumberAndName | None = strawberry.UNSET


SEARCHES = {
    "name_and_birth_date": {"full_name": FULL_NAME, "date_of_birth": DATE_OF_BIRTH},
    "name_and_birth_place": {"full_name": FULL_NAME, "birth_year": BIRTH_YEAR, "birth_place_code": BIRTH_PLACE},
    "old_number_and_name": {"old_identity_number": OLD_NUMBER, "full_name": FULL_NAME},
}


@queries
class Query:
    @lookup(PIN)
    def citizen(self, pin: PersonalNumber) -> Citizen | None:
        """The citizen with this personal number."""

    @lookup_each(PIN)
    def citizens(self, pins: list[PersonalNumber]) -> list[Citizen | None] | None:
        """Up to 100 citizens, in the order asked; null where there is nobody."""

    @hits(tables.citizens, {"search": SEARCHES}, at_most=10)
    def find_citizens(self, search: CitizenSearch) -> list[Citizen] | None:
        """Everybody who fits, at most 10; more than that is TOO_MANY_MATCHES. Tones and case do not count."""

    @verify(tables.citizens, {"pin": equals(PIN), "full_name": FULL_NAME, "date_of_birth": DATE_OF_BIRTH}, "Citizen")
    def verify_identity(self, pin: PersonalNumber, full_name: str, date_of_birth: PartialDate) -> bool | None:
        """True where one living or dead person has all three; tones and case of the name do not count."""

    @speaker(PIN)
    def me(self) -> Citizen | None:
        """The citizen for whom the token speaks; refused for every other token."""
