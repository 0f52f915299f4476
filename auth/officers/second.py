"""The second passkey beside the first, and taking one away: an officer's own affair, signed by a passkey they keep.

Enrolling takes two answers: the first passkey signs that another comes, then the other one is made. So a stolen session
enrolls nothing, and a challenge for the second passkey exists only after that signature.
"""

from typing import Any, TypeVar

import msgspec

from auth.acts import log
from auth.acts.change import as_json
from auth.acts.evidence import Evidence
from auth.officers import challenges, passkeys, step_up
from auth.officers.changes import EnrollPasskey, RemovePasskey, checked_label, fingerprint, record
from auth.officers.door import Officers
from auth.officers.party import Options, read_creation
from auth.officers.refusals import ChallengeGone, EnoughPasskeys, LastPasskey, Malformed
from auth.officers.sessions import OfficerSession
from auth.officers.step_up import Signed

Own = TypeVar("Own", EnrollPasskey, RemovePasskey)


async def begin(officers: Officers, session: OfficerSession, label: str) -> Options:
    """Ask the first passkey to sign that another comes beside it. Raises EnoughPasskeys."""
    if session.passkeys >= passkeys.MOST:
        raise EnoughPasskeys
    return await step_up.begin(officers, session, EnrollPasskey(officer=session.officer, label=checked_label(label)))


async def allow(officers: Officers, session: OfficerSession, assertion: str) -> tuple[Options, str]:
    """The first passkey signed: what `create` is given for the second, and the session's new secret."""
    signed = await step_up.finish(officers, session, assertion)
    change = _own(EnrollPasskey, signed.change, session)
    async with officers.engine.connect() as connection:
        held = await passkeys.of(connection, session.officer)
    kept = {"change": as_json(change), "evidence": as_json(signed.evidence)}
    challenge = await challenges.issue(officers.engine, "enrol", session.officer, change=kept)
    known = [passkey.credential for passkey in held]
    return officers.party.creation(session.officer, session.name, challenge, known), signed.secret


async def finish(officers: Officers, session: OfficerSession, creation: str) -> None:
    """Enroll the second passkey. Only a challenge that the first one allowed counts. Raises EnoughPasskeys."""
    answer, challenge = read_creation(creation)
    kept = await challenges.take(officers.engine, challenge, "enrol", session.officer)
    if kept is None:
        raise ChallengeGone
    made = officers.party.created(answer, challenge)
    change, evidence = _own(EnrollPasskey, kept["change"], session), msgspec.convert(kept["evidence"], Evidence)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        await passkeys.add(connection, session.officer, made, change.label)
        await record(officers, connection, change, evidence, made)


async def finish_removal(officers: Officers, session: OfficerSession, signed: Signed) -> None:
    """Remove the passkey that the signed change names. Raises LastPasskey, Malformed."""
    change = _own(RemovePasskey, signed.change, session)
    credential = await removable(officers, session, change.passkey)
    async with officers.engine.begin() as connection:
        await log.lock(connection)
        await passkeys.remove(connection, session.officer, credential)
        await record(officers, connection, change, signed.evidence)


async def removable(officers: Officers, session: OfficerSession, passkey: str) -> bytes:
    """The credential id of the passkey with this fingerprint. Raises LastPasskey, Malformed where it has to stay."""
    async with officers.engine.connect() as connection:
        held = {
            fingerprint(each.credential): each.credential for each in await passkeys.of(connection, session.officer)
        }
    if passkey not in held:
        raise Malformed
    if len(held) == 1 or held[passkey] == session.signer.credential:
        raise LastPasskey
    return held[passkey]


def _own(kind: type[Own], change: dict[str, Any], session: OfficerSession) -> Own:
    """The change, if it is of this kind, and about the officer who signed it: nobody acts in another's name."""
    try:
        read = msgspec.convert(change, kind)
    except msgspec.ValidationError as error:
        raise Malformed from error
    if read.officer != session.officer:
        raise Malformed
    return read
