"""What a stream's answers name: its recipients and operations, with what follows from each for every answer.

A stream says once what its answers then name by number. The sealer keeps in mind what it met last; of what it met
earlier, or before it was started, the table `definitions` says which segment holds it.
"""

from collections.abc import Container, Iterable, Sequence
from typing import TypeAlias
from uuid import UUID

import asyncpg

from ledger.sealing.interning import Common, Commons, party_of
from ledger.sealing.taking import Taken
from ledger.segments.entries import Operation, Outcome, Recipient
from ledger.segments.records import Answer, Contents, Defined, unpack
from ledger.tree.leaves import Party, Shared, canonical
from ledger.tree.readings import reading_of

KEPT_IN_MIND = 128 << 20
"""What so many bytes of segments said is kept; then it is forgotten, and read again as it is named."""
SEGMENTS_AT_ONCE = 16
"""Read again together, of up to several megabytes each."""
_WHERE = """
select definitions.stream, number, definitions.seq from unnest($1::uuid[], $2::bigint[]) as wanted (stream, number)
join definitions using (stream, number)
"""
_DATA = """
select stream, data from unnest($1::uuid[], $2::bigint[]) as wanted (stream, seq)
join segments using (stream, seq) where data is not null
"""

Key: TypeAlias = tuple[UUID, int]
"""A stream, and a number in it."""


class KnownOperation:
    """An operation, and which of its readings were met: by steps and roles."""

    __slots__ = ("_commons", "_readings", "common", "meaning")

    def __init__(self, meaning: Operation, commons: Commons) -> None:
        self.meaning = meaning
        self.common = commons.operation(meaning)
        self._commons = commons
        self._readings: dict[tuple[tuple[int, ...], tuple[str, ...]], Common] = {}

    def reading(self, steps: tuple[int, ...], roles: tuple[str, ...] = ()) -> Common:
        known = self._readings.get((steps, roles))
        if known is None:
            known = self._commons.reading(reading_of(self.meaning, steps, roles))
            self._readings[steps, roles] = known
        return known


class KnownRecipient:
    """A recipient, and what its answers shared: by operation, outcome and what was missing."""

    __slots__ = ("_shared", "meaning", "party")

    def __init__(self, meaning: Recipient, commons: Commons) -> None:
        self.meaning = meaning
        self.party = commons.party(meaning)
        self._shared: dict[tuple[bytes, Outcome, tuple[str, ...]], bytes] = {}

    def shared(self, operation: KnownOperation, answer: Answer) -> bytes:
        """What the answer's readings share, as canonical JSON."""
        key = (operation.common.digest, answer.outcome, answer.missing)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = canonical(shared_by(self.meaning, operation, answer))
        return known


def shared_by(recipient: Recipient, operation: KnownOperation, answer: Answer) -> Shared:
    party = party_of(recipient)
    return Shared(
        **{name: getattr(party, name) for name in Party.__struct_fields__},
        case_reference=recipient.case_reference,
        grants_revision=recipient.grants_revision,
        emergencies=recipient.emergencies,
        document=operation.meaning.document.hex(),
        operation=operation.meaning.name,
        definition=operation.common.digest.hex(),
        outcome=answer.outcome.name.lower(),
        missing=answer.missing,
    )


class Undefined(Exception):
    """An answer names a recipient or an operation that its stream has not defined."""


class DefinedTwice(Exception):
    """What answers name is defined twice, with two meanings."""


class Meanings:
    """By stream and number. What no answer names never becomes a row of the books."""

    def __init__(self, commons: Commons) -> None:
        self._commons = commons
        self._said: dict[Key, Recipient | Operation] = {}
        self._recipients: dict[Key, KnownRecipient] = {}
        self._operations: dict[Key, KnownOperation] = {}
        self._size = 0

    def define(self, stream: UUID, defined: Defined) -> None:
        """Something that the stream says before answers name it. Raises `DefinedTwice`."""
        if self._said.setdefault((stream, defined.number), defined.meaning) != defined.meaning:
            raise DefinedTwice

    def recipient(self, key: Key) -> KnownRecipient:
        """Raises `Undefined`."""
        known = self._recipients.get(key)
        if known is None:
            meaning = self._said.get(key)
            if not isinstance(meaning, Recipient):
                raise Undefined
            known = self._recipients[key] = KnownRecipient(meaning, self._commons)
        return known

    def operation(self, key: Key) -> KnownOperation:
        """Raises `Undefined`."""
        known = self._operations.get(key)
        if known is None:
            meaning = self._said.get(key)
            if not isinstance(meaning, Operation):
                raise Undefined
            known = self._operations[key] = KnownOperation(meaning, self._commons)
        return known

    async def recall(self, connection: asyncpg.Connection, run: Sequence[Taken]) -> None:
        """Has ready what these segments name without saying it, and what was said before of names that they define."""
        self._forget(sum(len(segment.data) for segment, _ in run))
        missing = _named(run) - self._said.keys()
        if not missing:
            return
        where = await connection.fetch(_WHERE, *_columns(missing))
        holding = sorted({(row["stream"], row["seq"]) for row in where})
        for at in range(0, len(holding), SEGMENTS_AT_ONCE):
            for stream, data in await connection.fetch(_DATA, *_columns(holding[at : at + SEGMENTS_AT_ONCE])):
                self._define_all(stream, unpack(data), missing)

    def _define_all(self, stream: UUID, contents: Contents, wanted: Container[Key]) -> None:
        for entry in contents.entries:
            if isinstance(entry, Defined) and (stream, entry.number) in wanted:
                self.define(stream, entry)

    def _forget(self, coming: int) -> None:
        """Makes room, where there is none, for what segments of that size may say."""
        self._size += coming
        if self._size > KEPT_IN_MIND:
            self._size = coming
            self._said.clear()
            self._recipients.clear()
            self._operations.clear()


def _named(run: Iterable[Taken]) -> set[Key]:
    """What these segments define, and what their answers name."""
    named: set[Key] = set()
    for segment, contents in run:
        for entry in contents.entries:
            if isinstance(entry, Defined):
                named.add((segment.stream, entry.number))
            elif isinstance(entry, Answer):
                named.update(((segment.stream, entry.recipient), (segment.stream, entry.operation)))
    return named


def _columns(keys: Iterable[Key]) -> tuple[list[UUID], list[int]]:
    ordered = sorted(keys)
    return [stream for stream, _ in ordered], [number for _, number in ordered]
