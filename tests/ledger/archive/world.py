"""A ledger's books as the sealer leaves them, written so that a test can say what was read, when and by whom.

People are invented: `pin(1)`, `pin(2)` …
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from ledger.archive.archives import Archives, Registered
from ledger.segments.entries import Outcome, Step, Subject, Way
from ledger.segments.pseudonyms import Pseudonyms
from ledger.tree.leaves import (
    Party,
    Reading,
    Shared,
    StepRead,
    answer_content,
    canonical,
    digest,
    mark_content,
    officer_commitment,
    salt_of,
    shared_commitment,
    subject_content,
)
from ledger.tree.merkle import Frontier, leaf_hash, root
from ledger.tree.notes import Signer
from ledger.tree.readings import coordinates_of, kind_of

NOON = datetime(2026, 11, 2, 5, 0, tzinfo=UTC)
"""Twelve o'clock in Vietnam."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ARCHIVE_KEY = bytes(range(64))
READER = "sealed-reader"
EPOCHS = [Pseudonyms(bytes(range(16)), 83)]

OPENED = Reading(Subject.PERSON, (StepRead("citizen", Way.OPENED, ("Citizen.fullName",), ("Citizen.pin",)),))
REACHED = Reading(
    Subject.PERSON,
    (StepRead("citizen.household.members", Way.REACHED, ("Citizen.dateOfBirth", "Citizen.fullName"), ()),),
)
LISTED = Reading(
    Subject.PERSON, (StepRead("residents", Way.LISTED, ("Citizen.fullName",), ("Residence.communeCode",)),)
)
VERIFIED = Reading(Subject.PERSON, (StepRead("verify", Way.VERIFIED, (), ("Citizen.pin",)),))
SPOKE_FOR = Reading(Subject.PERSON, (), ("spoke_for",))


def pin(number: int) -> str:
    """A personal number of nobody: no province has code 000."""
    return f"000{number:09d}"


@dataclass
class Books:
    """One ledger, and the hand that writes it."""

    connection: asyncpg.Connection
    dsn: str
    origin: str
    epochs: list[Pseudonyms] = field(default_factory=lambda: [*EPOCHS])
    frontier: Frontier = field(default_factory=Frontier)
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.signer = Signer(self.origin, Signer.new_key())

    @property
    def registered(self) -> Registered:
        return Registered(self.origin, self.dsn, lambda: self.epochs)

    async def answer(
        self,
        read: Sequence[tuple[int, Reading]],
        at: datetime = NOON,
        *,
        agency: str = "G01",
        client: str = "desk",
        purpose: str | None = "tax",
        case: str | None = "HS-2026-0001",
        name: str | None = "Profile",
        outcome: Outcome = Outcome.GRANTED,
        missing: Sequence[str] = (),
        officer: str | None = None,
        request: UUID | None = None,
        epoch: int = 0,
    ) -> int:
        """The leaf of an answer that read these readings of these people."""
        party = Party(
            agency=agency, client=client, supplier=None, through=(), purpose=purpose, legal_basis="Law 26/2023, art. 10"
        )
        steps = [Step(step.path, step.reads, step.way, step.looks_up) for _, each in read for step in each.steps]
        asked = {"name": name, "steps": steps}
        document = digest(asked)[:16]
        request, seed, salt = request or uuid4(), os.urandom(16), os.urandom(16)
        subjects = [self.epochs[epoch].of_persons([pin(number)]) for number, _ in read]
        small = [
            leaf_hash(subject_content(salt_of(seed, place), subject, digest(reading)))
            for place, (subject, (_, reading)) in enumerate(zip(subjects, read, strict=True))
        ]
        shared = Shared(
            **{field: getattr(party, field) for field in Party.__struct_fields__},
            case_reference=case,
            grants_revision=7,
            emergencies=(),
            document=document.hex(),
            operation=name,
            definition=digest(asked).hex(),
            outcome=outcome.name.lower(),
            missing=tuple(missing),
        )
        officer_said = officer_commitment(seed, officer)
        content = answer_content(
            request.bytes, _microseconds(at), len(read), root(small), shared_commitment(salt, shared), officer_said
        )
        leaf = await self._leaf(1, content)
        columns = {"leaf": leaf, "stream": uuid4(), "seq": 0, "place": 0, "request_id": request, "at": at}
        columns |= {"outcome": outcome, "case_reference": case, "grants_revision": 7, "missing": list(missing)}
        columns |= {"party": await self._party(party), "officer": officer, "salt": salt, "seed": seed}
        columns |= {
            "operation": await self._operation(document, asked, steps),
            "people": len(read),
            "root": root(small),
        }
        await self._insert("answers", columns)
        for place, (subject, (_, reading)) in enumerate(zip(subjects, read, strict=True)):
            number = await self._reading(reading)
            await self._insert("people", {"leaf": leaf, "place": place, "subject": subject, "reading": number})
        return leaf

    async def mark(self, leaf: int, kind: str, reason: str | None = None, places: Sequence[int] = ()) -> int:
        """A mark about the answer of that leaf."""
        about = await self.connection.fetchrow("select request_id, at from answers where leaf = $1", leaf)
        assert about is not None
        at, what = about["at"] + MINUTE, {"client_left": 1, "rights_changed": 2, None: 3}[reason]
        content = mark_content(about["request_id"].bytes, _microseconds(about["at"]), _microseconds(at), what, places)
        number = await self._leaf(2, content)
        columns = {"leaf": number, "request_id": about["request_id"], "answered_at": about["at"], "kind": kind}
        await self._insert("marks", {**columns, "reason": reason, "places": list(places), "at": at})
        return number

    async def seal(self) -> None:
        """Sign a checkpoint over everything so far."""
        size, top = self.frontier.size, self.frontier.root()
        note = self.signer.sealed(size, top, NOON)
        await self._insert("checkpoints", {"size": size, "root": top, "at": NOON, "note": note})

    async def forget(self) -> None:
        """Begin anew, as if nothing had ever been recorded."""
        tables = ("answers", "people", "marks", "leaves", "nodes", "checkpoints")
        await self.connection.execute(
            "set session_replication_role = replica;" + ";".join(f"delete from {table}" for table in tables)
        )
        self.frontier = Frontier()

    async def _leaf(self, kind: int, content: bytes) -> int:
        number = self.frontier.size
        self.frontier, nodes = self.frontier.grown([leaf_hash(content)])
        await self._insert("leaves", {"leaf": number, "kind": kind, "hash": leaf_hash(content)})
        for node in nodes:
            await self._insert("nodes", node._asdict())
        return number

    async def _party(self, party: Party) -> int:
        columns = {name: getattr(party, name) for name in Party.__struct_fields__}
        return await self._interned("party", "parties", digest(party), {**columns, "through": list(party.through)})

    async def _operation(self, document: bytes, asked: Mapping[str, Any], steps: Sequence[Step]) -> int:
        read = sorted({name for step in steps for name in (*step.reads, *step.looks_up)})
        columns = {"document": document, "name": asked["name"], "coordinates": read, "needs": []}
        columns |= {"steps": canonical(list(steps)).decode()}
        return await self._interned("operation", "operations", digest(asked), columns)

    async def _reading(self, reading: Reading) -> int:
        columns = {"subject": reading.subject, "kind": kind_of(reading), "coordinates": coordinates_of(reading)}
        columns |= {"content": canonical(reading).decode()}
        return await self._interned("reading", "readings", digest(reading), columns)

    async def _interned(self, key: str, table: str, digested: bytes, columns: Mapping[str, Any]) -> int:
        known = await self.connection.fetchval(f"select {key} from {table} where digest = $1", digested)
        return int(known or await self._insert(table, {**columns, "digest": digested}, key))

    async def _insert(self, table: str, columns: Mapping[str, Any], key: str = "1") -> Any:
        names, given = ", ".join(columns), ", ".join(f"${number}" for number in range(1, len(columns) + 1))
        statement = f"insert into {table} ({names}) values ({given}) returning {key}"
        return await self.connection.fetchval(statement, *columns.values())


def archives(*ledgers: Books) -> Archives:
    """These ledgers, registered in this order."""
    return Archives([each.registered for each in ledgers], ARCHIVE_KEY)


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)
