"""Agencies are told what changed: what breaks a query, or changes what a field takes, stands in the changelog."""

import re
from pathlib import Path

import pytest
from graphql import print_schema

from graph.changes import Change, to_be_told
from graph.compose import compose
from graph.registry import installed_domains

ROOT = Path(__file__).parents[2]
RELEASED = ROOT / "docs" / "schema" / "released.graphql"

FIELD = '"""Name.\n\nBasic personal data. Requires scope `people:person.name:read`."""\nname: String'


def schema(field: str = FIELD) -> str:
    return f"type Query {{ person(by: String!): Person }} type Person {{ {field} alias: String }}"


def test_whatever_changed_since_the_last_release_is_named_in_the_changelog() -> None:
    """A file that `lienthong schema api` writes at a release, and at no other time."""
    unreleased = (ROOT / "CHANGELOG.md").read_text().split("## Unreleased", 1)[1].split("\n## ", 1)[0]
    found = to_be_told(RELEASED.read_text(), print_schema(compose(installed_domains()).schema))
    assert [change for change in found if f"`{change.coordinate}`" not in unreleased] == []


def test_the_same_schema_is_no_news() -> None:
    assert to_be_told(schema(), schema()) == []


def test_what_is_added_breaks_nothing_and_is_no_news() -> None:
    assert to_be_told(schema(), schema(f"{FIELD} more: Int")) == []


@pytest.mark.parametrize(
    ("field", "coordinate"),
    [
        ("", "Person.name"),
        (FIELD.replace("String", "Int"), "Person.name"),
        (FIELD.replace("name:", "name(of: Int!):"), "Person.name"),
    ],
    ids=["a field that is gone", "another type", "an argument that must be given"],
)
def test_what_breaks_a_query_is_told_of_the_field(field: str, coordinate: str) -> None:
    assert {change.coordinate for change in to_be_told(schema(), schema(field))} == {coordinate}


def test_a_way_in_that_is_gone_is_told() -> None:
    other = schema().replace("person(by", "persons(by")
    assert [change.coordinate for change in to_be_told(schema(), other)] == ["Query.person"]


def test_a_member_of_a_union_that_is_gone_is_told() -> None:
    before = "type Query { a: Whoever } union Whoever = Man | Firm type Man { a: Int } type Firm { a: Int }"
    after = "type Query { a: Whoever } union Whoever = Man type Man { a: Int }"
    assert {change.coordinate for change in to_be_told(before, after)} == {"Firm"}


def test_a_loosened_scope_is_told() -> None:
    loosened = re.sub(r" Requires scope `.*`\.", "", FIELD)
    what = "It took people:person.name:read and takes no scope."
    assert to_be_told(schema(), schema(loosened)) == [Change("Person.name", what)]


@pytest.mark.parametrize("data_class", ["Sensitive personal data.", "Public: invented."])
def test_another_data_class_is_told(data_class: str) -> None:
    (change,) = to_be_told(schema(), schema(FIELD.replace("Basic personal data.", data_class)))
    named = data_class.split(maxsplit=1)[0].rstrip(":").upper()
    assert change == Change("Person.name", f"Its data class was BASIC and is {named}.")


def test_every_guarded_field_of_the_graph_says_its_data_class_where_it_is_looked_for() -> None:
    """Else a change of it would not be seen."""
    now = print_schema(compose(installed_domains()).schema)
    guarded = sum(
        made.right is not None and not made.right.data_class.is_public
        for made in compose(installed_domains()).made.values()
    )
    silent = now.replace("Basic personal data. ", "").replace("Sensitive personal data. ", "")
    assert len([change for change in to_be_told(now, silent) if "data class" in change.what]) == guarded
