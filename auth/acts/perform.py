"""The road that every change takes, and the list of all acts.

Order of refusals, the cheapest to say and the least telling first: the change is not well formed; it widens, so nobody
makes it alone; whoever asks is nobody here, or may not; the same request was made before, which answers it; the
officer's passkey did not sign it; then what the act itself refuses. All of that, the change and its record are one
transaction.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import asyncpg
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from auth.acts import (
    agencies,
    audit,
    cases,
    client_keys,
    clients,
    consents,
    delegations,
    disclosures,
    emergencies,
    grants,
    log,
    officers,
    operations,
    proposals,
    signing_keys,
    trials,
)
from auth.acts.actors import PERMISSIONS, Actor, Permission, standing
from auth.acts.answered import earlier, remember
from auth.acts.canonical import digest
from auth.acts.change import Change, act_of, as_json, checked
from auth.acts.desk import Desk, Done, Outcome, Work
from auth.acts.evidence import FRESH, Evidence
from auth.acts.refusals import Forbidden, FourEyes, Invalid, StepUpRequired, Undecided
from auth.tables import policy, used_once

ACTS: Mapping[type[Change], Callable[[Work, Any], Awaitable[Outcome]]] = MappingProxyType(
    {
        proposals.MakeProposal: proposals.make,
        proposals.RequestGrant: proposals.request,
        proposals.AdoptProposal: proposals.adopt,
        proposals.ApproveProposal: proposals.approve,
        proposals.RefuseProposal: proposals.refuse,
        proposals.WithdrawProposal: proposals.withdraw,
        grants.NarrowGrant: grants.narrow,
        grants.SuspendGrant: grants.suspend,
        grants.RevokeGrant: grants.revoke,
        trials.TryNarrowing: trials.begin,
        trials.EndTrial: trials.end,
        trials.NarrowAsTried: trials.narrow_as_tried,
        consents.WithdrawConsent: consents.withdraw,
        emergencies.OpenEmergency: emergencies.open_emergency,
        emergencies.EndEmergency: emergencies.end,
        emergencies.ReviewEmergency: emergencies.review,
        agencies.SuspendAgency: agencies.suspend,
        clients.NarrowClient: clients.narrow,
        clients.SuspendClient: clients.suspend,
        client_keys.AddKey: client_keys.add,
        client_keys.RetireClientKey: client_keys.retire,
        delegations.MakeDelegation: delegations.make,
        delegations.RevokeDelegation: delegations.revoke,
        operations.RegisterOperations: operations.register,
        operations.WithdrawOperation: operations.withdraw,
        officers.FirstOfficer: officers.begin,
        officers.NarrowOfficer: officers.narrow,
        officers.RemoveOfficer: officers.remove,
        audit.ReadAudit: audit.read,
        disclosures.ReadDisclosures: disclosures.read,
        disclosures.ExportDisclosures: disclosures.read,
        cases.OpenCase: cases.open_case,
        cases.Complain: cases.complain,
        cases.CloseCase: cases.close,
        cases.WithdrawComplaint: cases.withdraw,
        signing_keys.BeginKeys: signing_keys.begin,
        signing_keys.RotateKeys: signing_keys.rotate,
        signing_keys.RetireKey: signing_keys.retire,
    }
)

_OUTAGES = (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


async def perform(
    desk: Desk, actor: Actor, change: Change, *, evidence: Evidence | None = None, key: str | None = None
) -> Done:
    """Make the change. Raises `ActRefused` where it is not made, `Undecided` where nobody can say.

    `evidence` is what an officer's passkey signed over this change; `key` makes the same request safe to repeat.
    """
    change = checked(change)
    make = ACTS.get(type(change))
    if make is None:
        raise FourEyes("This widens what is allowed: propose it, and another officer approves.")
    try:
        async with desk.work(actor) as work:
            return await _perform(work, change, make, evidence, key)
    except _OUTAGES as error:
        if _is_unwritable(error):
            raise Invalid("The change cannot be written as it is.") from error
        raise Undecided from error


def _is_unwritable(error: Exception) -> bool:
    """Whether a constraint refuses the row, or no column can hold a value: a day after the last one that there is."""
    said = error.driver_exception if isinstance(error, DBAPIError) else error
    return isinstance(said, asyncpg.IntegrityConstraintViolationError | asyncpg.DataError)


async def _perform(
    work: Work,
    change: Change,
    make: Callable[[Work, Any], Awaitable[Outcome]],
    evidence: Evidence | None,
    key: str | None,
) -> Done:
    asked, permission = digest(change), PERMISSIONS[act_of(change)]
    await _admit(work, permission)
    if key is not None and (answer := await earlier(work, key, asked)) is not None:
        return Done(**answer, repeated=True)
    signed = await _signed(work, permission, asked, evidence)
    done = await _record(work, change, await make(work, change), signed)
    if key is not None:
        kept = {"act": done.act, "revision": done.revision, "target": done.target, "made": dict(done.made)}
        await remember(work, key, asked, kept)
    return done


async def _admit(work: Work, permission: Permission) -> None:
    found = await standing(work.connection, work.actor)
    if work.actor.kind not in permission.kinds and not found.has(permission):
        raise Forbidden("This is for others to do.")
    if permission.bound and not found.bound:
        raise Forbidden("A client registered for Bearer tokens cannot do this; an officer proposes it.")


async def _signed(work: Work, permission: Permission, asked: str, evidence: Evidence | None) -> dict[str, Any] | None:
    """The evidence as it is kept, used up for this change; None where none is asked for."""
    actor = work.actor
    if actor.kind != "officer" or not permission.signed or actor.name in work.desk.unsigned:
        return None
    if evidence is None or not evidence.covers(actor.name, asked, work.now):
        raise StepUpRequired("A passkey has to sign exactly this change, at most five minutes before it is made.")
    seen = hashlib.sha256(b"evidence\0" + evidence.nonce.encode()).digest()
    once = insert(used_once).values(digest=seen, expires_at=work.now + 2 * FRESH).on_conflict_do_nothing()
    if (await work.connection.execute(once.returning(used_once.c.digest))).first() is None:
        raise StepUpRequired("This signature was used before; sign the change again.")
    kept: dict[str, Any] = as_json(evidence)
    return kept


async def _record(work: Work, change: Change, outcome: Outcome, evidence: dict[str, Any] | None) -> Done:
    detail = {"change": change.recorded(), "before": outcome.before, "after": outcome.after, "made": dict(outcome.made)}
    entry = log.Entry(work.actor, act_of(change), outcome.target, detail, work.now, evidence)
    number = await log.append(work.connection, entry)
    revision = await work.connection.scalar(select(policy.c.revision))
    return Done(number, int(revision or 0), outcome.target, outcome.made, outcome.secret, outcome.code)
