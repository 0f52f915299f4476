"""What is hashed into each leaf of the tree: the one place where the sealer, the verifier and every proof agree.

An answer is one leaf. It commits to what its readings share (`Shared`, blinded by the answer's salt, so that a proof
can show it or leave it closed), to the agency's officer, and to the root of a small tree with one leaf per subject,
each blinded by a salt of its own. So a proof for one person shows nothing of any other, and erasing a subject with its
salt leaves hashes that say nothing. Both trees hash as RFC 6962 section 2.1 does: 0x00 before leaves, 0x01 before
nodes.

    leaf of a subject   "P" · salt, 16 · pseudonym, 16 · SHA-256 of the canonical JSON of its `Reading`, 32
    leaf of an answer   "A" · request id, 16 · microseconds, 8 · number of subjects, 4 · root of the small tree, 32
                        · commitment to `Shared`, 32 · commitment to the officer, 32
    leaf of a mark      "M" · request id, 16 · microseconds of the answer, 8 · of the mark, 8 · what, 1 · places, 4 each
    leaf of an event    "E" · microseconds, 8 · its canonical JSON
    leaf of an act      "C" · number, 8 · its hash in the authority's record, 32

Numbers are unsigned and big-endian. Canonical JSON: members sorted by name, no spaces, UTF-8.
"""

import hashlib
import struct
from collections.abc import Sequence
from enum import IntEnum

import msgspec

from ledger.segments.entries import Subject, Way

SALT_LENGTH = 16
NO_OFFICER = bytes(32)
"""Stands for the commitment to an officer where the client named none."""

_ANSWER = struct.Struct(">c16sQI32s32s32s")
_MARK = struct.Struct(">c16sQQB")
_PLACE = struct.Struct(">I")
_EVENT = struct.Struct(">cQ")
_ACT = struct.Struct(">cQ32s")
_OFFICER = b"officer"


class LeafKind(IntEnum):
    ANSWER = 1
    MARK = 2
    EVENT = 3
    ACT = 4


class StepRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one step read of a subject, and how it was reached."""

    path: str
    way: Way
    reads: tuple[str, ...]
    looks_up: tuple[str, ...]


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that one answer read of one subject. `roles`: spoke_for and acted_for, of the citizen behind the token."""

    subject: Subject
    steps: tuple[StepRead, ...]
    roles: tuple[str, ...] = ()


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who asked, for whom and why."""

    agency: str
    client: str
    supplier: str | None
    through: tuple[str, ...]
    purpose: str | None
    legal_basis: str | None


class Shared(Party, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all readings of one answer share: shown as a whole in a proof, or left closed as a whole."""

    case_reference: str | None
    grants_revision: int
    emergencies: tuple[int, ...]
    document: str
    """In hex."""
    operation: str | None
    definition: str
    """Digest of all that the segment says of the operation, in hex: its steps and needs."""
    outcome: str
    """granted, refused or no_hit."""
    missing: tuple[str, ...]


def canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")


def digest(value: object) -> bytes:
    """SHA-256 of the value's canonical JSON."""
    return hashlib.sha256(canonical(value)).digest()


def salt_of(seed: bytes, place: int) -> bytes:
    """The salt of the subject at this place of the small tree. Knowing it tells nothing of the seed or of others."""
    return hashlib.blake2b(_PLACE.pack(place), key=seed, digest_size=SALT_LENGTH).digest()


def subject_content(salt: bytes, subject: bytes, reading: bytes) -> bytes:
    """`reading` is the digest of the subject's `Reading`."""
    return b"P" + salt + subject + reading


def shared_commitment(salt: bytes, shared: Shared) -> bytes:
    return commitment(salt, canonical(shared))


def commitment(salt: bytes, said: bytes) -> bytes:
    """What binds to something without showing it, until the salt is shown as well."""
    return hashlib.sha256(salt + said).digest()


def officer_commitment(seed: bytes, officer: str | None) -> bytes:
    """Blinded by the seed, which is erased with the subjects."""
    if officer is None:
        return NO_OFFICER
    salt = hashlib.blake2b(_OFFICER, key=seed, digest_size=SALT_LENGTH).digest()
    return hashlib.sha256(salt + officer.encode()).digest()


def answer_content(
    request_id: bytes, microseconds: int, people: int, root: bytes, shared: bytes, officer: bytes
) -> bytes:
    """`root` is that of the small tree; `shared` and `officer` are the commitments."""
    return _ANSWER.pack(b"A", request_id, microseconds, people, root, shared, officer)


def mark_content(request_id: bytes, answered_at: int, microseconds: int, what: int, places: Sequence[int]) -> bytes:
    """`places` are places of the small tree."""
    head = _MARK.pack(b"M", request_id, answered_at, microseconds, what)
    return head + b"".join(map(_PLACE.pack, places))


def event_content(microseconds: int, content: bytes) -> bytes:
    return _EVENT.pack(b"E", microseconds) + content


def act_content(number: int, digest_of_act: bytes) -> bytes:
    return _ACT.pack(b"C", number, digest_of_act)
