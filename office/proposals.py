"""Proposals, as the office shows them: what would widen, who asked, and until when it can be approved."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec
import strawberry
from sqlalchemy import Row, Select, select
from strawberry.scalars import JSON

from auth.acts.canonical import digest
from auth.acts.change import Change
from auth.acts.proposals import described
from auth.acts.refusals import ActRefused
from auth.acts.widening import Widening
from auth.tables import proposals
from office.context import Context, Info
from office.fields import asked_by, computed
from office.holders import ENTITLED
from office.impact import Impact, impact
from office.paging import Page, after_number, page
from office.refusals import Refusal, refusal_of
from office.rows import fetch, made, number, of, own
from office.visitor import Visitor


@strawberry.enum
class ProposalState(Enum):
    """What became of a proposal."""

    REQUESTED = "requested"
    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


OPEN = ("requested", "proposed")


@strawberry.type(description=proposals.comment)
class Proposal:
    number: strawberry.ID = of(proposals.c.proposal)
    kind: str = of(proposals.c.kind)
    target: str = of(proposals.c.target)
    change: JSON = of(proposals.c.body, name="change")
    reason: str = of(proposals.c.reason)
    requested_by: strawberry.ID | None = of(proposals.c.requested_by)
    proposed_by: str | None = of(proposals.c.proposed_by)
    decided_by: str | None = of(proposals.c.decided_by)
    decision_reason: str | None = of(proposals.c.decision_reason)
    decided_at: datetime | None = of(proposals.c.decided_at)
    lapses_at: datetime = of(proposals.c.lapses_at)
    made_at: datetime = of(proposals.c.recorded_at)
    recorded_state: strawberry.Private[str]

    @computed
    def state(self) -> ProposalState:
        """What became of it; lapsed as soon as its time is over, whether or not anybody looked."""
        return self.state_now

    @property
    def state_now(self) -> ProposalState:
        over = self.recorded_state in OPEN and self.lapses_at <= datetime.now(UTC)
        return ProposalState.LAPSED if over else ProposalState(self.recorded_state)

    @computed
    def digest(self) -> str:
        """Stands for the change where somebody decides on it: `body` of adoptProposal and approveProposal."""
        return digest(self.change)

    @computed
    async def outlook(self, info: Info) -> "Outlook":
        """What approving it would change at this moment, or why it would be refused; nobody's hands are looked at."""
        async with info.context.office.desk.looking(info.context.visitor.actor) as work:
            try:
                _, outcome = await described(work, int(self.number))
            except ActRefused as refused:
                return Outlook(before=None, after=None, refusal=refusal_of(refused))
        return Outlook(before=outcome.before, after=outcome.after, refusal=None)

    @computed
    async def impact(self, info: Info) -> list[Impact]:
        """Which registered operations would begin or cease to work, if it were approved now."""
        if self.state_now is not ProposalState.PROPOSED and self.state_now is not ProposalState.REQUESTED:
            return []
        body: Change = msgspec.convert(self.change, Widening)
        return await impact(info.context, body)


@strawberry.type(description="What approving a proposal would do at this moment.")
class Outlook:
    before: JSON | None = strawberry.field(description="What is there now; null: nothing.")
    after: JSON | None = strawberry.field(description="What would be there; null where it would be refused.")
    refusal: Refusal | None = strawberry.field(description="Why it would be refused; null: it would not.")


@strawberry.type
class ProposalQueries:
    @asked_by(*ENTITLED)
    async def proposals(
        self, info: Info, state: ProposalState | None = None, first: int = 50, after: strawberry.ID | None = None
    ) -> Page[Proposal]:
        """Proposals, the latest first; a client sees those that its agency asked for."""
        statement = _in_state(_proposals(info.context), state)
        statement, visitor = after_number(statement, proposals.c.proposal, after), info.context.visitor
        return await page(info, statement, first, lambda row: proposal_of(row, visitor), proposals.c.proposal)

    @asked_by(*ENTITLED)
    async def proposal(self, info: Info, number: strawberry.ID) -> Proposal | None:
        """One proposal; null where there is none, or another agency asked for it."""
        return await find_proposal(info.context, number)


async def find_proposal(context: Context, given: str) -> Proposal | None:
    """The proposal of this number, if the visitor may see it."""
    found = await fetch(context.engine, _proposals(context).where(proposals.c.proposal == number(given)))
    return proposal_of(found[0], context.visitor) if found else None


def proposal_of(row: "Row[Any]", visitor: Visitor) -> Proposal:
    """A proposal from its row, without officers' names for an agency."""
    withheld = dict.fromkeys(("proposed_by", "decided_by")) if visitor.agency else {}
    return made(Proposal, row, recorded_state=row.state, **withheld)


def _proposals(context: Context) -> "Select[Any]":
    return select(proposals).where(own(context.visitor, proposals.c.requested_by))


def _in_state(statement: "Select[Any]", state: ProposalState | None) -> "Select[Any]":
    now = datetime.now(UTC)
    if state is ProposalState.LAPSED:
        return statement.where(
            (proposals.c.state == "lapsed") | (proposals.c.state.in_(OPEN) & (proposals.c.lapses_at <= now))
        )
    if state is None:
        return statement
    statement = statement.where(proposals.c.state == state.value)
    return statement.where(proposals.c.lapses_at > now) if state.value in OPEN else statement
