"""The binary format of a segment's data, version 3: packed here, unpacked here. Pure; knows no connection and no key.

All numbers are unsigned and big-endian. A segment is

    "LTL" · version, 1 byte = 3 · epoch of the pseudonym key, 4 bytes · entries to the end

and an entry

    kind, 1 byte · length of the body, 4 bytes · body

    kind 1  opening     stream before this one in the same process, 16 bytes · number of its segments known to be
                        durable, 8 bytes · hash of the last of them, 32 bytes. First in a stream, if one was before it.
    kind 2  recipient   number, 8 bytes · a `Recipient` as JSON
    kind 3  operation   number, 8 bytes · an `Operation` as JSON
    kind 16 answer      request id, 16 bytes · time in microseconds since 1970, 8 bytes · number of the recipient,
                        8 bytes · number of the operation, 8 bytes · outcome, 1 byte · number of steps, 2 bytes
                        · for each step: index into the operation's steps, 2 bytes, number of persons, 4 bytes
                        · for each step, for each person: pseudonym, 16 bytes
                        · to the end: what was missing, as UTF-8, one scope or demand a line; of a granted answer,
                        what a narrowing on trial would have refused
    kind 17 mark        request id of the answer, 16 bytes · its time, 8 bytes · time of the mark, 8 bytes · what,
                        1 byte · of persons not found, for each: which of the answer's pseudonyms, from 0, 4 bytes
    kind 18 event       time in microseconds since 1970, 8 bytes · an `Event` as JSON
    kind 19 answer whose client named an officer: length of the name, 1 byte · name, ASCII · the rest as kind 16

A recipient or operation is defined in its stream before the first answer that names it: a stream explains itself.
Reading is strict. A further kind of entry, or a further field, is a further version. Each version holds the ones before
it, which are read and not written: version 2 knows no kinds from 17 on, no scopes that an operation needs, and persons
only; version 1, no supplier, clients before it, representative and emergencies of a recipient either.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TypeAlias

import msgspec

from ledger.segments.entries import BLOCK_LENGTH, DOCUMENT_HASH_LENGTH, AnyEvent, Marked, Operation, Outcome, Recipient

_WRITTEN = b"LTL\x03"
_READ = frozenset({b"LTL\x01", b"LTL\x02", _WRITTEN})
_HEAD = struct.Struct(">4sI")
_ENTRY = struct.Struct(">BI")
_OPENING = struct.Struct(">16sQ32s")
_NUMBER = struct.Struct(">Q")
_ANSWER = struct.Struct(">16sQQQBH")
_ANSWER_ENTRY = struct.Struct(">BI16sQQQBH")
_STEP = struct.Struct(">HI")
_MARK = struct.Struct(">16sQQB")
_PLACE = struct.Struct(">I")
_MOMENT = struct.Struct(">Q")


class Kind(IntEnum):
    OPENING = 1
    RECIPIENT = 2
    OPERATION = 3
    ANSWER = 16
    MARK = 17
    EVENT = 18
    OFFICERS_ANSWER = 19


class Malformed(Exception):
    """The bytes are no segment of this version."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a stream says of the one before it, so that the loss of that one's end shows."""

    predecessor: bytes
    segments: int
    last_hash: bytes


@dataclass(frozen=True, slots=True)
class Defined:
    number: int
    meaning: Recipient | Operation


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The persons of one step, as their pseudonyms' blocks one after the other."""

    step: int
    persons: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    request_id: bytes
    microseconds: int
    recipient: int
    operation: int
    outcome: Outcome
    looked_at: tuple[LookedAt, ...]
    missing: tuple[str, ...]
    officer: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """`answered_at` tells the answer from others of the same request. Times in microseconds since 1970."""

    request_id: bytes
    answered_at: int
    microseconds: int
    what: Marked
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    microseconds: int
    event: AnyEvent


Entry: TypeAlias = Opening | Defined | Answer | Mark | Happened


@dataclass(frozen=True, slots=True)
class Contents:
    key_epoch: int
    entries: tuple[Entry, ...]

    @property
    def answers(self) -> int:
        return sum(isinstance(entry, Answer) for entry in self.entries)


# --- Packing ---------------------------------------------------------------------------------------------------------


def pack_head(key_epoch: int) -> bytes:
    return _HEAD.pack(_WRITTEN, key_epoch)


def pack_opening(opening: Opening) -> bytes:
    return _entry(Kind.OPENING, _OPENING.pack(opening.predecessor, opening.segments, opening.last_hash))


def pack_definition(number: int, meaning: Recipient | Operation) -> bytes:
    if isinstance(meaning, Operation) and len(meaning.document) != DOCUMENT_HASH_LENGTH:
        raise ValueError(f"an operation is named by {DOCUMENT_HASH_LENGTH} bytes of its document's hash")
    kind = Kind.RECIPIENT if isinstance(meaning, Recipient) else Kind.OPERATION
    return _entry(kind, _NUMBER.pack(number) + msgspec.json.encode(meaning))


def pack_answer(  # noqa: PLR0913 - called for every answer, so its fields come without an object around them
    request_id: bytes,
    microseconds: int,
    recipient: int,
    operation: int,
    outcome: Outcome,
    *,
    steps: Sequence[tuple[int, int]],
    blocks: bytes,
    missing: Sequence[str],
    officer: str | None = None,
) -> bytes:
    """`steps` are pairs of a step's index and its number of persons; `blocks`, the persons of all steps."""
    rest = b"".join([_STEP.pack(*step) for step in steps]) + blocks
    if missing:
        rest += "\n".join(missing).encode()
    if officer is not None:
        head = _ANSWER.pack(request_id, microseconds, recipient, operation, outcome, len(steps))
        return _entry(Kind.OFFICERS_ANSWER, bytes((len(officer),)) + officer.encode("ascii") + head + rest)
    length = _ANSWER.size + len(rest)
    return (
        _ANSWER_ENTRY.pack(
            Kind.ANSWER, length, request_id, microseconds, recipient, operation, outcome, len(steps)
        )
        + rest
    )  # fmt: skip


def pack_mark(request_id: bytes, answered_at: int, microseconds: int, what: Marked, places: Sequence[int]) -> bytes:
    """`places` are those of not found persons among the answer's pseudonyms, all steps' one after the other."""
    head = _MARK.pack(request_id, answered_at, microseconds, what)
    return _entry(Kind.MARK, head + b"".join(map(_PLACE.pack, places)))


def pack_event(microseconds: int, event: AnyEvent) -> bytes:
    return _entry(Kind.EVENT, _MOMENT.pack(microseconds) + msgspec.json.encode(event))


def _entry(kind: int, body: bytes) -> bytes:
    return _ENTRY.pack(kind, len(body)) + body


# --- Unpacking -------------------------------------------------------------------------------------------------------


def unpack(data: bytes) -> Contents:
    try:
        magic, key_epoch = _HEAD.unpack_from(data)
        if magic not in _READ:
            raise Malformed("not a segment of version 1 to 3")
        return Contents(key_epoch, tuple(_unpack_entry(kind, body) for kind, body in _split(data)))
    except (struct.error, msgspec.MsgspecError, ValueError, IndexError, RecursionError) as error:
        raise Malformed("an entry is cut short or garbled") from error


def _split(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD.size
    while at < len(data):
        kind, length = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        yield kind, _take(data, at, length)
        at += length


def _unpack_entry(kind: int, body: bytes) -> Entry:  # noqa: PLR0911 - one line for each kind
    match kind:
        case Kind.OPENING:
            return Opening(*_OPENING.unpack(body))
        case Kind.RECIPIENT:
            return Defined(_number(body), msgspec.json.decode(body[_NUMBER.size :], type=Recipient))
        case Kind.OPERATION:
            return Defined(_number(body), msgspec.json.decode(body[_NUMBER.size :], type=Operation))
        case Kind.ANSWER:
            return _unpack_answer(body)
        case Kind.OFFICERS_ANSWER:
            end = 1 + body[0]
            return replace(_unpack_answer(body[end:]), officer=_take(body, 1, body[0]).decode("ascii"))
        case Kind.MARK:
            return _unpack_mark(body)
        case Kind.EVENT:
            (microseconds,) = _MOMENT.unpack_from(body)
            return Happened(microseconds, msgspec.json.decode(body[_MOMENT.size :], type=AnyEvent))
        case _:
            raise Malformed(f"no entry of version 1 to 3 has kind {kind}")


def _number(body: bytes) -> int:
    (number,) = _NUMBER.unpack_from(body)
    return int(number)


def _unpack_answer(body: bytes) -> Answer:
    request_id, microseconds, recipient, operation, outcome, step_count = _ANSWER.unpack_from(body)
    steps = [_STEP.unpack_from(body, _ANSWER.size + _STEP.size * i) for i in range(step_count)]
    at = _ANSWER.size + _STEP.size * step_count
    looked_at = []
    for step, persons in steps:
        looked_at.append(LookedAt(step, _take(body, at, persons * BLOCK_LENGTH)))
        at += persons * BLOCK_LENGTH
    missing = tuple(body[at:].decode().split("\n")) if at < len(body) else ()
    return Answer(
        request_id, microseconds, recipient, operation, Outcome(outcome), tuple(looked_at), missing
    )  # fmt: skip


def _unpack_mark(body: bytes) -> Mark:
    request_id, answered_at, microseconds, what = _MARK.unpack_from(body)
    places = tuple(place for (place,) in _PLACE.iter_unpack(body[_MARK.size :]))
    return Mark(request_id, answered_at, microseconds, Marked(what), places)


def _take(data: bytes, at: int, length: int) -> bytes:
    taken = data[at : at + length]
    if len(taken) != length:
        raise Malformed("an entry is cut short")
    return taken
