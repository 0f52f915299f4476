"""Pairs of domains, `people` and `gossip`, that do not make one graph, each pair wrong in one way; and a sound pair."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import MetaData, Table

from domains.kit.classes import BASIC, public
from domains.kit.domain import Domain
from domains.kit.fields import column, open_key, value
from domains.kit.queries import equals, hits
from domains.kit.rules import person_rows
from domains.kit.tables import rule_columns, text
from domains.kit.types import entity, queries, record, reference, value_type

OPEN = public("invented.")

metadata = MetaData()
people = Table(
    "people", metadata, text("pin", "Key.", primary_key=True), text("name", "Name."), text("alias", "Alias."),
    *rule_columns(),
)  # fmt: skip

BY_NAME = equals(people.c.name)

Pair = tuple[Domain, Domain]
Conflict = Callable[[], Pair]


def domain(name: str, way_in: str, target: type, *, given: type = str) -> Domain:
    """A domain with one way in, called `way_in`, to `target`, by an argument of the type `given`."""

    def root(self: object, by: Any) -> Any:
        """Invented."""

    root.__name__ = way_in
    root.__annotations__ = {"by": given, "return": list[target] | None}  # type: ignore[valid-type]
    query = queries(type("Query", (), {way_in: hits(people, {"by": BY_NAME}, at_most=10)(root)}))
    return Domain(name, name.title(), metadata, query, (target,), rows=(person_rows(people),))


def people_domain() -> Domain:
    """Owns Person, joined by a sealed key."""

    @entity(key="pin", table=people)
    class Person:
        """Invented."""

        pin: str | None = column(people.c.pin, BASIC)
        name: str | None = column(people.c.name, BASIC)

    return domain("people", "person", Person)


def nothing() -> Pair:
    @reference(key="pin", table=people)
    class Person:
        alias: str | None = column(people.c.alias, BASIC)

    return people_domain(), domain("gossip", "rumor", Person)


def one_field_twice() -> Pair:
    @reference(key="pin", table=people)
    class Person:
        name: str | None = column(people.c.name, BASIC)

    return people_domain(), domain("gossip", "rumor", Person)


def one_way_in_twice() -> Pair:
    @reference(key="pin", table=people)
    class Person:
        alias: str | None = column(people.c.alias, BASIC)

    return people_domain(), domain("gossip", "person", Person)


def an_open_key_and_a_sealed_one() -> Pair:
    @reference(key="pin", table=people)
    class Person:
        pin: str = open_key(OPEN)
        alias: str | None = column(people.c.alias, BASIC)

    return people_domain(), domain("gossip", "rumor", Person)


def two_records_of_one_name() -> Pair:
    def note(field: str) -> type:
        class Note:
            """Invented."""

        Note.__annotations__ = {field: str | None}
        setattr(Note, field, column(people.c[field], BASIC))
        return record(table=people)(Note)

    return domain("people", "note", note("name")), domain("gossip", "rumor", note("alias"))


def one_record_twice() -> Pair:
    def note() -> type:
        @record(table=people)
        class Note:
            """Invented."""

            name: str | None = column(people.c.name, BASIC)

        return Note

    return domain("people", "note", note()), domain("gossip", "rumor", note())


def _with_value(name: str, way_in: str, parts: dict[str, Any]) -> Domain:
    class Place:
        """Invented."""

    Place.__annotations__ = parts
    place = value_type(Place)

    class Note:
        """Invented."""

    Note.__annotations__ = {"place": place | None}
    Note.place = value(dict.fromkeys(parts, people.c.name), BASIC, "Invented.", present=people.c.name)  # type: ignore[attr-defined]
    Note.__name__ = way_in.title()
    return domain(name, way_in, record(table=people)(Note))


def a_value_with_another_type() -> Pair:
    return _with_value("people", "note", {"code": str}), _with_value("gossip", "rumor", {"code": int})


def a_value_with_a_part_more() -> Pair:
    return _with_value("people", "note", {"code": str}), _with_value("gossip", "rumor", {"code": str, "detail": str})


def two_kinds_of_one_name() -> Pair:
    @record(table=people)
    class Note:
        """Invented."""

        name: str | None = column(people.c.name, BASIC)

    @strawberry.enum(name="Note")
    class Kind(Enum):
        GOOD = "GOOD"

    @record(table=people)
    class Rumor:
        """Invented."""

        kind: Kind | None = column(people.c.name, BASIC)

    return domain("people", "note", Note), domain("gossip", "rumor", Rumor)


def _with_choice(name: str, way_in: str, values: type[Enum]) -> Domain:
    choice = strawberry.enum(values, name="Choice")

    class Note:
        """Invented."""

        choice = column(people.c.name, BASIC)

    Note.__annotations__ = {"choice": choice | None}
    Note.__name__ = way_in.title()
    return domain(name, way_in, record(table=people)(Note), given=choice)


def an_enumeration_with_another_value() -> Pair:
    class Answer(Enum):
        YES = "YES"
        NO = "NO"

    class Guess(Enum):
        YES = "YES"
        MAYBE = "MAYBE"

    return _with_choice("people", "note", Answer), _with_choice("gossip", "rumor", Guess)


def _with_input(name: str, way_in: str, **parts: type) -> Domain:
    class Wish:
        """Invented."""

    Wish.__annotations__ = parts
    wish = strawberry.input(Wish)

    class Note:
        """Invented."""

        name: str | None = column(people.c.name, BASIC)

    Note.__name__ = way_in.title()
    return domain(name, way_in, record(table=people)(Note), given=wish)


def an_input_with_a_part_more() -> Pair:
    return _with_input("people", "note", word=str), _with_input("gossip", "rumor", word=str, more=str)


CONFLICTS: tuple[Conflict, ...] = (
    one_field_twice,
    one_way_in_twice,
    an_open_key_and_a_sealed_one,
    two_records_of_one_name,
    one_record_twice,
    a_value_with_another_type,
    a_value_with_a_part_more,
    two_kinds_of_one_name,
    an_enumeration_with_another_value,
    an_input_with_a_part_more,
)
