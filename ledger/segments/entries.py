"""What an entry of the ledger says, before it is bytes.

What is equal for many answers stands in *definitions*: who asked and why (`Recipient`), and which operation with
which steps (`Operation`). The graph makes one per caller and one per plan, keeps it as long as the caller's rights
and the plan live, and names it with every answer; the writer puts it into the stream before its first use.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Annotated, Generic, TypeAlias, TypeVar

import msgspec

DOCUMENT_HASH_LENGTH = 16
BLOCK_LENGTH = 16
Block: TypeAlias = Annotated[bytes, msgspec.Meta(min_length=BLOCK_LENGTH, max_length=BLOCK_LENGTH)]
"""A pseudonym; a segment that says another length is refused as it is read."""


class Way(StrEnum):
    """How the persons of a step were reached."""

    OPENED = "opened"
    """By their own key, given by the caller."""
    LISTED = "listed"
    """As hits of a search or a page."""
    REACHED = "reached"
    """Through another record."""
    VERIFIED = "verified"
    """Named by the caller, who was told yes or no and nothing else."""


class Subject(StrEnum):
    """What a step reads about. Enterprises and parcels count where a guarded field of theirs is read."""

    PERSON = "person"
    ENTERPRISE = "enterprise"
    PARCEL = "parcel"


class Outcome(IntEnum):
    GRANTED = 1
    """Persons' data was looked at. A record handed over early also names persons who turned out not to be there."""
    REFUSED = 2
    """Decided before reading; nothing was read."""
    NO_HIT = 3
    """A lookup that found nobody."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step of a plan that reads personal data, or that finds persons by it."""

    path: str
    """Response path, aliases as the caller wrote them: `citizen.landRights`."""
    reads: tuple[str, ...]
    """Schema coordinates read of every person of the step: `Citizen.fullName`."""
    way: Way
    looks_up: tuple[str, ...] = ()
    """Schema coordinates the persons were found by."""
    subject: Subject = Subject.PERSON


class Operation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    document: bytes
    """16 bytes of the SHA-256 of the document without literals: nothing that a caller typed."""
    name: str | None
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    """Scopes that the operation takes, sorted."""


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
    on_behalf_of: Block | None = None
    """Pseudonym of the citizen the token speaks for."""
    supplier: str | None = None
    """The client's own agency, where it used the rights of another by a delegation."""
    through: tuple[str, ...] = ()
    """Clients whose tokens were exchanged for this one, the latest first."""
    representative: Block | None = None
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
    key_epoch: int | None = None
    """Under whose key the pseudonyms in it stand; null where there is none in it."""


AnyDefinition: TypeAlias = Definition[Recipient] | Definition[Operation]


# --- What happened otherwise -----------------------------------------------------------------------------------------


class Marked(IntEnum):
    """What became known of an answer after it was recorded."""

    CLIENT_LEFT = 1
    """Withheld: whoever asked was gone before it was sent."""
    RIGHTS_CHANGED = 2
    """Withheld: the caller's rights changed before it was sent, or could no longer be confirmed."""
    NOT_FOUND = 3
    """Of these persons, whom the caller named, nothing was there."""


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="event"):
    """What happened to the ledger itself. Its tag is the name of the event."""


class ProcessStarted(Event, frozen=True, tag="process.started"):
    process: str
    """UUIDv7, in hex."""
    role: str
    """serving, sealing or erasing."""
    version: str


class ProcessStopped(Event, frozen=True, tag="process.stopped"):
    process: str
    role: str


class KeyMade(Event, frozen=True, tag="key.made"):
    """A pseudonym key of this epoch was first used."""

    epoch: int


class KeyDestroyed(Event, frozen=True, tag="key.destroyed"):
    """Nobody can tell any more whose the pseudonyms of this epoch are."""

    epoch: int


class PeopleErased(Event, frozen=True, tag="people.erased"):
    """Of every answer for this purpose with a leaf before `upto`, the persons, salts and officer are gone."""

    purpose: str | None
    upto: int
    people: int
    """How many were erased by this run."""


class SegmentsErased(Event, frozen=True, tag="segments.erased"):
    """Of every segment all of whose entries have leaves before `upto`, the data is gone; its hash stays."""

    upto: int
    segments: int


AnyEvent: TypeAlias = ProcessStarted | ProcessStopped | KeyMade | KeyDestroyed | PeopleErased | SegmentsErased
