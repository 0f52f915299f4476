"""Whether a signature under a change holds: at once, and years later from what the record of acts keeps. Pure.

The challenge that a passkey signs is SHA-256 of a nonce followed by the canonical JSON of the change. So the signature
holds for this change and no other, and everything needed to check it again is the change, the evidence and the
passkey's public key: no database, and nobody's word.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from auth.acts.canonical import canonical, digest
from auth.acts.evidence import Evidence
from auth.officers.party import Asserted, RelyingParty, read_assertion
from auth.officers.refusals import OfficerRefused

NONCE_BYTES = 32


class EvidenceInvalid(Exception):
    """The evidence does not show that this officer signed this change. The message says what does not fit."""


def challenge_of(nonce: bytes, change: object) -> bytes:
    """What the passkey is asked to sign."""
    return hashlib.sha256(nonce + canonical(change)).digest()


def evidence_of(officer: str, change: object, nonce: bytes, asserted: Asserted, signed_at: datetime) -> Evidence:
    """What is kept of a signature that was verified."""
    client_data, authenticator_data, signature = map(encoded, asserted.parts)
    return Evidence(
        officer=officer,
        change=digest(change),
        nonce=encoded(nonce),
        credential=encoded(asserted.credential),
        client_data=client_data,
        authenticator_data=authenticator_data,
        signature=signature,
        signed_at=signed_at,
    )


def verify_evidence(kept: Mapping[str, Any], change: object, officer: str, public_key: bytes, origin: str) -> Evidence:
    """The evidence, if this officer's passkey of that key signed this very change. Raises EvidenceInvalid.

    `kept` is the column `evidence` of the act, `change` the change that the act says was made, `public_key` that of the
    officer's passkey whose credential id the evidence names. The passkey's own count is not compared: it has moved on.
    """
    try:
        evidence = msgspec.convert(kept, Evidence)
        if evidence.officer != officer:
            raise EvidenceInvalid("another officer signed")
        if evidence.change != digest(change):
            raise EvidenceInvalid("another change was signed")
        challenge = challenge_of(decoded(evidence.nonce), change)
        RelyingParty(origin).verified(_asserted(evidence), challenge, public_key, 0)
    except (msgspec.ValidationError, ValueError, TypeError) as error:
        raise EvidenceInvalid("the evidence cannot be read") from error
    except OfficerRefused as error:
        raise EvidenceInvalid("the signature does not hold") from error
    return evidence


def _asserted(evidence: Evidence) -> Asserted:
    response = {
        "clientDataJSON": evidence.client_data,
        "authenticatorData": evidence.authenticator_data,
        "signature": evidence.signature,
    }
    answer = {"id": evidence.credential, "rawId": evidence.credential, "type": "public-key", "response": response}
    return read_assertion(json.dumps(answer))


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding, as evidence holds it."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The same, read back. Raises ValueError."""
    return urlsafe_b64decode(text + "===")
