"""The proof of a reading, put together from the books and the tree (`ledger.tree.evidence` says what is in it).

Of everybody else in the answer only hashes come out of here. A reading in general terms gets a proof that leaves closed
what its answer shares.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from ledger.archive.database import LedgerDatabase
from ledger.archive.rows import Answer, Row
from ledger.archive.tree import checkpoint, inclusion_proof
from ledger.tree.evidence import FORMAT, AnswerLeaf, MarkLeaf, MarkName, Opening, OwnLeaf, Proof, answer_leaf
from ledger.tree.leaves import Shared, officer_commitment, salt_of, shared_commitment, subject_content
from ledger.tree.merkle import leaf_hash
from ledger.tree.proofs import path_within

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_BLINDED = "select salt, seed, officer, officer_digest from answers where leaf = $1"
_PEOPLE = """\
select p.subject, p.digest as erased, r.digest as reading from people as p join readings as r using (reading)
where p.leaf = $1 order by p.place"""
_MARKS = """\
select leaf, kind, reason, places, at from marks
where request_id = $1 and answered_at = $2 and leaf < $3 order by leaf"""
_HASH = "select hash from leaves where leaf = $1"


class RecordBroken(Exception):
    """The books do not lead to the leaf that was sealed: somebody changed them. Names the leaf."""

    def __init__(self, origin: str, leaf: int) -> None:
        super().__init__(f"leaf {leaf} of {origin} does not fit what the books say")
        self.origin, self.leaf = origin, leaf


async def proof_of(database: LedgerDatabase, row: Row, *, opened: bool) -> Proof | None:
    """The proof of a row; None where it is not under a checkpoint yet, or was erased meanwhile.

    `opened`: shows what the answer shares. Raises `LedgerSilent`, `RecordBroken`.
    """
    signed = await checkpoint(database)
    blinded = await _first(database, _BLINDED, row.answer.leaf)
    if signed is None or blinded is None or blinded["seed"] is None or row.answer.leaf >= signed.size:
        return None
    proof = Proof(
        format=FORMAT,
        origin=database.origin,
        own=await _own(database, row, blinded["seed"]),
        answer=await _answer(database, row.answer, blinded, signed.size, opened=opened),
        marks=await _marks(database, row.answer, signed.size),
        checkpoint=signed.note,
    )
    sealed = await _first(database, _HASH, row.answer.leaf)
    if sealed is None or sealed["hash"] != answer_leaf(proof):
        raise RecordBroken(database.origin, row.answer.leaf)
    return proof


async def _own(database: LedgerDatabase, row: Row, seed: bytes) -> OwnLeaf:
    people = await database.fetch(_PEOPLE, row.answer.leaf)
    small = [_small_leaf(seed, place, person) for place, person in enumerate(people)]
    return OwnLeaf(
        subject=people[row.place]["subject"].hex(),
        salt=salt_of(seed, row.place).hex(),
        reading=row.reading,
        place=row.place,
        path=_written(path_within(small, row.place)),
    )


def _small_leaf(seed: bytes, place: int, person: Any) -> bytes:
    if person["subject"] is None:
        return bytes(person["erased"])
    return leaf_hash(subject_content(salt_of(seed, place), person["subject"], person["reading"]))


async def _answer(database: LedgerDatabase, answer: Answer, blinded: Any, size: int, *, opened: bool) -> AnswerLeaf:
    shared, salt = shared_of(answer), blinded["salt"]
    officer = blinded["officer_digest"] or officer_commitment(blinded["seed"], blinded["officer"])
    return AnswerLeaf(
        request_id=answer.request_id,
        microseconds=_microseconds(answer.at),
        people=answer.people,
        commitment=shared_commitment(salt, shared).hex(),
        opening=Opening(salt=salt.hex(), shared=shared) if opened else None,
        officer=officer.hex(),
        leaf=answer.leaf,
        path=await _path(database, answer.leaf, size),
    )


def shared_of(answer: Answer) -> Shared:
    """What all readings of the answer share, as it was sealed."""
    party, operation = answer.party, answer.operation
    return Shared(
        agency=party.agency,
        client=party.client,
        supplier=party.supplier,
        through=party.through,
        purpose=party.purpose,
        legal_basis=party.legal_basis,
        case_reference=answer.case_reference,
        grants_revision=answer.grants_revision,
        emergencies=answer.emergencies,
        document=operation.document,
        operation=operation.name,
        definition=operation.definition,
        outcome=answer.outcome.name.lower(),
        missing=answer.missing,
    )


async def _marks(database: LedgerDatabase, answer: Answer, size: int) -> tuple[MarkLeaf, ...]:
    rows = await database.fetch(_MARKS, answer.request_id, answer.at, size)
    return tuple(
        [
            MarkLeaf(
                what=_what(row["kind"], row["reason"]),
                microseconds=_microseconds(row["at"]),
                places=tuple(row["places"]),
                leaf=row["leaf"],
                path=await _path(database, row["leaf"], size),
            )
            for row in rows
        ]
    )


def _what(kind: str, reason: str | None) -> MarkName:
    """A mark's name in the proof: the reason of what was withheld, or not_found."""
    return next(name for name in get_args(MarkName) if name in {kind, reason})


async def _path(database: LedgerDatabase, leaf: int, size: int) -> tuple[str, ...]:
    return _written(await inclusion_proof(database, leaf, size))


async def _first(database: LedgerDatabase, statement: str, *given: Any) -> Any:
    rows = await database.fetch(statement, *given)
    return rows[0] if rows else None


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _written(hashes: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(hashed.hex() for hashed in hashes)
