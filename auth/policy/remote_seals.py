"""How the keys of references travel to a subgraph: encrypted to a key that its process made for itself (RFC 9180).

A statement of the policy is signed, and whoever carries it may read it; gateways on the way often can. What it grants
is no secret. The keys of references are: with them, the router between the registers could name anybody. So a process
sends a public key with its question, which it signs along, and is answered with what it alone can open.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from auth.access.references import KEY_BYTES

SENT_KEYS = 3
"""That of this month first, then the last and the next."""

Address = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
"""The public key of a process: 32 bytes."""

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_LABEL = b"lienthong keys of references v1"


class NotForUs(ValueError):
    """What came is not the keys of references, encrypted to this process."""


class Recipient:
    """A process that is sent keys. The private half of its address never leaves it, and ends with it."""

    def __init__(self) -> None:
        self._private = X25519PrivateKey.generate()
        self.address = _text(self._private.public_key().public_bytes_raw())

    def opened(self, sent: str) -> tuple[bytes, ...]:
        """The keys. Raises `NotForUs`."""
        try:
            together = _SUITE.decrypt(_data(sent), self._private, _LABEL)
        except (InvalidTag, ValueError) as error:
            raise NotForUs("not for this process") from error
        if len(together) != SENT_KEYS * KEY_BYTES:
            raise NotForUs("not the keys of references")
        return tuple(together[start : start + KEY_BYTES] for start in range(0, len(together), KEY_BYTES))


def encrypted(keys: Sequence[bytes], address: str) -> str:
    """The keys for the process of this address. Raises ValueError where that is no point of the curve to use."""
    return _text(_SUITE.encrypt(b"".join(keys), X25519PublicKey.from_public_bytes(_data(address)), _LABEL))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _data(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
