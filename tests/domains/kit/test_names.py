"""Names compare alike however they were typed."""

from typing import Literal
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.kit.names import fold, old_tone_placement

MOVED = [
    ("Hoà", "Hòa"), ("hoá", "hóa"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("Thuý", "Thúy"), ("Thuỵ", "Thụy"),
    ("uỷ", "ủy"), ("Thanh Hoá", "Thanh Hóa"), ("Hoà Bình", "Hòa Bình"),
]  # fmt: skip
KEPT = ["Hòa", "quý", "quỵ", "Quỳnh", "huỳnh", "hoàng", "Hoài", "toán", "huệ", "thuở", "Hoặc"]
Form = Literal["NFC", "NFD"]
FORMS: list[Form] = ["NFC", "NFD"]

names = st.text(st.sampled_from("aăâeêioôơuưyđqhntHQĐ \u0300\u0301\u0303\u0309\u0323"), max_size=30)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("new", "old"), MOVED)
def test_a_clerk_types_the_new_placement_and_gets_the_old_one(form: Form, new: str, old: str) -> None:
    assert old_tone_placement(normalize(form, new)) == old


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", KEPT)
def test_a_tone_that_already_stands_right_stays(form: Form, word: str) -> None:
    assert old_tone_placement(normalize(form, word)) == word


@pytest.mark.parametrize("form", FORMS)
def test_a_search_folds_letters_tones_case_and_blanks(form: Form) -> None:
    assert fold(normalize(form, "  Đặng  Thị Phượng ")) == "dang thi phuong"
    assert fold(normalize(form, "NGUYỄN\tĐÌNH  Ước")) == "nguyen dinh uoc"


@given(names)
def test_placement_is_stable_composed_and_blind_to_the_form_typed(name: str) -> None:
    placed = old_tone_placement(name)
    assert is_normalized("NFC", placed)
    assert old_tone_placement(placed) == placed
    assert old_tone_placement(normalize("NFC", name)) == old_tone_placement(normalize("NFD", name))


@given(names)
def test_the_fold_is_plain_and_does_not_depend_on_placement(name: str) -> None:
    assert fold(name).isascii()
    assert fold(fold(name)) == fold(name)
    assert fold(old_tone_placement(name)) == fold(name)


@given(names, names)
def test_the_fold_of_a_name_is_the_fold_of_its_parts(first: str, second: str) -> None:
    assert fold(f"{first} {second}") == " ".join(filter(None, (fold(first), fold(second))))
