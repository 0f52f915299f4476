"""The invented domain `people`: who lives in which town, with notes that have a history, and friends."""

import strawberry
from sqlalchemy import MetaData, Table

from domains.kit.classes import BASIC
from domains.kit.connections import Connection
from domains.kit.domain import Domain
from domains.kit.fields import AsOf, column, dated, relation
from domains.kit.queries import equals, hits, lookup, lookup_each, page, speaker, verify
from domains.kit.rules import person_rows
from domains.kit.scalars import Cursor, Day, PersonalNumber, UnitCode
from domains.kit.tables import date, rule_columns, surrogate, text
from domains.kit.types import entity, queries, record

metadata = MetaData()
folk = Table(
    "folk", metadata, text("pin", "Key.", primary_key=True), surrogate(), text("name", "Name."),
    text("town", "Town.", nullable=True), *rule_columns(),
)  # fmt: skip
notes = Table(
    "notes", metadata, text("pin", "Whose."), surrogate(), text("words", "Words."), date("since", "First day."),
    date("until", "Last day.", nullable=True), *rule_columns(),
)  # fmt: skip
friends = Table(
    "friends", metadata, text("pin", "Whose."), surrogate(), text("friend_pin", "The friend."), *rule_columns()
)


@record(table=notes)
class Note:
    """Words about somebody."""

    words: str | None = column(notes.c.words, BASIC)


@entity(key="pin", table=folk)
class Citizen:
    """A person."""

    pin: PersonalNumber | None = column(folk.c.pin, BASIC)
    name: str | None = column(folk.c.name, BASIC)
    town: UnitCode | None = column(folk.c.town, BASIC)

    @dated(notes.c.pin, BASIC, at_most=3, as_of=AsOf(notes.c.since, notes.c.until))
    def notes(self, as_of: Day | None = strawberry.UNSET) -> list[Note] | None:
        """Notes that hold."""

    friends: list["Citizen"] | None = relation(friends.c.pin, BASIC, "Friends.", at_most=50, key=friends.c.friend_pin)


NAME = equals(folk.c.name)


@queries
class Query:
    @lookup(folk.c.pin)
    def person(self, pin: PersonalNumber) -> Citizen | None:
        """By number."""

    @lookup_each(folk.c.pin)
    def persons(self, pins: list[PersonalNumber]) -> list[Citizen | None] | None:
        """By numbers."""

    @hits(folk, {"name": NAME}, at_most=2)
    def named(self, name: str) -> list[Citizen] | None:
        """By name, at most two."""

    @page(folk, {"town": equals(folk.c.town, is_area=True), "name": NAME})
    def townsfolk(
        self, town: UnitCode, first: int, name: str | None = strawberry.UNSET, after: Cursor | None = strawberry.UNSET
    ) -> Connection[Citizen] | None:
        """By town, and by name."""

    @verify(folk, {"pin": equals(folk.c.pin), "name": NAME}, "Citizen")
    def verify_name(self, pin: PersonalNumber, name: str) -> bool | None:
        """Whether somebody has this name."""

    @speaker(folk.c.pin)
    def me(self) -> Citizen | None:
        """Who asks."""


PEOPLE = Domain(
    "people",
    "People",
    metadata,
    Query,
    rows=(person_rows(folk, shown_by_key=True), person_rows(notes), person_rows(friends)),
)
