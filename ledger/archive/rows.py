"""One reading of one subject as the books say it, and what kind it was. Pure.

A kind is worked out when somebody looks, never stored: an answer can be marked after it was sealed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ledger.segments.entries import Outcome, Way
from ledger.tree.leaves import Party, Reading


class Kind(StrEnum):
    """What became of a reading; the first that fits, in this order."""

    REFUSED = "refused"
    """A right was missing; nothing was read."""
    NO_HIT = "no_hit"
    """Looked up, and nothing was there."""
    WITHHELD = "withheld"
    """Read and recorded, then not sent."""
    DISCLOSED = "disclosed"
    """Read by key, or through another record."""
    LISTED = "listed"
    """A hit of a search or a page."""
    VERIFIED = "verified"
    """The caller named it and was told yes or no, and nothing else."""
    SPOKE_FOR = "spoke_for"
    """Asked in this citizen's name, or by this citizen for another; nothing about the citizen was read."""


_BY_WAY = {
    Way.OPENED: Kind.DISCLOSED,
    Way.REACHED: Kind.DISCLOSED,
    Way.VERIFIED: Kind.VERIFIED,
    Way.LISTED: Kind.LISTED,
}
_STRONGEST = (Kind.DISCLOSED, Kind.LISTED, Kind.VERIFIED)
"""Whoever was listed was shown with data; a yes or no beside it hides none of that."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What became known of an answer after it was recorded. `places`: of a not_found, the subjects it is about."""

    kind: str
    reason: str | None
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Operation:
    """What was asked, without a value."""

    document: str
    """16 bytes of the hash of the document without literals, in hex: the name of what was asked."""
    name: str | None
    definition: str
    """Digest of all that is said of it, in hex."""
    coordinates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What all readings of one answer share."""

    origin: str
    leaf: int
    request_id: UUID
    at: datetime
    outcome: Outcome
    party: Party
    operation: Operation
    case_reference: str | None
    officer: str | None
    grants_revision: int
    emergencies: tuple[int, ...]
    missing: tuple[str, ...]
    people: int
    marks: tuple[Mark, ...] = ()

    @property
    def withheld_because(self) -> str | None:
        return next((mark.reason for mark in self.marks if mark.kind == "withheld"), None)


@dataclass(frozen=True, slots=True)
class Row:
    """What one answer read of one subject."""

    answer: Answer
    place: int
    reading: Reading

    @property
    def kind(self) -> Kind:
        return kind_of(self.answer, self.reading, self.place)

    @property
    def coordinates(self) -> tuple[str, ...]:
        return coordinates_of((self.reading,))


def kind_of(answer: Answer, reading: Reading, place: int) -> Kind:
    """The kind of one subject's reading in an answer."""
    if answer.outcome is Outcome.REFUSED:
        return Kind.REFUSED
    if answer.outcome is Outcome.NO_HIT or any(place in mark.places for mark in answer.marks):
        return Kind.NO_HIT
    if any(mark.kind == "withheld" for mark in answer.marks):
        return Kind.WITHHELD
    return strongest(_BY_WAY[step.way] for step in reading.steps)


def strongest(kinds: Iterable[Kind]) -> Kind:
    found = frozenset(kinds)
    return next((kind for kind in _STRONGEST if kind in found), Kind.SPOKE_FOR)


def coordinates_of(readings: Iterable[Reading]) -> tuple[str, ...]:
    """Schema coordinates that were read, sorted."""
    return tuple(sorted({name for reading in readings for step in reading.steps for name in step.reads}))
