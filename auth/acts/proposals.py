"""Proposals: a change that widens is proposed by one person and takes effect when another officer approves it.

What an agency asks for waits until an officer makes the request their own (adopts it); that officer is its proposer
then, and another approves. Who adopts, approves or refuses signs the digest of the body, so that nobody decides on
other words than they read. A proposal lapses by time alone; no row says so.

Where an enrollment link will be opened, the proposer is told the code that goes with it, and the approver the link.
What is kept of the code stands beside the body, not in it: whoever decides neither reads nor signs it.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, any_, func, insert, literal, select, update

from auth.acts.actors import same_person
from auth.acts.canonical import digest
from auth.acts.change import Change, Digest, Number, Text, act_of, as_json, kept
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands
from auth.acts.refusals import Conflict, Forbidden, FourEyes, Lapsed, NotFound
from auth.acts.widening import KINDS, Requested, Widening
from auth.officers import codes
from auth.tables import grants, officers, proposals

WAITS = timedelta(days=14)
"""How long a proposal can be approved."""
MOST_REQUESTS = 50
"""How many requests of one agency may wait at a time."""


class MakeProposal(Change, frozen=True, tag="proposal.make"):
    """Propose a change that widens what is allowed."""

    proposed: Widening
    reason: Text


class RequestGrant(Change, frozen=True, tag="proposal.request"):
    """Ask, as an agency, for a grant; an officer may make the request their own."""

    proposed: Requested
    reason: Text


class AdoptProposal(Change, frozen=True, tag="proposal.adopt"):
    """Make an agency's request one's own. `body` is the digest of what was read."""

    proposal: Number
    body: Digest


class ApproveProposal(Change, frozen=True, tag="proposal.approve"):
    """Let the change take effect. `body` is the digest of what was read."""

    proposal: Number
    body: Digest


class RefuseProposal(Change, frozen=True, tag="proposal.refuse"):
    """Decide that the change is not made."""

    proposal: Number
    reason: Text


class WithdrawProposal(Change, frozen=True, tag="proposal.withdraw"):
    """Take one's own proposal or request back."""

    proposal: Number
    reason: Text


async def make(work: Work, change: MakeProposal) -> Outcome:
    return await _put(work, change.proposed, change.reason, state="proposed", proposed_by=work.actor.signature)


async def request(work: Work, change: RequestGrant) -> Outcome:
    """Refusals: another agency's; too many that wait; then what the change itself is refused for."""
    agency = work.actor.agency
    if agency != await _holder(work, change.proposed):
        raise Forbidden("An agency asks for itself only.")
    waiting = (proposals.c.requested_by == agency) & (proposals.c.state == "requested")
    waiting &= proposals.c.lapses_at > work.now
    if (await work.connection.scalar(select(func.count()).where(waiting)) or 0) >= MOST_REQUESTS:
        raise Conflict(f"{MOST_REQUESTS} requests of this agency wait already.")
    return await _put(work, change.proposed, change.reason, state="requested", requested_by=agency)


async def adopt(work: Work, change: AdoptProposal) -> Outcome:
    row = await _open(work, change.proposal, "requested", change.body)
    await KINDS[type(body_of(row))].check(work, body_of(row))
    await _decide(work, row, state="proposed", proposed_by=work.actor.signature, lapses_at=work.now + WAITS)
    return Outcome(str(row.proposal), "requested", "proposed")


async def approve(work: Work, change: ApproveProposal) -> Outcome:
    """Make the change, in the world of this moment.

    Refusals: no such proposal, decided, lapsed; another text than was read; the proposer's own, or a proposer's who is
    none any more, or about oneself; then whatever the change itself is refused for. A refused approval leaves the
    proposal as it is.
    """
    row = await _open(work, change.proposal, "proposed", change.body)
    if same_person(row.proposed_by, work.actor.signature):
        raise FourEyes("Nobody approves what they proposed themselves.")
    await _check_proposer(work, row.proposed_by)
    body = body_of(row)
    if body.concerns() == work.actor.name:
        raise FourEyes("Nobody approves what is about themselves.")
    made = await KINDS[type(body)].make(work, body, Hands(row.proposed_by, work.actor.signature, row.reason, row.code))
    await _decide(work, row, state="approved", decided_by=work.actor.signature, decided_at=work.now, target=made.target)
    after = {"made": as_json(body), "proposed_by": row.proposed_by, "reason": row.reason, "after": made.after}
    return Outcome(str(row.proposal), made.before, after, {**made.made, "target": made.target}, made.secret)


async def refuse(work: Work, change: RefuseProposal) -> Outcome:
    """By another than the proposer, who withdraws. A request that nobody adopted may be refused, too."""
    row = await _open(work, change.proposal, "proposed requested")
    if row.proposed_by is not None and same_person(row.proposed_by, work.actor.signature):
        raise FourEyes("Who proposed withdraws; another refuses.")
    return await _end(work, row, "refused", change.reason)


async def withdraw(work: Work, change: WithdrawProposal) -> Outcome:
    """Refusals: not one's own. To an agency, another's request looks like one that is not there."""
    row = await _open(work, change.proposal, "proposed requested")
    if work.actor.kind != "agency" and work.actor.signature != row.proposed_by:
        raise Forbidden("Only who proposed withdraws; an approver refuses.")
    if work.actor.kind == "agency" and row.state != "requested":
        raise Conflict("An officer has made this request their own; ask the officers.")
    return await _end(work, row, "withdrawn", change.reason)


async def described(work: Work, number: int) -> tuple[Row[Any], Outcome]:
    """A proposal as it stands, and what it would change now. Raises what its approval would be refused for."""
    row = await work.get(select(proposals).where(proposals.c.proposal == number), "proposal", agency="requested_by")
    body = body_of(row)
    return row, await KINDS[type(body)].check(work, body)


def body_of(row: Row[Any]) -> Widening:
    """The change that a proposal keeps."""
    body: Widening = kept(row.body, Widening)
    return body


def body_digest(row: Row[Any]) -> str:
    """What stands for the change in the signature of whoever decides on it."""
    return digest(row.body)


async def _check_proposer(work: Work, proposer: str) -> None:
    """What an officer proposed who was removed since, or proposes no more, counts for nothing."""
    if ":" in proposer:
        return
    able = (officers.c.state == "active") & (literal("proposer") == any_(officers.c.roles))
    if await work.find(select(officers.c.officer).where(officers.c.officer == proposer, able)) is None:
        raise Conflict("Who proposed this proposes no more; it has to be proposed again.")


async def _holder(work: Work, change: Requested) -> str | None:
    """Whose grant it is or would be."""
    number = getattr(change, "grant", None)
    if number is None:
        return str(getattr(change, "agency", ""))
    row = await work.find(select(grants.c.agency).where(grants.c.grant_id == number))
    return None if row is None else str(row.agency)


async def _put(work: Work, body: Widening, reason: str, **columns: Any) -> Outcome:
    kind = KINDS[type(body)]
    seen, code = await kind.check(work, body), codes.fresh() if kind.opens_link else None
    columns["code"] = None if code is None else codes.kept(code)
    row = {"kind": act_of(body), "body": as_json(body), "reason": reason, "lapses_at": work.now + WAITS, **columns}
    statement = insert(proposals).values(target=seen.target, **row).returning(proposals.c.proposal)
    number = str(await work.connection.scalar(statement))
    return Outcome(number, seen.before, seen.after, {"proposal": number}, code=code)


async def _open(work: Work, number: int, states: str, read: str | None = None) -> Row[Any]:
    """A proposal that can still be decided on."""
    row = await work.get(select(proposals).where(proposals.c.proposal == number), "proposal", agency="requested_by")
    if row.state not in states.split():
        raise Conflict(f"The proposal is {row.state}.")
    if row.lapses_at <= work.now:
        raise Lapsed("The proposal has lapsed; it has to be made again.")
    if read is not None and read != body_digest(row):
        raise Conflict("The proposal says something else than was read; read it again.")
    return row


async def _end(work: Work, row: Row[Any], state: str, reason: str) -> Outcome:
    decided = {"decided_by": work.actor.signature, "decided_at": work.now, "decision_reason": reason}
    await _decide(work, row, state=state, **decided)
    return Outcome(str(row.proposal), row.state, state)


async def _decide(work: Work, row: Row[Any], **columns: Any) -> None:
    """Write the decision, unless the row is no longer what was looked at. What is decided keeps no code."""
    statement = update(proposals).where(proposals.c.proposal == row.proposal, proposals.c.state == row.state)
    if (await work.connection.execute(statement.values(code=None, **columns))).rowcount != 1:
        raise NotFound("proposal")
