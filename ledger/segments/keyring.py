"""The keys of the pseudonyms, one for each month of Vietnam's calendar: which counts at a moment, and which there are.

A month's key is made at the first record of that month and destroyed when nothing of it may be kept any longer: then
nobody can tell whose its pseudonyms are, also in a copy of the database that was made before. Knows no folder: the
files of keys are given by whoever runs the process, and processes that share them share the keys.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

from ledger.segments.pseudonyms import KEY_LENGTH, Pseudonyms

VIETNAM = timezone(timedelta(hours=7))
_FIRST_YEAR = 2020
_MONTHS = 12
_PREFIX = "ledger-pseudonyms-"
_NAME = re.compile(re.escape(_PREFIX) + r"([1-9][0-9]*)")


class Files(Protocol):
    """Where keys are kept, by name."""

    def read(self, name: str, make: Callable[[], bytes], /) -> bytes:
        """The key of that name; made durably, and once for all processes, where there is none."""

    def names(self) -> Iterable[str]:
        """Of all keys that there are, of whatever use."""

    def destroy(self, name: str, /) -> None:
        """Afterwards there is no key of that name, also after a crash."""


class StillInUse(Exception):
    """The key of a month that is not over must not be destroyed."""


class _Destroyed(Exception):
    """There is no key to read, and none is to be made."""


def _random() -> bytes:
    return secrets.token_bytes(KEY_LENGTH)


def _none() -> bytes:
    raise _Destroyed


class KeyRing:
    def __init__(self, files: Files, clock: Callable[[], float] = time.time) -> None:
        """`clock` tells the seconds since 1970."""
        self._files = files
        self._clock = clock
        self._read: dict[int, Pseudonyms] = {}

    def current(self, now: float | None = None) -> Pseudonyms:
        """Under which what is recorded now stands; makes the month's key where there is none."""
        return self._pseudonyms(epoch_at(self._clock() if now is None else now))

    def is_new(self, now: float) -> bool:
        """Whether `current` would make a key."""
        return f"{_PREFIX}{epoch_at(now)}" not in self._files.names()

    def all(self) -> list[Pseudonyms]:
        """Every epoch that can still be opened, newest first. None is made: a citizen is looked up under each."""
        epochs = {int(named[1]) for name in self._files.names() if (named := _NAME.fullmatch(name))}
        for gone in self._read.keys() - epochs:
            del self._read[gone]
        kept = (self._kept(epoch) for epoch in sorted(epochs, reverse=True))
        return [pseudonyms for pseudonyms in kept if pseudonyms is not None]

    def destroy(self, epoch: int) -> None:
        """For good. Raises `StillInUse` for a month that is not over, in which a process may be recording."""
        if epoch >= epoch_at(self._clock()):
            raise StillInUse(f"the month of key epoch {epoch} is not over")
        self._files.destroy(f"{_PREFIX}{epoch}")
        self._read.pop(epoch, None)

    def _kept(self, epoch: int) -> Pseudonyms | None:
        """None: another process destroyed the key since it was listed."""
        try:
            return self._pseudonyms(epoch, _none)
        except _Destroyed:
            return None

    def _pseudonyms(self, epoch: int, make: Callable[[], bytes] = _random) -> Pseudonyms:
        known = self._read.get(epoch)
        if known is None:
            name = f"{_PREFIX}{epoch}"
            try:
                known = self._read[epoch] = Pseudonyms(self._files.read(name, make), epoch)
            except ValueError as error:
                raise ValueError(f"the key {name} cannot be used: {error}") from None
        return known


def epoch_at(seconds: float) -> int:
    """The key epoch of a moment in seconds since 1970: months since December 2019."""
    there = datetime.fromtimestamp(seconds, VIETNAM)
    return (there.year - _FIRST_YEAR) * _MONTHS + there.month


def name_at(seconds: float) -> str:
    """Of the file with the key of that moment."""
    return f"{_PREFIX}{epoch_at(seconds)}"


def begins_at(epoch: int) -> float:
    """The first moment of an epoch, in seconds since 1970."""
    years, months = divmod(epoch - 1, _MONTHS)
    return datetime(_FIRST_YEAR + years, months + 1, 1, tzinfo=VIETNAM).astimezone(UTC).timestamp()
