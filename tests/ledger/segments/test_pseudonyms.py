"""A person stands in the ledger under one keyed block, and only a person does."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger import NotAPersonalNumber, Pseudonyms
from ledger.errors import NotASubject
from ledger.segments.entries import BLOCK_LENGTH, Subject

codes = st.from_regex(r"[0-9]{10}(-[0-9]{3})?", fullmatch=True)
parcels = st.from_regex(r"[0-9a-z-]{1,12}", fullmatch=True)
pins = st.text("0123456789", min_size=12, max_size=12)
A, B = Pseudonyms(b"A" * 16), Pseudonyms(b"B" * 16)


@given(st.lists(pins))
def test_key_holder_opens_pseudonyms_gets_the_persons_in_their_order(persons: list[str]) -> None:
    assert A.persons(A.of_persons(persons)) == persons


@given(st.lists(pins, min_size=1))
def test_list_gets_the_same_pseudonyms_as_each_person_alone(persons: list[str]) -> None:
    assert A.of_persons(persons) == b"".join(A.of_persons([person]) for person in persons)


@given(pins, pins)
def test_two_persons_share_a_pseudonym_only_if_they_are_one(one: str, other: str) -> None:
    assert (A.of_persons([one]) == A.of_persons([other])) == (one == other)


@given(pins)
def test_pseudonym_differs_between_keys_and_between_epochs(person: str) -> None:
    names = {A.of_persons([person]), B.of_persons([person]), Pseudonyms(b"A" * 16, epoch=2).of_persons([person])}

    assert len(names) == 3


@given(st.lists(st.text("0123456789", max_size=40), min_size=1, max_size=4), st.integers(1, (1 << 18) - 1))
def test_digits_of_other_lengths_are_refused_however_they_stand_together(persons: list[str], epoch: int) -> None:
    assume(any(len(person) != 12 for person in persons))

    with pytest.raises(NotAPersonalNumber):
        Pseudonyms(b"A" * 16, epoch).of_persons(persons)


def test_no_length_of_two_numbers_but_twelve_and_twelve_is_accepted_under_any_last_digit_of_an_epoch() -> None:
    for epoch in range(1, 65):
        pseudonyms = Pseudonyms(b"A" * 16, epoch)
        for length in {*range(25)} - {12}:
            with pytest.raises(NotAPersonalNumber):
                pseudonyms.of_persons(["0" * length, "0" * (24 - length)])


@given(st.lists(pins), st.text().filter(lambda text: not (len(text) == 12 and text.isascii() and text.isdigit())))
def test_anything_but_twelve_ascii_digits_is_refused_wherever_it_stands(persons: list[str], other: str) -> None:
    for i in range(len(persons) + 1):
        with pytest.raises(NotAPersonalNumber):
            A.of_persons([*persons[:i], other, *persons[i:]])


@pytest.mark.parametrize(
    "persons",
    [
        ["00000000000", "0000000000000"],
        ["000000000", "000000000000000"],
        ["000000000", "000000000000", "000000000000000"],
        ["٠٠٠٠٠٠٠٠٠٠٠٠"],
        ["0000000000²0"],
        ["00000000000\xc1"],
        ["", "0" * 12 + "\xc1\x80\x80\x81" + "0" * 12],
        ["0" * 12 + "\xc1\x80\x80\x81" + "0" * 12],
    ],
    ids=[
        "eleven and thirteen",
        "nine and fifteen",
        "nine, twelve and fifteen",
        "Arabic digits",
        "superscript",
        "a spare byte",
        "two in one and none",
        "two in one",
    ],
)
def test_numbers_that_only_add_up_to_twelve_digits_each_are_refused(persons: list[str]) -> None:
    with pytest.raises(NotAPersonalNumber) as refusal:
        A.of_persons(persons)

    assert "0000" not in str(refusal.value)


def test_wrong_key_or_epoch_shows_when_a_pseudonym_is_opened() -> None:
    block = A.of_persons(["000000000001"])

    for other in (B, Pseudonyms(b"A" * 16, epoch=2)):
        with pytest.raises(ValueError, match="under this key and epoch"):
            other.persons(block)


def test_pseudonym_cut_short_is_refused_and_spoils_no_later_one() -> None:
    block = A.of_persons(["000000000001"])

    with pytest.raises(ValueError, match="not pseudonyms"):
        A.persons(block[:7])

    assert A.persons(block) == ["000000000001"]


def test_no_persons_are_no_bytes_and_each_person_one_block() -> None:
    assert A.of_persons([]) == b""
    assert len(A.of_persons(["0" * 12] * 3)) == 3 * BLOCK_LENGTH


@pytest.mark.parametrize(("key", "epoch"), [(b"short", 1), (b"A" * 16, 0), (b"A" * 16, 1 << 18)])
def test_key_or_epoch_that_does_not_fit_is_refused(key: bytes, epoch: int) -> None:
    with pytest.raises(ValueError, match=r"a pseudonym key|a key epoch"):
        Pseudonyms(key, epoch)


def test_key_stands_in_no_representation() -> None:
    assert "A" * 16 not in repr(A)


@given(st.lists(codes), st.lists(parcels), st.lists(pins))
def test_key_holder_opens_pseudonyms_of_every_kind_and_learns_which_it_was(
    enterprises: list[str], ids: list[str], persons: list[str]
) -> None:
    subjects = [
        *((Subject.ENTERPRISE, code) for code in enterprises),
        *((Subject.PARCEL, parcel) for parcel in ids),
        *((Subject.PERSON, person) for person in persons),
    ]
    blocks = [A.of(subject, [key]) for subject, key in subjects]

    assert A.opened(blocks) == subjects
    assert len(set(blocks)) == len(set(subjects))


@pytest.mark.parametrize(
    ("subject", "key"),
    [
        (Subject.ENTERPRISE, "012345678"),
        (Subject.ENTERPRISE, "0123456789ab"),
        (Subject.ENTERPRISE, "0123456789-01"),
        (Subject.ENTERPRISE, "٠123456789"),
        (Subject.PARCEL, ""),
        (Subject.PARCEL, "w3gvk1 "),
        (Subject.PARCEL, "w3gvk1w3gvk1w"),
        (Subject.PARCEL, "đ"),
    ],
)
def test_key_that_could_stand_for_another_is_refused_and_not_repeated(subject: Subject, key: str) -> None:
    with pytest.raises(NotASubject) as refusal:
        A.of(subject, [key])

    assert not key or key not in str(refusal.value)


def test_wrong_key_shows_when_a_subject_is_opened() -> None:
    for other in (B, Pseudonyms(b"A" * 16, epoch=2)):
        with pytest.raises(ValueError, match="under this key and epoch"):
            other.opened([A.of(Subject.PARCEL, ["w3gvk1"])])
