"""A small ledger in memory: three answers, a mark and other leaves, and the proof of each reading in it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from ledger.segments.entries import Marked, Subject, Way
from ledger.tree.evidence import FORMAT, AnswerLeaf, MarkLeaf, Opening, OwnLeaf, Proof
from ledger.tree.leaves import (
    Reading,
    Shared,
    StepRead,
    answer_content,
    digest,
    mark_content,
    officer_commitment,
    salt_of,
    shared_commitment,
    subject_content,
)
from ledger.tree.merkle import Frontier, leaf_hash, root
from ledger.tree.notes import Signer
from ledger.tree.proofs import path_within
from tests.ledger.tree.stored import numbered

LOGS = (Signer("lienthong.example.vn/ledger", Signer.new_key()) for _ in count())
LOG = next(log for log in LOGS if str(log.verifier).count("+") > 2)
"""Its key in base 64 has a + of its own, which whoever takes its line apart has to bear."""
AT = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)
MICROSECONDS = 1_795_334_400_000_000
SHARED = Shared(
    agency="G01",
    client="g01-desk",
    supplier=None,
    through=(),
    purpose="civil-registration",
    legal_basis="Luật 26/2023, Điều 10",
    case_reference="HS-2026-0001",
    grants_revision=7,
    emergencies=(),
    document="00" * 16,
    operation="Profile",
    definition="11" * 32,
    outcome="granted",
    missing=(),
)
NAME = StepRead("citizen", Way.OPENED, ("Citizen.fullName",), ("Citizen.pin",))
BIRTH = StepRead("citizen.household.members", Way.REACHED, ("Citizen.dateOfBirth", "Citizen.fullName"), ())
READINGS = (
    Reading(Subject.PERSON, (NAME,)),
    Reading(Subject.PERSON, (BIRTH,)),
    Reading(Subject.PERSON, (), ("spoke_for",)),
)


@dataclass(frozen=True)
class Answered:
    """An answer of which so many were read."""

    number: int
    people: int
    officer: str | None = None

    @property
    def request_id(self) -> UUID:
        return UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + self.number)

    @property
    def seed(self) -> bytes:
        return hashlib.sha256(b"seed %d" % self.number).digest()[:16]

    @property
    def salt(self) -> bytes:
        return hashlib.sha256(b"salt %d" % self.number).digest()[:16]

    @property
    def microseconds(self) -> int:
        return MICROSECONDS + self.number

    def subject(self, place: int) -> bytes:
        return hashlib.sha256(b"person %d" % (self.number + place)).digest()[:16]

    def reading(self, place: int) -> Reading:
        return READINGS[place % len(READINGS)]

    @property
    def small(self) -> list[bytes]:
        return [
            leaf_hash(subject_content(salt_of(self.seed, place), self.subject(place), digest(self.reading(place))))
            for place in range(self.people)
        ]

    @property
    def commitment(self) -> bytes:
        return shared_commitment(self.salt, SHARED)

    @property
    def hash(self) -> bytes:
        officer = officer_commitment(self.seed, self.officer)
        fixed = (self.request_id.bytes, self.microseconds, self.people, root(self.small), self.commitment, officer)
        return leaf_hash(answer_content(*fixed))


@dataclass(frozen=True)
class MarkedAt:
    answer: Answered
    what: Marked
    places: tuple[int, ...] = ()

    @property
    def hash(self) -> bytes:
        answer = self.answer
        return leaf_hash(
            mark_content(answer.request_id.bytes, answer.microseconds, answer.microseconds + 5, self.what, self.places)
        )


@dataclass(frozen=True)
class Small:
    """The leaves of a tree."""

    leaves: tuple[bytes, ...]
    signer: Signer = LOG

    @property
    def note(self) -> str:
        return self.signer.sealed(len(self.leaves), Frontier().grown(self.leaves)[0].root(), AT)

    def proof(self, answer: Answered, place: int, *, marks: tuple[MarkedAt, ...] = (), is_open: bool = True) -> Proof:
        leaf = self.leaves.index(answer.hash)
        return Proof(
            format=FORMAT,
            origin=self.signer.verifier.name,
            own=OwnLeaf(
                subject=answer.subject(place).hex(),
                salt=salt_of(answer.seed, place).hex(),
                reading=answer.reading(place),
                place=place,
                path=hexes(path_within(answer.small, place)),
            ),
            answer=AnswerLeaf(
                request_id=answer.request_id,
                microseconds=answer.microseconds,
                people=answer.people,
                commitment=answer.commitment.hex(),
                opening=Opening(salt=answer.salt.hex(), shared=SHARED) if is_open else None,
                officer=officer_commitment(answer.seed, answer.officer).hex(),
                leaf=leaf,
                path=hexes(path_within(self.leaves, leaf)),
            ),
            marks=tuple(self._mark(mark) for mark in marks),
            checkpoint=self.note,
        )

    def _mark(self, mark: MarkedAt) -> MarkLeaf:
        leaf = self.leaves.index(mark.hash)
        return MarkLeaf(
            what=mark.what.name.lower(),  # type: ignore[arg-type]
            microseconds=mark.answer.microseconds + 5,
            places=mark.places,
            leaf=leaf,
            path=hexes(path_within(self.leaves, leaf)),
        )


def hexes(path: list[bytes]) -> tuple[str, ...]:
    return tuple(hashed.hex() for hashed in path)


ALONE = Answered(1, 1)
HOUSEHOLD = Answered(2, 7, officer="nguyen.van.a")
CROWD = Answered(3, 300)
TWIN = Answered(4, HOUSEHOLD.people)
NOT_FOUND = MarkedAt(HOUSEHOLD, Marked.NOT_FOUND, (2, 5))
LEFT = MarkedAt(CROWD, Marked.CLIENT_LEFT)
ANSWERS = (ALONE.hash, HOUSEHOLD.hash, CROWD.hash, TWIN.hash)
TREE = Small((*numbered(40), *ANSWERS, *numbered(3), NOT_FOUND.hash, LEFT.hash))
