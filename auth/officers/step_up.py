"""A passkey's signature under one change: what an officer saw on the page is what is signed, and what is done.

`begin` keeps the change beside the challenge, so that `finish` gives back the change as it was shown, not as a browser
sends it a second time: whoever carries it out carries out what was signed. In this order is refused: a challenge that
is gone, was issued to another officer, or was not for a change; a passkey that is not this officer's, or whose
signature does not hold; a session that ended meanwhile. The challenge is used up by the first attempt.

The session gets another secret with each signature: its cookie must be given again.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auth.acts.canonical import NotCanonical, canonical
from auth.acts.evidence import Evidence
from auth.officers import challenges, passkeys, sessions
from auth.officers.door import Officers
from auth.officers.party import Options, read_assertion
from auth.officers.proof import NONCE_BYTES, challenge_of, evidence_of
from auth.officers.refusals import ChallengeGone, Malformed
from auth.officers.sessions import OfficerSession

LONGEST_CHANGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Signed:
    """A change that an officer signed, as JSON; `secret` is the session's cookie from now on."""

    change: dict[str, Any]
    evidence: Evidence
    secret: str = field(repr=False)


async def begin(officers: Officers, session: OfficerSession, change: object) -> Options:
    """What `navigator.credentials.get` is given so that this officer signs this change. Raises Malformed."""
    shown = _shown(change)
    nonce = secrets.token_bytes(NONCE_BYTES)
    challenge = challenge_of(nonce, shown)
    kept = {"nonce": urlsafe_b64encode(nonce).decode(), "change": shown}
    await challenges.issue(officers.engine, "act", session.officer, challenge=challenge, change=kept)
    async with officers.engine.connect() as connection:
        held = await passkeys.of(connection, session.officer)
    return officers.party.request(challenge, [passkey.credential for passkey in held])


async def finish(officers: Officers, session: OfficerSession, assertion: str) -> Signed:
    """Take the passkey's answer: the change it signed, and the evidence for `auth.acts.perform`."""
    asserted = read_assertion(assertion)
    kept = await challenges.take(officers.engine, asserted.challenge, "act", session.officer)
    if kept is None:
        raise ChallengeGone
    async with officers.engine.begin() as connection:
        await passkeys.believe(connection, officers.party, asserted, asserted.challenge, session.officer)
        secret = await sessions.renew(connection, session)
    nonce, change = urlsafe_b64decode(kept["nonce"]), kept["change"]
    return Signed(change, evidence_of(session.officer, change, nonce, asserted, datetime.now(UTC)), secret)


def _shown(change: object) -> Any:
    """The change as JSON. PostgreSQL keeps no NUL, which no text of a change may hold either."""
    try:
        text = canonical(change)
    except NotCanonical as error:
        raise Malformed from error
    if len(text) > LONGEST_CHANGE or b"\\u0000" in text:
        raise Malformed
    return json.loads(text)
