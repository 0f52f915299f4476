"""What was read, in words: every field and kind has some, in both languages; a guarded row has no more than it may."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.citizens.readings import KINDS, ROLES, WAYS, WITHHELD, Words, reading, scopes_of
from graph.catalogue import field_names
from graph.compose import compose
from graph.registry import installed_domains
from ledger.archive.own import OwnPart, OwnRow
from ledger.archive.rows import Kind
from ledger.segments.entries import Subject, Way
from ledger.tree.leaves import StepRead

NAMES = field_names(compose(installed_domains()))
WORDS = Words({}, {}, {}, NAMES, lambda _: "")


def general(*coordinates: str) -> OwnRow:
    part = OwnPart("id", "authority.test/ledger", Kind.DISCLOSED, Subject.PERSON, coordinates)
    return OwnRow(date(2026, 11, 22), None, (part,))


def test_every_kind_way_role_and_reason_has_words_in_both_languages() -> None:
    assert set(KINDS) == set(Kind)
    assert set(WAYS) == set(Way)
    labels = [label for pair in KINDS.values() for label in pair] + [
        *WAYS.values(),
        *ROLES.values(),
        *WITHHELD.values(),
    ]
    assert all(vi and en and vi != en for vi, en in labels)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_guarded_field_of_the_schema_has_words_of_the_table(language: str) -> None:
    said = reading(general(*NAMES), WORDS, language)  # type: ignore[arg-type]
    names = [name for _, names in said.groups for name in names]
    assert len(NAMES) > 100
    assert len(names) == len(set(NAMES.values()))
    assert [name for name in names if ":" in name or "_" in name] == []


def test_a_row_in_general_terms_names_nobody() -> None:
    said = reading(general("Citizen.fullName"), WORDS, "en")
    assert (said.title, said.who) == ("An authority", None)
    assert said.groups == (("Who you are", ("Full name",)),)


def test_history_lookups_and_yes_or_no_are_told_apart() -> None:
    opened = StepRead("citizen", Way.OPENED, ("Citizen.fullName", "Citizen.residences:history"), ("Citizen.pin",))
    verified = StepRead("verify", Way.VERIFIED, (), ("Citizen.pin",))
    assert scopes_of([opened, verified], NAMES) == {
        "identity:citizen.full_name:read",
        "population:citizen.residences:history",
        "identity:citizen.pin:lookup",
        "identity:citizen.pin:verify",
    }


@given(st.lists(st.from_regex(r"[A-Z][A-Za-z]{0,20}\.[a-z][A-Za-z0-9]{0,20}", fullmatch=True), max_size=5))
def test_a_field_that_the_schema_no_longer_has_is_shown_all_the_same(coordinates: list[str]) -> None:
    said = reading(general(*coordinates), WORDS, "vi")
    shown = sum(len(names) for _, names in said.groups)
    assert bool(shown) == bool(coordinates)
    assert shown <= len(set(coordinates))
