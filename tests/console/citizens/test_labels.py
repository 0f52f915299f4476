"""What citizens call the fields: every field that can be asked for has words in both languages."""

import pytest

from auth.scopes import FIELD_VERBS, TYPE_VERBS
from console.citizens.labels import _VERBS, _table, grouped, label
from graph.catalogue import descriptions, scopes
from graph.compose import compose
from graph.composed import Composed
from graph.registry import installed_domains


def nothing(_: str) -> str:
    return ""


@pytest.fixture(scope="module")
def composed() -> Composed:
    return compose(installed_domains())


def test_every_scope_of_the_registers_has_plain_words_of_its_own_in_both_languages(composed: Composed) -> None:
    fields = [scope for scope in scopes(composed) if "." in scope and scope.endswith(":read")]
    words = {scope: label(scope, nothing) for scope in fields}
    assert len(fields) > 100
    assert [scope for scope, (vi, en) in words.items() if vi == en] == []
    assert [scope for scope, (vi, en) in words.items() if not vi or not en or vi[0].islower()] == []


def test_every_verb_of_the_grammar_has_words() -> None:
    assert _VERBS.keys() == FIELD_VERBS | TYPE_VERBS


def test_the_table_names_no_field_that_is_gone(composed: Composed) -> None:
    known = {scope.rpartition(":")[0] for scope in scopes(composed)}
    owners = {name.partition(".")[0] for name in known}
    assert set(_table()) - known - owners == set()


def test_fields_stand_under_the_heading_of_what_they_belong_to() -> None:
    asked = ["land:parcel.origin:read", "identity:citizen.pin:read", "identity:citizen.full_name:read"]
    groups = grouped(asked, nothing)
    assert [(group.title[1], [en for _, en in group.fields]) for group in groups] == [
        ("Who you are", ["Personal number", "Full name"]),
        ("Parcels", ["Origin of the parcel"]),
    ]


def test_a_wider_right_says_that_it_is_wider() -> None:
    assert label("population:citizen.residences:history", nothing) == (
        "Các nơi cư trú, cả thông tin trước đây",
        "Places of residence, also as it was before",
    )


def test_a_register_that_came_by_itself_is_described_by_its_schema() -> None:
    assert label("health:patient.allergies:read", lambda name: f"Said of {name}") == (
        "Said of health:patient.allergies",
        "Said of health:patient.allergies",
    )
    assert label("health:patient.last_visit:read", nothing) == ("patient: last visit", "patient: last visit")


def test_the_schema_describes_every_field_in_a_sentence(composed: Composed) -> None:
    said = descriptions(composed)
    assert said["identity:citizen.date_of_birth"] == "Partial date"
    assert [name for name, words in said.items() if "\n" in words or "Requires scope" in words] == []
