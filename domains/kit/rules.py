"""Row rules: which rows about persons a caller reaches, whatever the columns.

A domain states for every table about persons which column names the person and which rule columns its rules compare;
`WHERE` is written from that, in one place (statements.py). Which rules apply follows from the caller's reach
(graph/decide.py); their values travel as statement parameters, so a statement is the same for everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntFlag
from functools import cache
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, FromClause, any_, bindparam, literal_column, not_, select

from domains.kit.arrays import array_parameter
from domains.kit.tables import PLAIN


class Rule(IntFlag):
    """The row rules in force on one step; together they name one variant of its SQL."""

    NONE = 0
    UNPROTECTED = 1  # protected persons are hidden
    UNPROTECTED_OUTSIDE = 2  # ... except in the units for which the caller holds the right to see them
    JURISDICTION = 4  # only persons whose residence for law is in the caller's units
    SELF = 8  # only the citizen for whom the token speaks


PROTECTION = Rule.UNPROTECTED | Rule.UNPROTECTED_OUTSIDE


@dataclass(frozen=True, slots=True)
class Others:
    """Where further persons of a row are named."""

    shared: ColumnElement[Any]
    key: ColumnElement[Any]
    person: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class About:
    """Of rows that are about no person: whom they are about instead, so that the ledger can say so."""

    kind: Literal["enterprise", "parcel"]
    key: ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class PersonRows:
    """Says that the rows of `source` are about persons.

    `person` holds the PIN and is null where the row is about somebody else (an enterprise that holds land); such a row
    is in no jurisdiction, so only a reach of everywhere shows it. `otherwise` says who that is.
    `shown_by_key`: a protected person's row is hidden from searches and from hops, yet shown to who opens it by PIN.
    `relative`: the other person of a row about two. The reach of `person` decides, and protection of either hides it.
    `others`: a table of the same database that names further persons of the row: `others.person` beside `others.key`,
    compared with `shared`. A household is everybody's who is in it.
    """

    source: FromClause
    person: ColumnElement[Any]
    residence_commune: ColumnElement[Any]
    protected: ColumnElement[Any]
    shown_by_key: bool = False
    relative: "PersonRows | None" = None
    others: "Others | None" = None
    otherwise: About | None = None

    def conditions(self, rules: Rule) -> Sequence[ColumnElement[bool]]:
        """The predicates for a set of rules, over columns of this row only."""
        return _predicates(self, rules)

    def predicate(self, rule: Rule) -> ColumnElement[bool]:
        """That of one rule."""
        match rule:
            case Rule.UNPROTECTED:
                return not_(self.protected)
            case Rule.UNPROTECTED_OUTSIDE:
                return not_(self.protected) | self._lives_in(_units("protected_units"))
            case Rule.JURISDICTION:
                return self._lives_in(_units("units"))
            case _:
                return self._is_of(bindparam("subject", type_=PLAIN))

    def _lives_in(self, units: ColumnElement[Any]) -> ColumnElement[bool]:
        lives: ColumnElement[bool] = self.residence_commune == units
        return lives

    def _is_of(self, subject: ColumnElement[Any]) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = self.person == subject
        if self.others is None:
            return mine
        others = self.others
        named: Any = select(literal_column("1")).where(others.key == others.shared, others.person == subject)
        mine_too: ColumnElement[bool] = named.correlate(self.source).exists()
        return mine | mine_too


@dataclass(frozen=True, slots=True)
class OtherRows:
    """Says that the rows of `source`, though guarded, name no person, and why that is so.

    `commune` says where they belong, for callers with a jurisdiction; without it only a reach of everywhere shows them.
    `about`: whom they are about, where the ledger has a name for it.
    """

    source: FromClause
    reason: str
    commune: ColumnElement[Any] | None = None
    about: About | None = None

    def conditions(self, rules: Rule) -> Sequence[ColumnElement[bool]]:
        """The predicates for a set of rules: of these rows, jurisdiction alone."""
        if self.commune is None or Rule.JURISDICTION not in rules:
            return ()
        return (_in_units(self.commune),)


def person_rows(
    table: FromClause, person: str = "pin", *, shown_by_key: bool = False, or_enterprise: str | None = None
) -> PersonRows:
    """The usual case: `table` has the rule columns of kit/tables.py and names its person in the column `person`.

    `or_enterprise` is the column that names the enterprise where the row is about one.
    """
    columns: Any = table.c
    named: Column[Any] = columns[person]
    otherwise = About("enterprise", columns[or_enterprise]) if or_enterprise is not None else None
    return PersonRows(table, named, columns.residence_commune, columns.protected, shown_by_key, otherwise=otherwise)


def two_person_rows(table: FromClause, person: str, relative: str) -> PersonRows:
    """Rows about `person` and about somebody else, whose rule columns stand beside with the prefix `relative`."""
    columns: Any = table.c
    other = PersonRows(
        table, columns[f"{relative}_pin"], columns[f"{relative}_residence_commune"], columns[f"{relative}_protected"]
    )
    return replace(person_rows(table, person), relative=other)


@cache
def _predicates(rows: PersonRows, rules: Rule) -> Sequence[ColumnElement[bool]]:
    """Each once, so that a statement is known by its conditions."""
    own = tuple(rows.predicate(rule) for rule in Rule if rule and rule in rules)
    return own if rows.relative is None else (*own, *_predicates(rows.relative, rules & PROTECTION))


@cache
def _in_units(commune: ColumnElement[Any]) -> ColumnElement[bool]:
    within: ColumnElement[bool] = commune == _units("units")
    return within


def _units(name: str) -> Any:
    return any_(array_parameter(name, PLAIN))
