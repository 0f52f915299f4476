"""Delegations: an agency lets a supplier's client use some of the agency's own rights, for a time.

The agency's own client makes one at once, if its tokens are bound to a key; officers make one for an agency as a
proposal. What is delegated must be granted to the agency when it is made, set by set and scope by scope; what is
allowed later is again only what the agency itself may do then.
"""

from sqlalchemy import insert, select, update

from auth.acts.change import AgencyId, Change, ClientId, Moment, Names, Number, PurposeCode, Text, as_json
from auth.acts.desk import Outcome, Work
from auth.acts.grants import Hands, live_agency
from auth.acts.refusals import Conflict, Forbidden, Invalid
from auth.acts.terms import check_names
from auth.tables import clients, delegations, grants


class MakeDelegation(Change, frozen=True, tag="delegation.make"):
    """Let another agency's client use these rights of an agency, until a day."""

    agency: AgencyId
    client: ClientId
    purpose: PurposeCode
    valid_until: Moment
    scopes: Names = ()
    sets: Names = ()
    valid_from: Moment | None = None


class RevokeDelegation(Change, frozen=True, tag="delegation.revoke"):
    """End a delegation."""

    delegation: Number
    reason: Text


async def check_making(work: Work, change: MakeDelegation) -> Outcome:
    """Refusals: another agency's; unknown names; dates; a client that is not a supplier's; more than the agency has."""
    if work.actor.kind == "agency" and work.actor.agency != change.agency:
        raise Forbidden("An agency delegates its own rights only.")
    await live_agency(work, change.agency)
    check_names(change.scopes, change.sets, work.desk.catalogue)
    if not change.scopes and not change.sets:
        raise Invalid("Nothing is delegated.")
    if change.valid_until <= max(work.now, change.valid_from or work.now):
        raise Invalid("The delegation would end before it begins.")
    await _check_supplier(work, change)
    await _check_own(work, change)
    return Outcome("", None, as_json(change))


async def make(work: Work, change: MakeDelegation) -> Outcome:
    """By the agency itself."""
    await check_making(work, change)
    return await _put(work, change, work.actor.signature)


async def make_for(work: Work, change: MakeDelegation, hands: Hands) -> Outcome:
    await check_making(work, change)
    return await _put(work, change, hands.proposed_by)


async def revoke(work: Work, change: RevokeDelegation) -> Outcome:
    statement = select(delegations).where(delegations.c.delegation == change.delegation)
    row = await work.get(statement, "delegation", agency="agency")
    if row.state == "revoked":
        raise Conflict("The delegation is revoked already.")
    ended = update(delegations).where(delegations.c.delegation == change.delegation)
    await work.connection.execute(ended.values(state="revoked", revoked_by=work.actor.signature))
    return Outcome(str(change.delegation), "active", "revoked")


async def _check_supplier(work: Work, change: MakeDelegation) -> None:
    statement = select(clients.c.agency, clients.c.kind, clients.c.state).where(clients.c.client == change.client)
    row = await work.get(statement, "client")
    if row.state != "active":
        raise Conflict("The client is suspended.")
    if row.agency == change.agency or row.kind == "subgraph":
        raise Invalid("Rights are delegated to a system or portal of another agency.")


async def _check_own(work: Work, change: MakeDelegation) -> None:
    known = work.desk.catalogue.known
    counts = (grants.c.agency == change.agency) & (grants.c.purpose == change.purpose) & (grants.c.state == "active")
    counts &= ~grants.c.emergency & (grants.c.valid_until.is_(None) | (grants.c.valid_until > work.now))
    own: set[str] = set()
    for row in await work.connection.execute(select(grants.c.scopes, grants.c.sets, grants.c.exceptions).where(counts)):
        own |= known([*row.scopes, *row.sets]) - known(row.exceptions)
    if missing := sorted(known([*change.scopes, *change.sets]) - own):
        raise Invalid(f"The agency is not granted for this purpose: {' '.join(missing)}.", missing)


async def _put(work: Work, change: MakeDelegation, made_by: str) -> Outcome:
    row = {
        "agency": change.agency,
        "client": change.client,
        "purpose": change.purpose,
        "scopes": sorted(set(change.scopes)),
        "sets": sorted(set(change.sets)),
        "valid_from": max(work.now, change.valid_from or work.now),
        "valid_until": change.valid_until,
        "made_by": made_by,
    }
    number = str(await work.connection.scalar(insert(delegations).values(row).returning(delegations.c.delegation)))
    return Outcome(number, None, as_json(change), {"delegation": number})
