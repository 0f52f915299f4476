"""Codes of enrollment as they are made, spoken and typed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from auth.officers import codes

CODES = st.builds(codes.fresh)
SPELLINGS = st.sampled_from([str.upper, str.lower, str.swapcase, lambda code: code.replace("-", " ")])
MISTAKEN = st.sampled_from([("0", "O"), ("0", "o"), ("1", "I"), ("1", "i"), ("1", "L"), ("1", "l")])


@given(CODES)
def test_a_code_has_eighty_bits_in_letters_that_are_told_apart(code: str) -> None:
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert len(set(codes.LETTERS)) ** codes.LENGTH == 2**80


@given(CODES, SPELLINGS, MISTAKEN)
def test_who_writes_a_code_in_their_own_way_is_understood(code: str, spelt: object, mistaken: tuple[str, str]) -> None:
    assert callable(spelt)
    assert codes.is_right(f" {spelt(code).replace(*mistaken)} ", codes.kept(code))


@given(CODES, st.integers(0, codes.LENGTH - 1), st.sampled_from(codes.LETTERS))
def test_one_other_letter_is_another_code(code: str, place: int, letter: str) -> None:
    letters = list(code.replace("-", ""))
    same, letters[place] = letters[place] == letter, letter
    assert codes.is_right("".join(letters), codes.kept(code)) is same


@given(st.text(max_size=40))
def test_what_is_no_code_is_right_for_none_but_where_none_is_asked(text: str) -> None:
    assert not codes.is_right(text, codes.kept("no code"))
    assert not codes.is_right(text, codes.kept(codes.fresh()))
    assert codes.is_right(text, None)
