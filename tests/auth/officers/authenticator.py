"""A passkey in software: as WebAuthn wants it unless told otherwise, and then wrong in exactly that way."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers.structs import AttestationFormat

PRESENT, VERIFIED, BACKUP_ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class Authenticator:
    """One passkey. `counts`: whether it counts its signatures; `flags`: what it says of its holder."""

    origin: str
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    cross_origin: bool = False
    rp_id: str = "localhost"
    aaguid: bytes = bytes(16)

    def create(self, options: dict[str, Any], **wrong: Any) -> str:
        """What a browser sends after `navigator.credentials.create(options)`."""
        length = len(self.credential).to_bytes(2, "big")
        made = self.aaguid + length + self.credential + cbor2.dumps(wrong.pop("cose", self._cose()))
        fmt, statement = wrong.pop("fmt", AttestationFormat.NONE.value), wrong.pop("statement", lambda *_: {})
        client_data = self._client_data("webauthn.create", options, **wrong)
        data = self._data(ATTESTED) + made
        attested = {"fmt": fmt, "attStmt": statement(client_data, data), "authData": data}
        return self._sent({"clientDataJSON": client_data, "attestationObject": cbor2.dumps(attested)})

    def get(self, options: dict[str, Any], **wrong: Any) -> str:
        """What a browser sends after `navigator.credentials.get(options)`."""
        self.count += self.counts
        client_data, data = self._client_data("webauthn.get", options, **wrong), self._data(0)
        signature = self._sign(data + hashlib.sha256(client_data).digest())
        return self._sent({"clientDataJSON": client_data, "authenticatorData": data, "signature": signature})

    def _client_data(self, kind: str, options: dict[str, Any], **wrong: Any) -> bytes:
        said = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps({**said, **wrong}).encode()

    def _data(self, more: int) -> bytes:
        scope = hashlib.sha256(self.rp_id.encode()).digest()
        return scope + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _cose(self) -> dict[int, Any]:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return {1: 1, 3: -8, -1: 6, -2: self.key.public_key().public_bytes_raw()}
        point = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ec.ECDSA(SHA256()))

    def _sent(self, response: dict[str, bytes]) -> str:
        name = encoded(self.credential)
        sent = {name: encoded(value) for name, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": sent})


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "===")
