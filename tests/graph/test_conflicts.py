"""What stops the graph from starting: everything left unsaid about a field, a way in or whose rows it reads (law 1)."""

from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from sqlalchemy import MetaData, Table, Text

from domains.kit.classes import BASIC, SENSITIVE, DataClass, public
from domains.kit.connections import Connection
from domains.kit.domain import Domain
from domains.kit.fields import column, link, relation
from domains.kit.queries import Match, equals, hits, lookup, page, verify
from domains.kit.rules import PersonRows, person_rows
from domains.kit.scalars import Cursor
from domains.kit.scopes import ScopeSet
from domains.kit.tables import rule_columns, surrogate, text
from domains.kit.types import entity, queries, record, reference
from graph.compose import compose
from graph.conflicts import CompositionError
from tests.graph.compiling import registers

metadata = MetaData()
folk = Table(
    "folk", metadata, text("pin", "Key.", primary_key=True), surrogate(), text("name", "Name."),
    text("folded", "Folded name."), *rule_columns(),
)  # fmt: skip
letters = Table("letters", metadata, text("pin", "Whose."), surrogate(), text("words", "Words."), *rule_columns())

OPEN = public("invented.")
NAME = equals(folk.c.name)
ROWS = (person_rows(folk, shown_by_key=True), person_rows(letters))


def person(**fields: Any) -> type:
    """An entity with a guarded key, a name, and what is given: (annotation, field)."""
    cls = type("Citizen", (), {"__doc__": "Invented."})
    declared = {
        "pin": (str | None, column(folk.c.pin, BASIC)),
        "name": (str | None, column(folk.c.name, BASIC)),
        **fields,
    }
    cls.__annotations__ = {name: annotation for name, (annotation, _) in declared.items()}
    for name, (_, field) in declared.items():
        if field is not None:
            setattr(cls, name, field)
    return entity(key="pin", table=folk)(cls)


def people(
    cls: type, root: Any = None, *, rows: tuple[PersonRows, ...] = ROWS, name: str = "people", **more: Any
) -> Domain:
    """A domain with one way in: by name, unless another is given."""

    def named(self: object, name: str) -> Any:
        """Invented."""

    named.__annotations__["return"] = list[cls] | None  # type: ignore[valid-type]
    way_in = hits(folk, {"name": NAME}, at_most=5)(named) if root is None else root(cls)
    query = queries(type("Query", (), {"found" if root else "named": way_in}))
    return Domain(name, "People", metadata, query, (cls,), rows=rows, **more)


def conflicts(*domains: Domain) -> list[str]:
    with pytest.raises(CompositionError) as refused:
        compose(domains)
    return [*refused.value.conflicts]


def test_a_domain_that_says_everything_starts() -> None:
    assert compose([people(person())]).is_entity("Citizen")


def test_the_registers_of_this_repository_say_everything() -> None:
    assert len(registers().domains) == 4


# --- fields ----------------------------------------------------------------------------------------------------------

FIELDS: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "a field without a data class": (
        lambda: {"secret": (str | None, strawberry.field(description="Unsaid."))},
        "NO_DATA_CLASS: Citizen.secret of people declares no data class; say BASIC, SENSITIVE or public(reason)",
    ),
    "a field with a resolver of its own": (
        lambda: {"secret": (str | None, strawberry.field(resolver=lambda: "", graphql_type=str | None))},
        "NO_DATA_CLASS: Citizen.secret of people declares no data class; say BASIC, SENSITIVE or public(reason)",
    ),
    "a guarded field that cannot be null": (
        lambda: {"words": (str, column(folk.c.folded, BASIC))},
        "NOT_NULLABLE: Citizen.words of people must be nullable: it can be withheld, missing or unreachable",
    ),
    "a public field that cannot be null": (
        lambda: {"words": (str, column(folk.c.folded, OPEN))},
        "NOT_NULLABLE: Citizen.words of people must be nullable: it can be withheld, missing or unreachable",
    ),
    "a public field without a reason": (
        lambda: {"words": (str | None, column(folk.c.folded, DataClass("PUBLIC")))},
        "NO_REASON: Citizen.words of people is public and does not say why",
    ),
    "a link to somebody nobody knows": (
        lambda: {"friend": (str | None, link("Stranger", folk.c.folded, BASIC, "Unknown."))},
        "UNKNOWN_REFERENCE: Citizen.friend of people and its link disagree about Stranger",
    ),
    "a relation to no object": (
        lambda: {"all_words": (list[str] | None, relation(letters.c.pin, BASIC, "Words.", at_most=5))},
        "UNKNOWN_REFERENCE: Citizen.allWords of people is a relation to something that is no object",
    ),
}


@pytest.mark.parametrize("what", FIELDS)
def test_an_author_who_leaves_something_about_a_field_unsaid_cannot_start(what: str) -> None:
    declared, sentence = FIELDS[what]
    assert sentence in conflicts(people(person(**declared())))


def test_an_author_who_relates_to_rows_of_another_table_without_a_key_cannot_start() -> None:
    @record(table=folk)
    class Letter:
        """Invented."""

        words: str | None = column(folk.c.folded, SENSITIVE)

    found = conflicts(
        people(person(letters=(list[Letter] | None, relation(letters.c.pin, BASIC, "Letters.", at_most=5))))
    )
    assert (
        "UNKNOWN_REFERENCE: Citizen.letters of people reads rows of another table than Letter, and names no key"
        in found
    )


def test_an_author_whose_rules_do_not_mention_a_table_cannot_start() -> None:
    """Without a rule, protected people and those of other places would be in the answer."""
    found = conflicts(people(person(), rows=(person_rows(letters),)))
    assert "NO_ROW_RULE: Citizen.name of people reads folk, which its domain's rules do not mention" in found


def test_an_author_who_refers_to_an_entity_that_nobody_owns_cannot_start() -> None:
    @reference(key="pin", table=folk)
    class Citizen:
        name: str | None = column(folk.c.name, BASIC)

    assert conflicts(people(Citizen)) == ["ENTITY_OWNER: Citizen is owned by nobody; one domain must own it"]


# --- ways in ---------------------------------------------------------------------------------------------------------


def by_folded(cls: type) -> Any:
    def found(self: object, name: str) -> Any:
        """Invented."""

    return _returning(found, list[cls] | None, hits(folk, {"name": equals(folk.c.folded)}, at_most=5))  # type: ignore[valid-type]


def by_something_unsaid(cls: type) -> Any:
    def found(self: object, name: str) -> Any:
        """Invented."""

    unsaid = Match(lambda parameter: folk.c.folded == parameter, Text(), ())
    return _returning(found, list[cls] | None, hits(folk, {"name": unsaid}, at_most=5))  # type: ignore[valid-type]


def by_nothing(cls: type) -> Any:
    def found(self: object) -> Any:
        """Invented."""

    return _returning(found, list[cls] | None, hits(folk, {}, at_most=5))  # type: ignore[valid-type]


def by_an_argument_that_is_compared_with_nothing(cls: type) -> Any:
    def found(self: object, name: str, town: str) -> Any:
        """Invented."""

    return _returning(found, list[cls] | None, hits(folk, {"name": NAME}, at_most=5))  # type: ignore[valid-type]


def by_an_argument_it_does_not_take(cls: type) -> Any:
    def found(self: object, name: str) -> Any:
        """Invented."""

    return _returning(found, bool | None, verify(folk, {"name": NAME, "pin": equals(folk.c.pin)}, "Citizen"))


def by_what_may_be_left_out(cls: type) -> Any:
    def found(
        self: object, first: int, name: str | None = strawberry.UNSET, after: Cursor | None = strawberry.UNSET
    ) -> Any:
        """Invented."""

    return _returning(found, Connection[cls] | None, page(folk, {"name": NAME}))  # type: ignore[valid-type]


def by_pages_without_a_size(cls: type) -> Any:
    def found(self: object, name: str, after: Cursor | None = strawberry.UNSET) -> Any:
        """Invented."""

    return _returning(found, Connection[cls] | None, page(folk, {"name": NAME}))  # type: ignore[valid-type]


def by_two_keys(cls: type) -> Any:
    def found(self: object, pin: str, name: str) -> Any:
        """Invented."""

    return _returning(found, cls | None, lookup(folk.c.pin))


def by_key_for_certain(cls: type) -> Any:
    def found(self: object, pin: str) -> Any:
        """Invented."""

    return _returning(found, cls, lookup(folk.c.pin))


def by_a_resolver_of_its_own(cls: type) -> Any:
    return strawberry.field(resolver=lambda: "", graphql_type=str | None)


def in_an_unmentioned_table(cls: type) -> Any:
    def found(self: object, name: str) -> Any:
        """Invented."""

    copies = Table("copies", MetaData(), text("name", "Name."), surrogate(), text("pin", "Whose."))
    search = hits(copies, {"name": equals(copies.c.name, of=folk.c.name)}, at_most=5, key=copies.c.pin)
    return _returning(found, list[cls] | None, search)  # type: ignore[valid-type]


def _returning(method: Any, returned: Any, decorate: Any) -> Any:
    method.__annotations__["return"] = returned
    return decorate(method)


HERE = "Query.found of people"
WAYS_IN: list[tuple[Callable[[type], Any], str]] = [
    (by_folded, f"UNSAID_LOOKUP: {HERE} searches by folk.folded, which no field publishes; name one with `of`"),
    (by_something_unsaid, f"UNSAID_LOOKUP: {HERE} compares something and does not say which field it reads"),
    (by_nothing, f"UNSAID_LOOKUP: {HERE} searches by nothing"),
    (by_an_argument_that_is_compared_with_nothing, f"ARGUMENTS: {HERE} names town and compares no column with it"),
    (by_an_argument_it_does_not_take, f"ARGUMENTS: {HERE} names pin and takes no such argument"),
    (by_what_may_be_left_out, f"UNSAID_LOOKUP: {HERE} finds people by nothing where its arguments are left out"),
    (by_pages_without_a_size, f"ARGUMENTS: {HERE} is a page and takes no first"),
    (by_two_keys, f"ARGUMENTS: {HERE} takes 2 arguments and is answered by 1"),
    (by_key_for_certain, f"NOT_NULLABLE: {HERE} must be nullable: there may be nobody"),
    (by_a_resolver_of_its_own, f"NO_BINDING: {HERE} does not say how it is answered"),
    (in_an_unmentioned_table, f"NO_ROW_RULE: {HERE} searches copies, which its domain's rules do not mention"),
]


@pytest.mark.parametrize(("way_in", "sentence"), WAYS_IN, ids=[way_in.__name__ for way_in, _ in WAYS_IN])
def test_an_author_who_leaves_something_about_a_way_in_unsaid_cannot_start(
    way_in: Callable[[type], Any], sentence: str
) -> None:
    assert sentence in conflicts(people(person(), way_in))


def test_an_author_who_publishes_twice_what_is_searched_by_cannot_start() -> None:
    """Else which right a search demands would depend on which field was met last: the public one, at worst."""
    found = conflicts(people(person(title=(str | None, column(folk.c.name, OPEN)))))
    assert found == [
        "UNSAID_LOOKUP: Query.named of people searches by folk.name, which Citizen.name and Citizen.title publish"
    ]


# --- between domains -------------------------------------------------------------------------------------------------


def test_two_domains_of_one_name_cannot_start() -> None:
    assert conflicts(people(person()), people(person())) == ["DOMAIN_NAME: two domains are named people"]


def test_two_domains_that_own_one_entity_cannot_start() -> None:
    found = conflicts(people(person()), people(person(), name="gossip"))
    assert any("in people and gossip" in sentence for sentence in found)


def test_a_scope_set_with_a_right_that_no_field_gives_cannot_be_released() -> None:
    released = ScopeSet("set:people.basic.v1", "Invented.", ("citizen.name:read", "citizen.shoe_size:read"))
    assert conflicts(people(person(), scope_sets=(released,))) == [
        "UNKNOWN_SCOPE: set:people.basic.v1 holds people:citizen.shoe_size:read, which no field gives"
    ]


def test_an_author_reads_all_that_is_wrong_at_once() -> None:
    wrong = {"a": (str, column(folk.c.folded, BASIC)), "b": (str | None, strawberry.field(description="Unsaid."))}
    codes = {sentence.partition(":")[0] for sentence in conflicts(people(person(**wrong), by_nothing))}
    assert codes == {"NOT_NULLABLE", "NO_DATA_CLASS", "UNSAID_LOOKUP"}
