"""The proof of one reading: a document that its subject takes away, and its check, which needs nothing but a key.

It shows what was read of one subject, that this is a leaf of the answer's small tree, that the answer is a leaf of the
ledger's tree, and the signed checkpoint of that. Of everybody else in the answer it holds hashes. What the answer
shares is shown or left closed; closed, its commitment takes its place. docs/ledger.md says how to check one by hand.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from ledger.segments.entries import Marked
from ledger.tree.leaves import Reading, Shared, answer_content, digest, mark_content, shared_commitment, subject_content
from ledger.tree.merkle import leaf_hash
from ledger.tree.notes import NoteRefused, Sealed, Verifier, opened
from ledger.tree.proofs import ProofRefused, root_by_inclusion

FORMAT: Final = "lienthong-disclosure-proof/1"
MEDIA_TYPE = "application/json"
MOST_BYTES = 4 << 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOR_ALL = (Marked.CLIENT_LEFT, Marked.RIGHTS_CHANGED)

Hash: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Block: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
Path: TypeAlias = Annotated[tuple[Hash, ...], msgspec.Meta(max_length=64)]
Place: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
Leaf: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 62)]
Microseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
MarkName: TypeAlias = Literal["client_left", "rights_changed", "not_found"]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Octets are written in hexadecimal digits."""


class OwnLeaf(_Part, frozen=True):
    """The subject's leaf of the small tree."""

    subject: Block
    """Pseudonym."""
    salt: Block
    reading: Reading
    place: Place
    path: Path


class Opening(_Part, frozen=True):
    """What the answer shares, and what it was blinded with."""

    salt: Block
    shared: Shared


class AnswerLeaf(_Part, frozen=True):
    request_id: UUID
    microseconds: Microseconds
    people: Place
    """Number of subjects."""
    commitment: Hash
    """To what the answer shares."""
    opening: Opening | None
    """Null: left closed."""
    officer: Hash
    """Commitment to the agency's officer."""
    leaf: Leaf
    path: Path


class MarkLeaf(_Part, frozen=True):
    """What became known of the answer after it was recorded."""

    what: MarkName
    microseconds: Microseconds
    places: Annotated[tuple[Place, ...], msgspec.Meta(max_length=200_000)]
    leaf: Leaf
    path: Path


class Proof(_Part, frozen=True):
    format: Literal["lienthong-disclosure-proof/1"]
    origin: str
    own: OwnLeaf
    answer: AnswerLeaf
    marks: Annotated[tuple[MarkLeaf, ...], msgspec.Meta(max_length=1_000)]
    checkpoint: str
    """A signed note."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a document proves, once it is checked."""

    subject: str
    reading: Reading
    request_id: UUID
    at: datetime
    shared: Shared | None
    marked: tuple[Marked, ...]
    """Of marks, those about this reading."""
    leaf: int
    sealed: Sealed


def encode(proof: Proof) -> bytes:
    """As it is given out."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=2) + b"\n"


def decode(document: bytes) -> Proof:
    """Raises ProofRefused for what has not the form of a proof."""
    if len(document) > MOST_BYTES:
        raise ProofRefused("the document is longer than a proof can be")
    try:
        proof = msgspec.json.decode(document, type=Proof)
        json.loads(document, object_pairs_hook=_each_once)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProofRefused(f"the document has not the form of {FORMAT}{_reason(error)}") from None
    return proof


def check(document: bytes, log: Verifier, witnesses: Sequence[Verifier] = ()) -> Proven:
    """What the document proves under the log's key; raises ProofRefused, saying what does not hold.

    Refused in this order: what is no proof; the checkpoint and its signatures; what the answer shares; the reading in
    the answer and the answer in the tree, which show together; each mark.
    """
    proof = decode(document)
    sealed = _sealed(proof, log, witnesses)
    root, answer = sealed.checkpoint.root, proof.answer
    if answer.opening is not None and _committed(answer.opening) != bytes.fromhex(answer.commitment):
        raise ProofRefused("what the answer shares is not what it was recorded with")
    if _root(answer_leaf(proof), answer.leaf, sealed, answer.path) != root:
        raise ProofRefused("the reading does not lead to the root hash of the checkpoint")
    for mark in proof.marks:
        if _root(mark_leaf(answer, mark), mark.leaf, sealed, mark.path) != root:
            raise ProofRefused(f"the mark {mark.what} does not lead to the root hash of the checkpoint")
    return Proven(
        subject=proof.own.subject,
        reading=proof.own.reading,
        request_id=answer.request_id,
        at=_EPOCH + timedelta(microseconds=answer.microseconds),
        shared=answer.opening.shared if answer.opening else None,
        marked=_about(proof.own.place, proof.marks),
        leaf=answer.leaf,
        sealed=sealed,
    )


def answer_leaf(proof: Proof) -> bytes:
    """The leaf hash of the answer, as the reading leads to it; raises ProofRefused."""
    own, answer = proof.own, proof.answer
    content = subject_content(bytes.fromhex(own.salt), bytes.fromhex(own.subject), digest(own.reading))
    small_root = root_by_inclusion(leaf_hash(content), own.place, answer.people, _octets(own.path))
    return leaf_hash(
        answer_content(
            answer.request_id.bytes,
            answer.microseconds,
            answer.people,
            small_root,
            bytes.fromhex(answer.commitment),
            bytes.fromhex(answer.officer),
        )
    )


def mark_leaf(answer: AnswerLeaf, mark: MarkLeaf) -> bytes:
    """The leaf hash of a mark about the answer."""
    what = Marked[mark.what.upper()]
    return leaf_hash(
        mark_content(answer.request_id.bytes, answer.microseconds, mark.microseconds, what, mark.places)
    )  # fmt: skip


def _sealed(proof: Proof, log: Verifier, witnesses: Sequence[Verifier]) -> Sealed:
    try:
        sealed = opened(proof.checkpoint, log, witnesses)
    except NoteRefused as refused:
        raise ProofRefused(f"the checkpoint is refused: {refused}") from None
    if proof.origin != sealed.checkpoint.origin:
        raise ProofRefused("the document names another ledger than its checkpoint")
    return sealed


def _committed(opening: Opening) -> bytes:
    return shared_commitment(bytes.fromhex(opening.salt), opening.shared)


def _root(leaf_hashed: bytes, leaf: int, sealed: Sealed, path: Iterable[str]) -> bytes:
    return root_by_inclusion(leaf_hashed, leaf, sealed.checkpoint.size, _octets(path))


def _about(place: int, marks: Iterable[MarkLeaf]) -> tuple[Marked, ...]:
    named = ((Marked[mark.what.upper()], mark.places) for mark in marks)
    return tuple(what for what, places in named if what in _FOR_ALL or place in places)


def _octets(path: Iterable[str]) -> list[bytes]:
    return [bytes.fromhex(hashed) for hashed in path]


def _reason(error: Exception) -> str:
    """Where, if that is known. What stands there is the document's, and could be meant for the reader's terminal."""
    if isinstance(error, _StandsTwice):
        return ": a member stands twice"
    _, at, place = str(error).rpartition(" - at `$")
    return f": not as it must be at {place.strip('.`')}" if at and isinstance(error, msgspec.ValidationError) else ""


class _StandsTwice(ValueError):
    pass


def _each_once(members: list[tuple[str, object]]) -> dict[str, object]:
    """What stands twice would be read by some as the first and by others as the last."""
    names = dict(members)
    if len(names) < len(members):
        raise _StandsTwice
    return names
