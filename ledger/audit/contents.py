"""From rows back to leaves: what the row of an answer, mark, event or act was hashed to. No I/O.

A row whose persons are erased has hashes in their place; where an erasure on record explains that, they are taken for
what they stand for.
"""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from asyncpg import Record

from ledger.audit.faults import Tampered, What
from ledger.audit.gaps import Gaps, read
from ledger.audit.known import Meanings
from ledger.audit.meanings import Asked
from ledger.segments.entries import Marked, Outcome
from ledger.tree.leaves import (
    NO_OFFICER,
    Party,
    Shared,
    act_content,
    answer_content,
    event_content,
    mark_content,
    officer_commitment,
    salt_of,
    shared_commitment,
    subject_content,
)
from ledger.tree.merkle import leaf_hash, root

IMPOSSIBLE = (struct.error, ArithmeticError, TypeError, ValueError, AttributeError)
"""What comes of hashing a row that the sealer cannot have written: a negative number, a time without end."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OUTCOMES = {outcome.value: outcome.name.lower() for outcome in Outcome}
MARKS = {
    ("withheld", "client_left"): Marked.CLIENT_LEFT,
    ("withheld", "rights_changed"): Marked.RIGHTS_CHANGED,
    ("not_found", None): Marked.NOT_FOUND,
}


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def answer_leaf(row: Record, people: Sequence[Record], meanings: Meanings, gaps: Gaps) -> bytes:
    """Raises `Tampered` where its persons are not those it was sealed with; other columns show in the hash."""
    party, operation = meanings.parties[row["party"]], meanings.operations[row["operation"]]
    _refuse_odd_places(row, people)
    if row["seed"] is None:
        officer = _officer_erased(row, party, gaps)
        small = [_erased(row["leaf"], person) for person in people]
    else:
        officer = _officer(row)
        small = [_small_leaf(row["leaf"], person, row["seed"], meanings) for person in people]
    meanings.refuse_strange(row, people)
    if root(small) != row["root"]:
        raise Tampered(What.ALTERED, "people", {"leaf": row["leaf"]}, "a person of this answer, or its seed")
    shared = shared_commitment(row["salt"], shared_of(row, party, operation))
    at = microseconds(row["at"])
    return leaf_hash(answer_content(row["request_id"].bytes, at, row["people"], row["root"], shared, officer))


def shared_of(row: Record, party: Party, operation: Asked) -> Shared:
    return Shared(
        agency=party.agency,
        client=party.client,
        supplier=party.supplier,
        through=party.through,
        purpose=party.purpose,
        legal_basis=party.legal_basis,
        case_reference=row["case_reference"],
        grants_revision=row["grants_revision"],
        emergencies=tuple(row["emergencies"]),
        document=operation.document,
        operation=operation.name,
        definition=operation.definition,
        outcome=_OUTCOMES.get(row["outcome"], ""),
        missing=tuple(row["missing"]),
    )


def mark_leaf(row: Record) -> bytes:
    what = MARKS.get((row["kind"], row["reason"]))
    if what is None:
        raise Tampered(What.ALTERED, "marks", {"leaf": row["leaf"]}, "there is no mark of its kind")
    answered_at, at = microseconds(row["answered_at"]), microseconds(row["at"])
    return leaf_hash(mark_content(row["request_id"].bytes, answered_at, at, what, row["places"]))


def event_leaf(row: Record) -> bytes:
    event = read(row["content"])
    if event is None or event.__struct_config__.tag != row["kind"]:
        raise Tampered(What.ALTERED, "events", {"leaf": row["leaf"]}, "its content is no event of its kind")
    return leaf_hash(event_content(microseconds(row["at"]), row["content"].encode()))


def act_leaf(row: Record) -> bytes:
    return leaf_hash(act_content(row["act"], row["hash"]))


# --- Persons and officers --------------------------------------------------------------------------------------------


def _refuse_odd_places(row: Record, people: Sequence[Record]) -> None:
    """The places are 0, 1, 2 … as many as the answer says."""
    if len(people) == row["people"] and [person["place"] for person in people] == [*range(len(people))]:
        return
    leaf = row["leaf"]
    for expected, person in enumerate(people):
        if person["place"] > expected:
            raise Tampered(What.REMOVED, "people", {"leaf": leaf, "place": expected}, "one after it stands")
        if person["place"] < expected or expected >= row["people"]:
            raise Tampered(What.INSERTED, "people", {"leaf": leaf, "place": person["place"]}, "its answer has it not")
    raise Tampered(What.REMOVED, "people", {"leaf": leaf, "place": len(people)}, "its answer counts it")


def _small_leaf(leaf: int, person: Record, seed: bytes, meanings: Meanings) -> bytes:
    if person["subject"] is None or person["digest"] is not None:
        raise _altered(leaf, person, "erased, and its answer is not")
    reading = meanings.readings[person["reading"]].digest
    return leaf_hash(subject_content(salt_of(seed, person["place"]), person["subject"], reading))


def _erased(leaf: int, person: Record) -> bytes:
    if person["subject"] is not None or person["digest"] is None:
        raise _altered(leaf, person, "not erased, and its answer is")
    erased: bytes = person["digest"]
    return erased


def _officer(row: Record) -> bytes:
    if row["officer_digest"] is not None:
        raise Tampered(What.ALTERED, "answers", {"leaf": row["leaf"]}, "its officer is erased, and its persons are not")
    return officer_commitment(row["seed"], row["officer"])


def _officer_erased(row: Record, party: Party, gaps: Gaps) -> bytes:
    key = {"leaf": row["leaf"]}
    if not gaps.explain_people(row["leaf"], party.purpose):
        raise Tampered(What.ALTERED, "answers", key, "its persons are gone, and no erasure on record names it")
    if row["officer"] is not None:
        raise Tampered(What.ALTERED, "answers", key, "its persons are erased, and its officer is not")
    return row["officer_digest"] or NO_OFFICER


def _altered(leaf: int, person: Record, reason: str) -> Tampered:
    return Tampered(What.ALTERED, "people", {"leaf": leaf, "place": person["place"]}, reason)
