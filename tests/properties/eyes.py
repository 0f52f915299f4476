"""Whom a caller may see: the row rules of DESIGN section 3 said once more, in Python, over the same facts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from auth.caller import Caller
from auth.reach import EVERYWHERE, Reach
from domains.kit.rules import OtherRows, PersonRows
from domains.kit.scopes import Verb, type_scope
from graph.composed import Composed
from tests.properties.nation import Nation, Row


@dataclass(frozen=True, slots=True)
class Eyes:
    """One caller's view of rows."""

    composed: Composed
    nation: Nation
    caller: Caller

    def reach(self, scopes: Iterable[str]) -> Reach:
        """Whom all these scopes reach together."""
        return reduce(and_, (self.caller.rights.reach[scope] for scope in scopes), EVERYWHERE)

    def sees(self, table: Any, row: Row, scopes: Iterable[str], *, opened: bool) -> bool:
        """Whether a row is shown where it is read with these scopes; `opened`: the caller named its person."""
        reach = self.reach(scopes)
        rows = self.composed.rows.get(table)
        if rows is None:
            return reach.everywhere or row[self.place(table)] in reach.communes
        if self.caller.subject is not None and reach.oneself:
            return row[rows.person] == self.caller.subject or self._names_the_subject(rows, row)
        if not reach.everywhere and row[rows.residence_commune] not in reach.communes:
            return False
        return (opened and rows.shown_by_key) or self._is_unhidden(table, rows, row)

    def place(self, table: Any) -> Any:
        """The commune of rows that are about nobody; None where they belong to no place."""
        return next((rows.commune for rows in self._others() if rows.source is table), None)

    def _others(self) -> Iterable[OtherRows]:
        return (rows for domain in self.composed.domains for rows in domain.rows if isinstance(rows, OtherRows))

    def _names_the_subject(self, rows: PersonRows, row: Row) -> bool:
        """Whether the citizen is one of the further persons of a row: a member of the household."""
        if (others := rows.others) is None:
            return False
        named = self.nation.tables[others.key.table].by(others.key, row[others.shared])
        return any(other[others.person] == self.caller.subject for other in named)

    def _is_unhidden(self, table: Any, rows: PersonRows, row: Row) -> bool:
        held = self.caller.rights.reach.get(type_scope(self._domain(table), "Citizen", Verb.PROTECTED))
        both = (rows,) if rows.relative is None else (rows, rows.relative)
        return all(not row[about.protected] or _reaches(held, row[about.residence_commune]) for about in both)

    def _domain(self, table: Any) -> str:
        return next(domain.name for domain in self.composed.domains if table in domain.metadata.tables.values())


def _reaches(held: Reach | None, commune: str | None) -> bool:
    return held is not None and not held.oneself and (held.everywhere or commune in held.communes)
