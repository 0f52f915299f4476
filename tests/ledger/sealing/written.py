"""Streams of segments as a writer makes them, or as nobody should: written straight into the table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import asyncpg

from ledger import Outcome, Recipient, Segment, Step, Way
from ledger.recording.identifiers import Uuid7, new_stream_id
from ledger.segments.chain import genesis, link
from ledger.segments.entries import Operation
from ledger.segments.records import Opening, pack_answer, pack_definition, pack_head, pack_opening

NOON = 1_795_000_000_000_000
"""In microseconds since 1970."""
TAX = Recipient(
    agency="G12",
    client="tax-desk",
    grants_revision=3,
    purpose="tax",
    legal_basis="Law 38/2019, art. 95",
    case_reference="HS-2026-0007",
)
PROFILE = Operation(
    bytes(16),
    "Profile",
    (
        Step("citizen", ("Citizen.fullName",), Way.OPENED, ("Citizen.pin",)),
        Step("citizen.household.members", ("Citizen.fullName", "Citizen.dateOfBirth"), Way.REACHED),
    ),
    ("identity:citizen.full_name:read",),
)
RECIPIENT, OPERATION = 1, 2
DEFINITIONS = (pack_definition(RECIPIENT, TAX), pack_definition(OPERATION, PROFILE))
new_id = Uuid7()
_moments = count(NOON)


def answer(*steps: Sequence[bytes], at: int | None = None, request_id: bytes | None = None) -> bytes:
    """Of the operation above: for each of its steps, the persons."""
    counts = [(number, len(persons)) for number, persons in enumerate(steps)]
    blocks = b"".join(person for persons in steps for person in persons)
    moment = next(_moments) if at is None else at
    return pack_answer(
        request_id or new_id(), moment, RECIPIENT, OPERATION, Outcome.GRANTED, steps=counts, blocks=blocks, missing=()
    )


def person(number: int) -> bytes:
    """A pseudonym of nobody."""
    return number.to_bytes(16)


@dataclass
class Stream:
    """What a process writes from its start on."""

    id: UUID = field(default_factory=new_stream_id)
    segments: list[Segment] = field(default_factory=list)

    @classmethod
    def after(cls, before: "Stream", length: int | None = None, name: UUID | None = None) -> "Stream":
        """One that says it follows so many segments of the one before; by itself, all of them."""
        length = len(before.segments) if length is None else length
        stream = cls(name or new_stream_id())
        stream.add(pack_opening(Opening(before.id.bytes, length, before.segments[length - 1].hash)), answers=0)
        return stream

    def add(self, *entries: bytes, answers: int | None = None) -> "Stream":
        """A further segment of these entries, all of them answers if nothing else is said."""
        prev = self.segments[-1].hash if self.segments else genesis(self.id)
        data = pack_head(83) + b"".join(entries)
        number = len(entries) if answers is None else answers
        self.segments.append(Segment(self.id, len(self.segments), number, prev, link(prev, data), data))
        return self

    def begin(self, *entries: bytes) -> "Stream":
        """A segment with the definitions before its answers."""
        return self.add(*DEFINITIONS, *entries, answers=len(entries))


async def write(connection: asyncpg.Connection, *segments: Segment) -> None:
    await connection.copy_records_to_table("segments", records=segments, columns=Segment._fields)
