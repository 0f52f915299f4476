"""What a segment says of the rows that were made of it, and where a row says otherwise. Pure.

A stream's earlier segments may be erased and their definitions with them: then what hangs on those is not compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from asyncpg import Record

from ledger.audit.contents import MARKS, microseconds
from ledger.audit.known import Meanings
from ledger.segments.entries import Operation, Recipient
from ledger.segments.records import Answer, Happened, Mark
from ledger.tree.leaves import Party, canonical, digest
from ledger.tree.readings import NoSuchStep, places_of, reading_of, subjects_of

NOBODY = Recipient(agency="", client="", grants_revision=0, purpose=None, legal_basis=None, case_reference=None)
"""Stands for a recipient that is not known."""


@dataclass(slots=True)
class Definitions:
    """What a stream has defined so far, and what follows from it."""

    meant: dict[int, Recipient | Operation] = field(default_factory=dict)
    is_complete: bool = True
    """False: some may have stood in a segment that is erased."""
    parties: dict[int, Party] = field(default_factory=dict)
    operations: dict[int, str] = field(default_factory=dict)
    readings: dict[tuple[int, tuple[int, ...], tuple[str, ...]], bytes] = field(default_factory=dict)

    def define(self, number: int, meaning: Recipient | Operation) -> None:
        self.meant[number] = meaning
        if isinstance(meaning, Operation):
            self.operations[number] = digest(meaning).hex()
        else:
            self.parties[number] = Party(**{name: getattr(meaning, name) for name in Party.__struct_fields__})

    def recipient(self, number: int) -> Recipient | None:
        """Raises `NotDefined`; None where it may have been erased."""
        found = self.meant.get(number)
        if not isinstance(found, Recipient) and (found is not None or self.is_complete):
            raise NotDefined
        return found if isinstance(found, Recipient) else None

    def operation(self, number: int) -> Operation | None:
        found = self.meant.get(number)
        if not isinstance(found, Operation) and (found is not None or self.is_complete):
            raise NotDefined
        return found if isinstance(found, Operation) else None

    def reading(self, number: int, operation: Operation, steps: tuple[int, ...], roles: tuple[str, ...]) -> bytes:
        """The digest of what these steps read of one subject."""
        key = number, steps, roles
        known = self.readings.get(key)
        if known is None:
            known = self.readings[key] = digest(reading_of(operation, steps, roles))
        return known


class NotDefined(Exception):
    """An answer names what its stream has not defined."""


def odd_column(row: Record, answer: Answer, definitions: Definitions, meanings: Meanings) -> str | None:
    """The first column of `answers` that says something else. Raises `NotDefined`."""
    recipient = definitions.recipient(answer.recipient)
    definitions.operation(answer.operation)
    asked = definitions.operations.get(answer.operation)
    said = [
        ("request_id", row["request_id"].bytes == answer.request_id),
        ("at", microseconds(row["at"]) == answer.microseconds),
        ("outcome", row["outcome"] == answer.outcome),
        ("missing", tuple(row["missing"]) == answer.missing),
        ("officer", row["seed"] is None or row["officer"] == answer.officer),
        ("operation", asked is None or meanings.operations[row["operation"]].definition == asked),
    ]
    if recipient is not None:
        said += [
            ("party", meanings.parties[row["party"]] == definitions.parties[answer.recipient]),
            ("case_reference", row["case_reference"] == recipient.case_reference),
            ("grants_revision", row["grants_revision"] == recipient.grants_revision),
            ("emergencies", tuple(row["emergencies"]) == recipient.emergencies),
        ]
    return next((column for column, is_so in said if not is_so), None)


def odd_place(people: Sequence[Record], answer: Answer, definitions: Definitions, meanings: Meanings) -> int | None:
    """The first place where another subject stands, or another reading. Raises `NotDefined`, `NoSuchStep`."""
    recipient, operation = definitions.recipient(answer.recipient), definitions.operation(answer.operation)
    subjects = subjects_of(answer, recipient or NOBODY)
    for place, ((subject, steps), person) in enumerate(zip(subjects.steps.items(), people, strict=False)):
        if person["subject"] is not None and person["subject"] != subject:
            return place
        roles = subjects.roles.get(subject, ())
        if operation is None or recipient is None:
            continue
        read = definitions.reading(answer.operation, operation, steps, roles)
        if meanings.readings[person["reading"]].digest != read:
            return place
    is_short = len(people) < len(subjects.steps) or (recipient is not None and len(people) > len(subjects.steps))
    return min(len(people), len(subjects.steps)) if is_short else None


def is_mark(row: Record, mark: Mark, answer: Answer | None) -> bool:
    """`answer` is the one that the mark is about, if it is at hand: without it, the sealer may have found no places."""
    places = places_of(answer.looked_at, mark.places) if answer else ()
    return (
        row["request_id"].bytes == mark.request_id
        and microseconds(row["answered_at"]) == mark.answered_at
        and microseconds(row["at"]) == mark.microseconds
        and MARKS.get((row["kind"], row["reason"])) == mark.what
        and (answer is None or tuple(row["places"]) in {places, ()})
    )


def is_event(row: Record, happened: Happened) -> bool:
    content = canonical(happened.event).decode()
    return bool(microseconds(row["at"]) == happened.microseconds and row["content"] == content)


def answers_of(entries: Sequence[object]) -> Iterator[tuple[int, Answer]]:
    """With the place of each."""
    return ((place, entry) for place, entry in enumerate(entries) if isinstance(entry, Answer))


__all__ = [
    "Definitions",
    "NoSuchStep",
    "NotDefined",
    "answers_of",
    "is_event",
    "is_mark",
    "odd_column",
    "odd_place",
]
