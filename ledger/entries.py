"""What an entry of the ledger says, before it is bytes.

What is equal for many answers stands in *definitions*: who asked and why (`Recipient`), and which operation with
which steps (`Operation`). The graph makes one per caller and one per plan, keeps it as long as the caller's rights
and the plan live, and names it with every answer; the writer puts it into the stream before its first use.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, TypeAlias, TypeVar

import msgspec

DOCUMENT_HASH_LENGTH = 16


class Way(StrEnum):
    """How the persons of a step were reached."""

    OPENED = "opened"
    """By their own key, given by the caller."""
    LISTED = "listed"
    """As hits of a search or a page."""
    REACHED = "reached"
    """Through another record."""


class Outcome(IntEnum):
    GRANTED = 1
    """Persons' data was looked at. A record handed over early also names persons who turned out not to be there."""
    REFUSED = 2
    """Decided before reading; nothing was read."""
    NO_HIT = 3
    """A lookup that found nobody."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step of a plan that reads personal data, or that finds persons by it."""

    path: str
    """Response path, aliases as the caller wrote them: `citizen.landRights`."""
    reads: tuple[str, ...]
    """Schema coordinates read of every person of the step: `Citizen.fullName`."""
    way: Way
    looks_up: tuple[str, ...] = ()
    """Schema coordinates the persons were found by."""


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: bytes
    """16 bytes of the SHA-256 of the document without literals: nothing that a caller typed."""
    name: str | None
    steps: tuple[Step, ...]


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """To whom, and why, data was disclosed: equal for all answers of one token under one state of the grants."""

    agency: str
    """Whose rights were used."""
    client: str
    """Who asked and was answered."""
    grants_revision: int
    purpose: str | None
    """Null only for refusals that a purpose is missing."""
    legal_basis: str | None
    case_reference: str | None
    on_behalf_of: bytes | None = None
    """Pseudonym of the citizen the token speaks for."""
    supplier: str | None = None
    """The client's own agency, where it used the rights of another by a delegation."""
    through: tuple[str, ...] = ()
    """Clients whose tokens were exchanged for this one, the latest first."""
    representative: bytes | None = None
    """Pseudonym of who acts for that citizen by law."""
    emergencies: tuple[int, ...] = ()
    """Numbers of the emergency grants that were used: opened by one officer alone, and to be reviewed."""


MeaningT = TypeVar("MeaningT", Recipient, Operation)


@dataclass(frozen=True, slots=True, eq=False)
class Definition(Generic[MeaningT]):
    """A recipient or operation that answers refer to by number. Compared by identity: batches collect it in a set."""

    number: int
    """Given once in a process, from 1; two definitions of one stream never share a number."""
    meaning: MeaningT
    entry: bytes = field(repr=False)
    """The packed entry, ready for a segment."""


AnyDefinition: TypeAlias = Definition[Recipient] | Definition[Operation]
