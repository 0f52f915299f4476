"""Where an object stands while its code is written: on which rows, behind which key, at which place of the answer."""

from dataclasses import dataclass
from typing import Any

from graph.plan import Keys, Path, Step

Expression = str  # of the answer's code


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """A row at hand: its variable, the step that reads it; `may_be_absent`: it is all nulls where there is none."""

    variable: str
    step: Step
    may_be_absent: bool = False

    def present(self, expression: Expression) -> Expression:
        """`expression`, or null where the row is absent."""
        if not self.may_be_absent:
            return expression
        return f"None if {self.variable} is N{self.step.number} else {expression}"


@dataclass(frozen=True, eq=False, slots=True)
class Here:
    """Where an object stands. `rows` grows as its fields ask for rows of further tables."""

    type_name: str
    path: Path
    rows: dict[Any, Row]  # table -> row
    parent: int | None  # step that found it
    key: Expression = "None"  # of an entity
    keys: Keys | None = None
    opened: bool = False  # the caller named the person
