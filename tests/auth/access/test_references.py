"""A sealed reference names somebody to registers and to nobody else: it cannot be made, read, moved or kept."""

import string
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from auth import clock
from auth.access.references import KEY_BYTES, LONGEST, MASTER_BYTES, MonthlyKeys, NotSealedHere, Seals
from auth.access.subject import SubjectSeal
from auth.keys import reference_keys
from tests.auth.world import Files

MASTER, OTHER = bytes(range(MASTER_BYTES)), bytes(MASTER_BYTES)
PIN = "001205012345"
KEYS = MonthlyKeys(MASTER)(), MonthlyKeys(OTHER)()
HERE, ELSEWHERE = Seals(lambda: KEYS[0]), Seals(lambda: KEYS[1])
GOOD = HERE.seal("Citizen", PIN)

keys_of_entities = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2150, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- given there


@contextmanager
def it_is(moment: datetime) -> Iterator[None]:
    with patch.object(clock, "wall", moment.timestamp):
        yield


def months_between(one: datetime, other: datetime) -> int:
    return abs(12 * (one.year - other.year) + one.month - other.month)


@given(keys_of_entities, st.sampled_from(["Citizen", "Household", "Enterprise"]))
def test_what_one_register_sealed_another_opens(key: str, type_name: str) -> None:
    there = Seals(lambda: list(KEYS[0]))
    assert there.open(type_name, HERE.seal(type_name, key)) == key


def test_the_same_person_has_the_same_reference_so_that_a_router_joins_what_belongs_together() -> None:
    assert HERE.seal("Citizen", PIN) == GOOD
    assert HERE.seal("Citizen", "001205012346") != GOOD
    assert HERE.seal("Household", PIN) != GOOD


def test_a_reference_shows_nothing_of_the_key_but_its_length() -> None:
    raw = urlsafe_b64decode(GOOD + "==")
    assert PIN.encode() not in raw
    assert len(raw) == len(PIN) + 16


def test_what_cannot_be_asked_for_cannot_be_sealed_either() -> None:
    longest = "x" * (LONGEST * 3 // 4 - 16)
    assert HERE.open("Citizen", HERE.seal("Citizen", longest)) == longest


# --- attacks ---------------------------------------------------------------------------------------------------------


def padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


ATTACKS: dict[str, Callable[[], str]] = {
    "the number itself": lambda: PIN,
    "nothing": lambda: "",
    "of another type": lambda: HERE.seal("Household", PIN),
    "of a type whose name is longer": lambda: HERE.seal("Citizens", PIN),
    "of another installation": lambda: ELSEWHERE.seal("Citizen", PIN),
    "a citizen's key as tokens hold it": lambda: SubjectSeal(KEYS[0][0]).seal(PIN, "Citizen"),
    "padded": lambda: padded(GOOD),
    "with another alphabet": lambda: GOOD.replace("-", "+").replace("_", "/") + "+",
    "twice": lambda: GOOD + GOOD,
    "with a line feed": lambda: GOOD + "\n",
    "with a blank before": lambda: " " + GOOD,
    "with NUL": lambda: GOOD + "\0",
    "not ASCII": lambda: GOOD[:-1] + "ơ",
    "digits of another script": lambda: GOOD[:-1] + "٣",
    "a lone surrogate": lambda: GOOD[:-1] + "\ud800",
    "without end": lambda: GOOD * 10_000,
    "zeros": lambda: urlsafe_b64encode(bytes(28)).decode().rstrip("="),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_what_was_not_sealed_here_for_this_type_is_refused_without_a_word_of_it(attack: Callable[[], str]) -> None:
    with pytest.raises(NotSealedHere) as refused:
        HERE.open("Citizen", attack())
    assert str(refused.value) == "not sealed here"
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_reference_that_was_cut_is_refused(length: int) -> None:
    for cut in (GOOD[:length], GOOD[-length:] if length else ""):
        with pytest.raises(NotSealedHere):
            HERE.open("Citizen", cut)


@given(st.integers(0, len(GOOD) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_a_reference_that_was_changed_in_one_letter_is_refused(place: int, letter: str) -> None:
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    assume(changed != GOOD)
    with pytest.raises(NotSealedHere):
        HERE.open("Citizen", changed)


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda raw: urlsafe_b64encode(raw).decode().rstrip("=")))
def test_whatever_somebody_makes_up_is_refused(made_up: str) -> None:
    with pytest.raises(NotSealedHere):
        HERE.open("Citizen", made_up)


names = st.text(st.characters(codec="utf-8"), max_size=20)


@given(keys_of_entities, names, names)
def test_a_reference_to_one_type_never_opens_as_another(key: str, one: str, other: str) -> None:
    assume(one != other)
    with pytest.raises(NotSealedHere):
        HERE.open(other, HERE.seal(one, key))


# --- months ----------------------------------------------------------------------------------------------------------


@given(moments, moments | st.timedeltas(timedelta(days=-70), timedelta(days=70)))
def test_a_reference_opens_in_its_month_and_its_neighbors_and_never_again(
    sealed_at: datetime, opened_at: datetime | timedelta
) -> None:
    """Whichever clock is ahead, and whoever has heard of the new month first."""
    if isinstance(opened_at, timedelta):
        opened_at += sealed_at
    one, other = Seals(MonthlyKeys(MASTER)), Seals(MonthlyKeys(MASTER))
    with it_is(sealed_at):
        sealed = one.seal("Citizen", PIN)
    with it_is(opened_at):
        if months_between(sealed_at, opened_at) <= 1:
            assert other.open("Citizen", sealed) == PIN
        else:
            with pytest.raises(NotSealedHere):
                other.open("Citizen", sealed)


@given(moments)
def test_a_month_has_a_key_of_its_own_the_same_from_its_first_second_to_its_last(moment: datetime) -> None:
    keys = MonthlyKeys(MASTER)
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with it_is(moment):
        now, last, following = keys()
    with it_is(first):
        assert keys()[0] == now
    with it_is(first - timedelta(seconds=1)):
        assert keys()[0] == last
        assert keys()[2] == now
    assert len({now, last, following}) == 3
    assert {len(key) for key in (now, last, following)} == {KEY_BYTES}


def test_a_process_goes_on_sealing_when_the_month_ends() -> None:
    seals = Seals(MonthlyKeys(MASTER))
    with it_is(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)):
        before = seals.seal("Citizen", PIN)
    with it_is(datetime(2027, 1, 1, tzinfo=UTC)):
        assert seals.seal("Citizen", PIN) != before
        assert seals.open("Citizen", before) == PIN


def test_keys_are_worked_out_once_a_month() -> None:
    keys = MonthlyKeys(MASTER)
    with it_is(datetime(2026, 11, 1, tzinfo=UTC)):
        first = keys()
    with it_is(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)):
        assert keys() is first


def test_all_processes_of_an_authority_have_the_same_keys_and_another_authority_has_others() -> None:
    files = Files()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    with it_is(now):
        assert reference_keys(files)() == reference_keys(files)()
        assert not {*reference_keys(files)()} & {*reference_keys(Files())()}
    assert len(files["references.key"]) == MASTER_BYTES


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_master_secret_of_another_length_is_none(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MonthlyKeys(bytes(size))
