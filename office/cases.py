"""Cases: complaints of citizens and inquiries of officers, under which alone a person is looked up in the ledger.

A personal number comes in when an officer opens an inquiry, and is sealed before anything is written or signed. No
answer holds it, or the sealed text.
"""

import re
from typing import Any, cast

import strawberry
from sqlalchemy import Row, Select, select

from auth.acts.cases import Complain, OpenCase
from auth.acts.change import checked
from auth.acts.refusals import ActRefused
from auth.cases import looks
from auth.keys import subject_seal
from auth.tables import cases
from office.case import Case, CaseState
from office.changes import ChangeResult, ask, capacities_for
from office.context import Info
from office.disclosures import answering, pin_of, rules_of
from office.fields import asked_by, changed_by
from office.paging import Page, after_number, page
from office.refusals import Invalid, NotFound, refusal_of
from office.rows import fetch, made
from office.visitor import Capacity

READERS = capacities_for("case.close")
_PERSONAL_NUMBER = re.compile(r"[0-9]{12}")


@strawberry.input(description=" ".join((OpenCase.__doc__ or "").split()))
class OpenCaseInput:
    person: str = strawberry.field(description="The personal number; it is sealed at once, and answered nowhere.")
    reason: str = strawberry.field(description="Why somebody has to look; the person reads it.")


@strawberry.input(description=" ".join((Complain.__doc__ or "").split()))
class ComplainInput:
    disclosure: strawberry.ID = strawberry.field(description="The `id` of a reading in `myDisclosures`, or of a part.")
    reason: str = strawberry.field(description="What is not right about it; officers read it.")


@strawberry.type
class CaseQueries:
    @asked_by(*READERS)
    async def cases(
        self, info: Info, state: CaseState | None = None, first: int = 50, after: strawberry.ID | None = None
    ) -> Page[Case]:
        """Cases, the latest first; of a state, or all."""
        statement = _cases() if state is None else _cases().where(cases.c.state == state.value)
        return await page(info, after_number(statement, cases.c.case_id, after), first, _case, cases.c.case_id)

    @asked_by(Capacity.CITIZEN)
    async def my_cases(self, info: Info) -> list[Case]:
        """Every case about the citizen who asks, whoever began it; the latest first. Officers are not named."""
        own = _cases().where(cases.c.citizen == info.context.visitor.actor.name).order_by(cases.c.case_id.desc())
        rows = await fetch(info.context.engine, own)
        return [made(Case, row, looks=row.looks, opened_by=None, closed_by=None) for row in rows]


@strawberry.type
class CaseMutations:
    @changed_by(*capacities_for("case.open"))
    async def open_case(
        self, info: Info, change: OpenCaseInput, idempotency_key: str, signature: str | None = None
    ) -> ChangeResult:
        """Begin an inquiry into what was read of one person; the person sees it, and why."""
        if _PERSONAL_NUMBER.fullmatch(change.person) is None:
            return Invalid(message="A personal number has twelve digits.")
        sealed = subject_seal(info.context.office.desk.files).keep(change.person)
        try:
            asked = checked(OpenCase(citizen=sealed, reason=change.reason))
        except ActRefused as refused:
            return cast("ChangeResult", refusal_of(refused))
        return cast("ChangeResult", await ask(info.context, asked, idempotency_key, signature))

    @changed_by(Capacity.CITIZEN)
    async def complain(self, info: Info, change: ComplainInput, idempotency_key: str) -> ChangeResult:
        """Complain of a reading that the citizen who asks is shown: officers look into it, and reply."""
        context = info.context
        with answering():
            row = await context.office.archives.find(
                pin_of(context), context.visitor.actor.name, await rules_of(context.engine), change.disclosure
            )
        if row is None:
            return NotFound(message="There is no such reading of yours.")
        answer = row.answer
        asked = Complain(
            origin=answer.origin, request=str(answer.request_id), leaf=answer.leaf, reason=change.reason
        )  # fmt: skip
        return cast("ChangeResult", await ask(context, asked, idempotency_key))


def _cases() -> "Select[Any]":
    return select(cases, looks().label("looks"))


def _case(row: "Row[Any]") -> Case:
    return made(Case, row, looks=row.looks)
