"""What was signed of the tree: the checkpoints in the database beside those that are kept outside. No I/O of its own.

Both must be of the one tree. What is outside is older by a moment at most: a database that is behind it was rolled
back, and one that differs from it was rolled back and grown anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from asyncpg import Record

from ledger.audit.faults import Tampered, What
from ledger.tree.notes import Checkpoint, NoteRefused, Sealed, Verifier, opened, parse_checkpoint, split


def no_history() -> Iterator[str]:
    """Of a ledger that keeps nothing outside."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Outside:
    """The notes kept outside, as they were before the database was looked at: it may since have gone on, never back."""

    history: Callable[[], Iterator[str]]
    last: str | None
    notes: int
    furthest: int
    """Number of leaves in the largest."""

    @classmethod
    def at_present(cls, history: Callable[[], Iterator[str]]) -> "Outside":
        notes, furthest, last = 0, 0, None
        for last in history():
            notes += 1
            furthest = max(furthest, _checkpoint(notes, last).size)
        return cls(history, last, notes, furthest)

    def checkpoints(self, log: Verifier) -> Iterator[Checkpoint]:
        """In the order in which they were kept; each is proven when it comes. Raises `Tampered`."""
        ended = () if self.last is None else (self.last,)
        before = 0
        for number, note in enumerate(chain(islice(self.history(), max(self.notes - 1, 0)), ended), 1):
            try:
                checkpoint = opened(note, log).checkpoint
            except NoteRefused as refused:
                raise _altered(number, str(refused)) from None
            if checkpoint.size < before:
                raise Tampered(What.REORDERED, "kept outside", {"note": number}, "it has fewer leaves than one before")
            before = checkpoint.size
            yield checkpoint


def _checkpoint(number: int, note: str) -> Checkpoint:
    try:
        return parse_checkpoint(split(note)[0])
    except NoteRefused as refused:
        raise _altered(number, str(refused)) from None


def _altered(number: int, reason: str) -> Tampered:
    return Tampered(What.ALTERED, "kept outside", {"note": number}, reason)


def check_inside(row: Record, root: bytes, sealed_before: int, log: Verifier) -> None:
    """A row of `checkpoints` against the root that the leaves come to; the one before it has size `sealed_before`."""
    sealed = _note(row, log)
    if sealed.checkpoint.root != root:
        where = {"from leaf": sealed_before, "to leaf": row["size"] - 1}
        raise Tampered(What.ALTERED, "leaves", where, "one was altered, removed or inserted, and its row with it")
    if row["root"] != root:
        raise Tampered(What.ALTERED, "checkpoints", {"size": row["size"]}, "its root is not that of its note")
    if row["at"].replace(microsecond=0) != sealed.at:
        raise Tampered(What.ALTERED, "checkpoints", {"size": row["size"]}, "its time is not that of its note")


def _note(row: Record, log: Verifier) -> Sealed:
    try:
        sealed = opened(row["note"], log)
    except NoteRefused as refused:
        raise Tampered(What.ALTERED, "checkpoints", {"size": row["size"]}, str(refused)) from None
    if sealed.checkpoint.size != row["size"]:
        said = f"its note is of {sealed.checkpoint.size} leaves"
        raise Tampered(What.ALTERED, "checkpoints", {"size": row["size"]}, said)
    return sealed


def check_outside(kept: Checkpoint, root: bytes, *, is_inside: bool) -> None:
    """A checkpoint kept outside against the tree, where that had as many leaves."""
    where = {"size": kept.size}
    if kept.root != root:
        raise Tampered(What.ROLLED_BACK, "checkpoints", where, "another tree of this size was signed and kept outside")
    if not is_inside:
        raise Tampered(What.REMOVED, "checkpoints", where, "it is kept outside")
