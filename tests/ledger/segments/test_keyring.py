"""One key a month: made when the month first needs it, the same for all processes, gone for good once destroyed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installation.home import KeyFolder, key_bytes
from ledger.segments.keyring import VIETNAM, KeyRing, StillInUse, begins_at, epoch_at

PERSON = "001190000001"


def moment(year: int, month: int, day: int = 1, hour: int = 0) -> float:
    return datetime(year, month, day, hour, tzinfo=VIETNAM).timestamp()


JULY = moment(2026, 7, 15)


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(KeyFolder(tmp_path), lambda: JULY)


@given(st.integers(1, 3_000))
def test_reader_of_an_epoch_finds_where_it_begins_and_one_moment_before_it_another(epoch: int) -> None:
    assert epoch_at(begins_at(epoch)) == epoch
    assert epoch_at(begins_at(epoch + 1) - 0.001) == epoch


def test_reader_of_midnight_in_hanoi_finds_the_next_month() -> None:
    assert epoch_at(moment(2026, 8, 1)) == epoch_at(JULY) + 1 == 80
    assert epoch_at(moment(2026, 7, 31, 23)) == 79
    assert datetime.fromtimestamp(begins_at(80), VIETNAM).utcoffset() == timedelta(hours=7)


def test_two_processes_of_one_home_write_one_pseudonym_for_one_person(ring: KeyRing, tmp_path: Path) -> None:
    other = KeyRing(KeyFolder(tmp_path), lambda: JULY)

    assert ring.current().of_persons([PERSON]) == other.current().of_persons([PERSON])


def test_two_months_write_two_pseudonyms_for_one_person(ring: KeyRing) -> None:
    july, august = ring.current(), ring.current(moment(2026, 8))

    assert (july.epoch, august.epoch) == (79, 80)
    assert july.of_persons([PERSON]) != august.of_persons([PERSON])


def test_view_opens_every_month_newest_first_and_that_of_earlier_installs(ring: KeyRing, tmp_path: Path) -> None:
    earlier = key_bytes(tmp_path, "ledger-pseudonyms-1", size=16)
    for other in ("ledger-pseudonyms-x", "ledger-pseudonyms-02", "cursors.key"):
        key_bytes(tmp_path, other)
    ring.current(moment(2026, 8))
    ring.current()

    assert [each.epoch for each in ring.all()] == [80, 79, 1]
    assert ring.all()[-1].persons(ring.all()[-1].of_persons([PERSON])) == [PERSON]
    assert earlier not in repr(ring.all()).encode()


def test_view_of_a_home_without_keys_makes_none(ring: KeyRing) -> None:
    assert ring.all() == []
    assert ring.all() == []


def test_eraser_destroys_a_month_for_every_process(ring: KeyRing, tmp_path: Path) -> None:
    june = moment(2026, 6)
    other = KeyRing(KeyFolder(tmp_path), lambda: JULY)
    block = ring.current(june).of_persons([PERSON])
    other.all()

    ring.destroy(78)
    ring.destroy(78)

    assert ring.all() == other.all() == []
    assert not (tmp_path / "keys" / "ledger-pseudonyms-78").exists()
    assert ring.current(june).of_persons([PERSON]) != block


def test_view_that_lists_a_key_just_before_it_is_destroyed_does_not_make_it_anew(ring: KeyRing, tmp_path: Path) -> None:
    class Behind(KeyFolder):
        def names(self) -> list[str]:
            listed = super().names()
            ring.destroy(78)
            return listed

    ring.current(moment(2026, 6))
    july = ring.current()

    seen = KeyRing(Behind(tmp_path), lambda: JULY).all()

    assert [each.epoch for each in seen] == [july.epoch]
    assert not (tmp_path / "keys" / "ledger-pseudonyms-78").exists()


def test_process_with_a_file_that_is_no_key_is_told_which(ring: KeyRing, tmp_path: Path) -> None:
    key_bytes(tmp_path, "ledger-pseudonyms-79", size=10)
    with pytest.raises(ValueError, match="ledger-pseudonyms-79 cannot be used: a pseudonym key has 16 bytes"):
        ring.current()


def test_eraser_is_refused_the_month_that_is_not_over(ring: KeyRing) -> None:
    block = ring.current().of_persons([PERSON])

    for epoch in (79, 80):
        with pytest.raises(StillInUse):
            ring.destroy(epoch)

    assert ring.current().of_persons([PERSON]) == block
