"""Checkpoints outside the database: kept through crashes, one a minute, and no word lost in silence."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.tree.notes import Signer
from ledger.tree.shelf import Shelf, ShelfUnusable

SIGNER = Signer("lienthong.example.vn/ledger", Signer.new_key())
NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def note(size: int) -> str:
    return SIGNER.sealed(size, bytes(32), NOON)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints"


def test_shelf_that_nobody_used_is_empty(directory: Path) -> None:
    assert Shelf(directory).latest() is None
    assert list(Shelf(directory).history()) == []


def test_sealer_finds_the_last_note_that_it_kept(directory: Path) -> None:
    shelf = Shelf(directory)

    shelf.keep(note(1), NOON)
    shelf.keep(note(2), NOON + timedelta(seconds=1))

    assert Shelf(directory).latest() == note(2)


def test_auditor_finds_one_note_a_minute_and_the_last(directory: Path) -> None:
    shelf = Shelf(directory)

    for second in range(0, 200, 5):
        shelf.keep(note(second), NOON + timedelta(seconds=second))

    assert list(shelf.history()) == [note(second) for second in (0, 60, 120, 180, 195)]


def test_auditor_finds_the_days_in_their_order(directory: Path) -> None:
    for day in (2, 0, 1):
        Shelf(directory).keep(note(day), NOON + timedelta(days=day))

    assert list(Shelf(directory).history()) == [note(0), note(1), note(2), note(1)]
    assert Shelf(directory).latest() == note(2)
    assert sorted(path.name for path in directory.glob("*.jsonl")) == [
        "2026-11-22.jsonl",
        "2026-11-23.jsonl",
        "2026-11-24.jsonl",
    ]


def test_sealer_whose_clock_was_set_back_still_keeps_a_note(directory: Path) -> None:
    shelf = Shelf(directory)

    shelf.keep(note(1), NOON)
    shelf.keep(note(2), NOON - timedelta(hours=1))

    assert list(shelf.history()) == [note(1), note(2), note(2)]


def test_sealer_that_crashed_while_writing_a_line_loses_that_line_only(directory: Path) -> None:
    Shelf(directory).keep(note(1), NOON)
    day = directory / "2026-11-22.jsonl"
    whole = day.read_bytes()

    for cut in range(len(whole)):
        day.write_bytes(whole + whole[:cut])
        Shelf(directory).keep(note(2), NOON + timedelta(minutes=1))
        kept = list(Shelf(directory).history())
        assert (kept[0], kept[-2:]) == (note(1), [note(2), note(2)])
        assert len(kept) == 3 + (cut == len(whole) - 1)  # all but its newline was written: a whole line


def test_sealer_that_crashed_while_replacing_the_last_note_keeps_the_one_before(directory: Path) -> None:
    Shelf(directory).keep(note(1), NOON)
    (directory / ".latest.draft").write_text(note(2)[:20])

    assert Shelf(directory).latest() == note(1)


@pytest.mark.parametrize("line", [b"hello\n", b"17\n", b'"a" "b"\n', b'{"a": 1}\n', b'"\xff"\n'])
def test_auditor_is_told_of_a_line_that_no_shelf_wrote(directory: Path, line: bytes) -> None:
    Shelf(directory).keep(note(1), NOON)
    with (directory / "2026-11-22.jsonl").open("ab") as file:
        file.write(line)

    with pytest.raises(ShelfUnusable, match=r"2026-11-22\.jsonl, line 2,"):
        list(Shelf(directory).history())


def test_sealer_is_told_of_a_directory_that_it_cannot_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ShelfUnusable, match="file"):
        Shelf(tmp_path / "file").keep(note(1), NOON)
    with pytest.raises(ShelfUnusable, match="not a directory"):
        Shelf(tmp_path / "file").latest()


def test_sealer_is_told_of_a_last_note_that_is_no_text(directory: Path) -> None:
    directory.mkdir()
    (directory / "latest").write_bytes(b"\xff\xfe")

    with pytest.raises(ShelfUnusable, match="latest: is no text"):
        Shelf(directory).latest()


@pytest.mark.parametrize("put_back", [None, note(1), note(60)])
def test_intruder_who_puts_the_last_note_back_or_away_is_found_out_by_the_days_file(
    directory: Path, put_back: str | None
) -> None:
    for second in range(0, 121, 5):
        Shelf(directory).keep(note(second), NOON + timedelta(seconds=second))
    (directory / "latest").unlink()
    if put_back is not None:
        (directory / "latest").write_text(put_back)

    assert Shelf(directory).latest() == note(120)


def test_intruder_who_puts_something_else_in_the_place_of_the_last_note_hides_nothing(directory: Path) -> None:
    Shelf(directory).keep(note(1), NOON)
    (directory / "latest").write_text("hello")

    assert Shelf(directory).latest() == "hello"  # for the sealer to refuse


def test_sealer_asks_for_the_last_note_of_a_long_day_without_reading_all_of_it(directory: Path) -> None:
    shelf = Shelf(directory)
    for minute in range(400):
        shelf.keep(note(minute), NOON + timedelta(minutes=minute))
    (directory / "latest").unlink()

    assert shelf.latest() == note(399)
    assert len(list(shelf._last_lines())) < 50 < len(list(shelf.history()))


def test_auditor_finds_every_note_that_witnesses_signed_and_the_last_of_them(directory: Path) -> None:
    shelf = Shelf(directory)
    assert shelf.witnessed() is None

    shelf.keep(note(1), NOON)
    shelf.keep_witnessed(note(2), NOON)
    shelf.keep_witnessed(note(3), NOON)

    assert (shelf.witnessed(), shelf.latest()) == (note(3), note(3))
    assert list(shelf.history()) == [note(1), note(2), note(3), note(1)]


def test_witness_that_signs_after_the_tree_has_grown_stands_where_its_tree_does(directory: Path) -> None:
    shelf = Shelf(directory)

    shelf.keep(note(1), NOON)
    shelf.keep(note(3), NOON + timedelta(minutes=1))
    shelf.keep_witnessed(note(2), NOON + timedelta(minutes=2))
    shelf.keep(note(4), NOON + timedelta(days=1))
    shelf.keep_witnessed(note(4), NOON + timedelta(days=1))

    assert list(shelf.history()) == [*map(note, (1, 2, 3, 4, 4)), note(4)]
    assert shelf.latest() == note(4)


def test_note_is_durable_before_the_sealer_goes_on(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    Shelf(directory).keep(note(1), NOON)

    assert synced == ["2026-11-22.jsonl", "checkpoints", ".latest.draft", "checkpoints"]
