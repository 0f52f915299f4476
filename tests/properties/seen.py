"""At whom an answer looks, as the naive executor finds out: whoever a row is about that shows something guarded.

A register that is asked by somebody's key has been asked about them, whatever it has to say.
"""

from dataclasses import dataclass, field
from typing import Any

from graph.composed import Composed
from ledger import Subject
from tests.properties.demands import Reading
from tests.properties.nation import Row


@dataclass(frozen=True, slots=True)
class Seen:
    composed: Composed
    subjects: set[tuple[Subject, str]] = field(default_factory=set)

    def row(self, reading: Reading, row: Row) -> None:
        if reading.scopes:
            self.anyhow(reading.table, row)

    def anyhow(self, table: Any, row: Row) -> None:
        """The person of a row, or what it is about instead."""
        persons, others = self.composed.rows.get(table), self.composed.other_rows.get(table)
        person = row[persons.person] if persons is not None else None
        about = persons.otherwise if persons is not None else others.about if others is not None else None
        if person is not None:
            self.person(person)
        elif about is not None and row[about.key] is not None:
            self.subjects.add((Subject(about.kind), row[about.key]))

    def key(self, reading: Reading, column: Any, key: str | None) -> None:
        """A table is asked for the rows with this key."""
        persons = self.composed.rows.get(reading.table)
        if reading.scopes and persons is not None and column is persons.person and key is not None:
            self.person(key)

    def person(self, pin: str) -> None:
        self.subjects.add((Subject.PERSON, pin))
