"""What rows of answers and people refer to: parties, operations and readings, each proven by its own digest. Pure.

Every column is either part of what is hashed or follows from it, and both are checked.
"""

from dataclasses import dataclass
from typing import TypeVar

import msgspec
from asyncpg import Record

from ledger.segments.entries import Operation, Step
from ledger.tree.leaves import Party, Reading, StepRead, digest
from ledger.tree.readings import coordinates_of, kind_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation, and what an answer's leaf says of it."""

    document: str
    name: str | None
    definition: str
    steps: frozenset[StepRead]


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """What was read of one subject, and what the subject's leaf says of it."""

    digest: bytes
    steps: tuple[StepRead, ...]

    def fits(self, operation: Asked) -> bool:
        return operation.steps.issuperset(self.steps)


def party_of(row: Record) -> Party | None:
    """None where the row does not have its digest; so for the others."""
    party = Party(
        agency=row["agency"],
        client=row["client"],
        supplier=row["supplier"],
        through=tuple(row["through"]),
        purpose=row["purpose"],
        legal_basis=row["legal_basis"],
    )
    return party if digest(party) == row["digest"] else None


def operation_of(row: Record) -> Asked | None:
    steps = _exactly(row["steps"], tuple[Step, ...])
    if steps is None:
        return None
    operation = Operation(row["document"], row["name"], steps, tuple(row["needs"]))
    touched = sorted({named for step in steps for named in (*step.reads, *step.looks_up)})
    if digest(operation) != row["digest"] or touched != row["coordinates"]:
        return None
    read = frozenset(StepRead(step.path, step.way, step.reads, step.looks_up) for step in steps)
    return Asked(row["document"].hex(), row["name"], row["digest"].hex(), read)


def reading_of(row: Record) -> ReadOnce | None:
    reading = _exactly(row["content"], Reading)
    if reading is None or digest(reading) != row["digest"]:
        return None
    follows = reading.subject.value, kind_of(reading), coordinates_of(reading)
    if follows != (row["subject"], row["kind"], row["coordinates"]):
        return None
    return ReadOnce(row["digest"], reading.steps)


def _exactly(stored: str, kind: type[T]) -> T | None:
    """What is stored, read as this type; None where writing it again would not give the same."""
    try:
        said = msgspec.json.decode(stored)
        read = msgspec.convert(said, kind)
    except msgspec.MsgspecError:
        return None
    return read if msgspec.json.decode(msgspec.json.encode(read)) == said else None
