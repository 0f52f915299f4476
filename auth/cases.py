"""Cases as they are read, by the citizen whom they are about and by officers.

`auth.acts.cases` makes and ends them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, Text, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.tables import acts, cases

Kind = Literal["complaint", "inquiry"]
State = Literal["open", "closed", "withdrawn"]

MOST = 200
"""Cases that one page lists."""
LOOKING = ("disclosures.read", "disclosures.export")
"""Acts of officers who look a person up; their target is the number of the case."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `looks`: how often officers looked its person up under it."""

    number: int
    kind: Kind
    citizen: str = field(repr=False)
    """Sealed: whom it is about."""
    origin: str | None
    request_id: UUID | None
    leaf: int | None
    reason: str = field(repr=False)
    state: State
    opened_by: str | None
    opened_at: datetime
    looks_until: datetime | None
    finding: str | None
    reply: str | None
    closed_by: str | None
    closed_at: datetime | None
    looks: int

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def admits(self, now: datetime) -> bool:
        """Whether officers may look its person up at that moment."""
        return self.is_open and (self.looks_until is None or now < self.looks_until)


def looks() -> ScalarSelect[int]:
    """How often somebody was looked up under a case: a column beside those of `cases`."""
    counted = select(func.count()).select_from(acts).where(acts.c.act.in_(LOOKING))
    return counted.where(acts.c.target == cases.c.case_id.cast(Text)).scalar_subquery()


async def of_citizen(connection: AsyncConnection, citizen: str) -> list[Case]:
    """Every case about this citizen, sealed, whoever opened it; the latest first."""
    return await _read(connection, cases.c.citizen == citizen)


async def in_state(connection: AsyncConnection, state: State) -> list[Case]:
    """The latest cases in this state; the latest first."""
    return await _read(connection, cases.c.state == state)


async def by_number(connection: AsyncConnection, number: int) -> Case | None:
    found = await _read(connection, cases.c.case_id == number)
    return found[0] if found else None


async def _read(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Case]:
    statement: Select[Any] = select(cases, looks().label("looks")).where(which)
    found = await connection.execute(statement.order_by(cases.c.case_id.desc()).limit(MOST))
    return [_case(row) for row in found]


def _case(row: Row[Any]) -> Case:
    return Case(
        number=row.case_id,
        kind=cast(Kind, row.kind),
        citizen=row.citizen,
        origin=row.origin,
        request_id=row.request_id,
        leaf=row.leaf,
        reason=row.reason,
        state=cast(State, row.state),
        opened_by=row.opened_by,
        opened_at=row.recorded_at,
        looks_until=row.looks_until,
        finding=row.finding,
        reply=row.reply,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        looks=row.looks,
    )
