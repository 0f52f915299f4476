"""The shelf: signed checkpoints kept outside the database, so that whoever owns that cannot roll the ledger back.

A directory, best on another machine's disk. `latest` holds the last checkpoint, replaced whole; `witnessed`, the last
that witnesses signed, too; `2026-11-22.jsonl`, one checkpoint a minute of that day (UTC), a JSON string a line, only
ever appended to (`chattr +a` suits it); `witnessed-2026-11-22.jsonl`, all that were witnessed, in the same way: a file
of their own, as witnesses sign when the tree has grown further. Before it seals, the sealer asks the shelf how far the
tree had come; `verify` compares all of it with the tree.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import chain
from pathlib import Path

import msgspec

from ledger.tree.notes import NoteRefused, parse_checkpoint, split

A_MINUTE = timedelta(minutes=1)
_MINUTES = "[0-9]*.jsonl"
_WITNESSED = "witnessed-*.jsonl"
_TAIL = 8_192
_BEYOND_ALL = 1 << 64


class ShelfUnusable(Exception):
    """The directory cannot be read or written, or holds what no shelf holds. The message names the file."""


class Shelf:
    """One per sealing process; readers may have their own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept_at: datetime | None = None

    def latest(self) -> str | None:
        """The furthest of what was kept last, as a signed note; None on an empty shelf.

        `latest` can be put back to an older note, or away, by whoever may write here, and then the day's file tells.
        What is no note counts as the furthest: it is for the reader to refuse.
        """
        kept = [_text(self._directory / "latest"), *self._last_lines()]
        return max((note for note in kept if note is not None), key=_size, default=None)

    def witnessed(self) -> str | None:
        """The last checkpoint with signatures of witnesses."""
        return _text(self._directory / "witnessed")

    def keep(self, note: str, at: datetime) -> None:
        """Durable when this returns. `at` is when the note was sealed."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            if self._kept_at is None or not self._kept_at <= at < self._kept_at + A_MINUTE:
                self._append(f"{_day(at)}.jsonl", note)
                self._kept_at = at
            self._replace("latest", note)
        except OSError as error:
            raise _unusable(self._directory, error) from None

    def keep_witnessed(self, note: str, at: datetime) -> None:
        """Durable when this returns. Whether it is newer than the one before is for the caller to know."""
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._append(f"witnessed-{_day(at)}.jsonl", note)
            self._replace("witnessed", note)
        except OSError as error:
            raise _unusable(self._directory, error) from None

    def history(self) -> Iterator[str]:
        """The checkpoints of all minutes and witnesses, smallest first, and `latest`.

        A last line that a crash cut short is no line. What does not stand in its order in its files does not here.
        """
        minutes, witnessed = (chain.from_iterable(map(_lines, self._days(names))) for names in (_MINUTES, _WITNESSED))
        yield from merge(minutes, witnessed, key=_size)
        latest = _text(self._directory / "latest")
        if latest is not None:
            yield latest

    def _days(self, names: str) -> list[Path]:
        try:
            return sorted(self._directory.glob(names))
        except OSError as error:
            raise _unusable(self._directory, error) from None

    def _last_lines(self) -> Iterator[str]:
        """Of the last day, the notes of its last minutes, and the last that were witnessed."""
        for day in (*self._days(_MINUTES)[-1:], *self._days(_WITNESSED)[-1:]):
            try:
                with day.open("rb") as file:
                    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                    yield from filter(None, map(_note, file.readlines()))
            except OSError as error:
                raise _unusable(day, error) from None

    def _append(self, name: str, note: str) -> None:
        path = self._directory / name
        is_fresh = not path.exists()
        with path.open("a+b") as file:
            if file.tell() and not _ends_in_newline(file.fileno(), file.tell()):
                file.write(b"\n")  # what a crash cut short stays, on a line of its own
            file.write(msgspec.json.encode(note) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if is_fresh:
            _sync(self._directory)

    def _replace(self, name: str, note: str) -> None:
        draft = self._directory / f".{name}.draft"
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._directory / name)
        _sync(self._directory)


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(path, error) from None


def _lines(day: Path) -> Iterator[str]:
    try:
        with day.open("rb") as file:
            for number, line in enumerate(file, 1):
                note = _note(line)
                if note is None and not _is_cut_short(line):
                    raise ShelfUnusable(f"{day}, line {number}, is no checkpoint")
                if note is not None:
                    yield note
    except OSError as error:
        raise _unusable(day, error) from None


def _note(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _size(note: str) -> int:
    try:
        return parse_checkpoint(split(note)[0]).size
    except NoteRefused:
        return _BEYOND_ALL


def _is_cut_short(line: bytes) -> bool:
    """The beginning of a line that was being written, or a gap that the file system left."""
    said = line.rstrip(b"\n")
    return not said.strip(b"\0") or (said.startswith(b'"') and (len(said) == 1 or not said.endswith(b'"')))


def _ends_in_newline(descriptor: int, size: int) -> bool:
    return os.pread(descriptor, 1, size - 1) == b"\n"


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: Exception) -> ShelfUnusable:
    reason = (error.strerror or "cannot be used").lower() if isinstance(error, OSError) else "is no text"
    return ShelfUnusable(f"{path}: {reason}")
