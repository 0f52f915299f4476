"""What officers change about their own passkeys: signed like any other change, and recorded like one."""

from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncConnection

from auth.acts import log
from auth.acts.actors import Actor
from auth.acts.change import Change, Digest, OfficerId, Title, act_of, as_json
from auth.acts.evidence import Evidence
from auth.acts.log import Entry
from auth.officers.door import Officers
from auth.officers.party import NewPasskey
from auth.officers.proof import encoded
from auth.officers.refusals import Malformed

LONGEST_LABEL = 60


class EnrollPasskey(Change, frozen=True, tag="passkey.enroll"):
    """Accept another passkey of this officer's."""

    officer: OfficerId
    label: Title


class RemovePasskey(Change, frozen=True, tag="passkey.remove"):
    """Accept this passkey no more. `passkey` is SHA-256 of its credential id, in hex."""

    officer: OfficerId
    passkey: Digest


async def record(
    officers: Officers,
    connection: AsyncConnection,
    change: EnrollPasskey | RemovePasskey,
    evidence: Evidence | None,
    made: NewPasskey | None = None,
) -> None:
    """Write the act; the caller has taken the lock that orders acts.

    The public key of a passkey that was `made` stands in the record too: what it signs can be checked against that.
    """
    kept = as_json(evidence) if evidence is not None else None
    actor, detail = Actor("officer", change.officer), {"change": as_json(change)}
    if made is not None:
        detail["passkey"] = {"credential": encoded(made.credential), "public_key": encoded(made.public_key)}
    await log.append(connection, Entry(actor, act_of(change), change.officer, detail, officers.now(), kept))


def fingerprint(credential: bytes) -> str:
    """How a change names a passkey."""
    return sha256(credential).hexdigest()


def checked_label(label: str) -> str:
    """What an officer calls a passkey. Raises Malformed."""
    text = label.strip()
    if not 0 < len(text) <= LONGEST_LABEL or not text.isprintable():
        raise Malformed
    return text
