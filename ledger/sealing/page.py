"""What one seal adds to the books: rows, and the leaves of the tree in their order. Filled by `expansion`; no I/O."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from ledger.sealing.interning import Common
from ledger.tree.leaves import LeafKind
from ledger.tree.merkle import leaf_hash


class AnswerRow(NamedTuple):
    """Columns of `answers`, in two parts, as party and operation get their numbers last."""

    first: tuple[Any, ...]
    """leaf, stream, seq, place, request_id, at, outcome"""
    party: Common
    operation: Common
    rest: tuple[Any, ...]
    """case_reference, grants_revision, emergencies, missing, officer, salt, seed, people, root"""


class PeopleOf(NamedTuple):
    """The subjects of one answer in the order of their places, and what was read of each."""

    leaf: int
    subjects: list[bytes]
    readings: list[Common]


class Used(NamedTuple):
    """What answers are counted by."""

    day: date
    party: Common
    operation: Common
    outcome: int


@dataclass(slots=True)
class Count:
    answers: int = 0
    people: int = 0
    on_trial: int = 0


@dataclass(slots=True)
class Page:
    first_leaf: int
    kinds: list[LeafKind] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    answers: list[AnswerRow] = field(default_factory=list)
    people: list[PeopleOf] = field(default_factory=list)
    marks: list[tuple[object, ...]] = field(default_factory=list)
    events: list[tuple[object, ...]] = field(default_factory=list)
    acts: list[tuple[object, ...]] = field(default_factory=list)
    definitions: list[tuple[UUID, int, int]] = field(default_factory=list)
    used: defaultdict[Used, Count] = field(default_factory=lambda: defaultdict(Count))

    @property
    def next_leaf(self) -> int:
        return self.first_leaf + len(self.hashes)

    def add_leaf(self, kind: LeafKind, content: bytes) -> None:
        self.kinds.append(kind)
        self.hashes.append(leaf_hash(content))

    def leaves(self) -> Iterator[tuple[int, int, bytes]]:
        """Rows of `leaves`."""
        for number, (kind, hash_) in enumerate(zip(self.kinds, self.hashes, strict=True), self.first_leaf):
            yield number, kind, hash_
