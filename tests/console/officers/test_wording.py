"""What an officer reads before signing: every act has words, and nothing of a change is left out."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auth.acts.change import act_of
from auth.acts.widening import KINDS
from console.officers.signing import Signable
from console.officers.wording import ABSENT, ACTS, FIELDS, Line, lines


def texts(line: Line) -> set[str]:
    return {word for part in (line.removed, line.added, line.kept) for text in part for word in text}


def test_every_act_that_can_be_proposed_or_signed_has_words_in_both_languages() -> None:
    acts = {act_of(kind) for kind in (*KINDS, *Signable.__args__)}
    assert len(acts) > 20
    assert acts <= set(ACTS)
    assert all(vi and en and vi != en for vi, en in ACTS.values())


def test_every_field_of_those_acts_has_words() -> None:
    fields = {field for kind in (*KINDS, *Signable.__args__) for field in kind.__struct_fields__} - {"terms"}
    assert len(fields) > 10
    assert fields <= set(FIELDS)


def test_a_narrower_grant_shows_what_goes_what_comes_and_what_stays() -> None:
    before = {"scopes": ["a", "b"], "reach": "everywhere", "persons_per_day": None, "units": []}
    after = {"scopes": ["b", "c"], "reach": "everywhere", "persons_per_day": 10, "units": []}
    per_day, reach, scopes = lines(before, after)
    assert per_day == Line(FIELDS["persons_per_day"], (ABSENT["persons_per_day"],), (("10", "10"),), ())
    assert (reach.removed, reach.added) == ((), ())
    assert reach.kept[0][1] == "everybody, everywhere"
    assert scopes == Line(FIELDS["scopes"], (("a", "a"),), (("c", "c"),), (("b", "b"),))


def test_that_a_grant_has_no_end_is_said_in_words() -> None:
    (line,) = lines(None, {"act": "grant.give", "valid_until": None, "units": []})
    assert line.added == (ABSENT["valid_until"],)


def test_a_name_that_looks_like_a_word_of_ours_stands_as_it_is() -> None:
    (line,) = lines(None, {"name": "active"})
    assert line.added == (("active", "active"),)


def test_a_change_of_state_is_one_line() -> None:
    (line,) = lines("suspended", "active")
    assert ([en for _, en in line.removed], [en for _, en in line.added]) == (["suspended"], ["active"])


LEAVES = st.integers(0, 99) | st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)
VALUES = LEAVES | st.lists(LEAVES, max_size=3) | st.dictionaries(st.sampled_from("xyz"), LEAVES, max_size=2)
SIDES = st.dictionaries(st.sampled_from(["agency", "scopes", "keys", "client", "other"]), VALUES)


def leaves(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {leaf for inner in value.values() for leaf in leaves(inner)}
    if isinstance(value, list):
        return {leaf for inner in value for leaf in leaves(inner)}
    return {str(value)}


@given(SIDES, SIDES)
def test_everything_that_is_said_before_and_after_stands_in_some_line(before: Any, after: Any) -> None:
    shown = " ".join(text for line in lines(before, after) for text in texts(line))
    assert all(leaf in shown for leaf in leaves(before) | leaves(after))


@given(SIDES)
def test_what_does_not_change_is_neither_added_nor_removed(side: Any) -> None:
    assert all(not line.added and not line.removed for line in lines(side, {"terms": side}))
