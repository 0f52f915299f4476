"""The citizen for whom a token speaks: sealed on the way, known by another name to each agency.

A token is readable by whoever holds it, so the citizen's key travels under AES-SIV, bound to the client. `sub` is a
pairwise identifier: the same for one agency at all times, unrelated between agencies.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 64
_LABEL = b"lienthong subject v1"
_AT_REST = "at rest"  # holds a space, so it is no client's name: a row's text is worth nothing in a token


class NotSealedHere(ValueError):
    """The text was not sealed with this key for this client."""


class SubjectSeal:
    """Seals and opens citizens' keys. All processes of an installation hold the same 64-byte secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError(f"the subject key must have {KEY_BYTES} bytes")
        derived = HKDF(SHA256(), KEY_BYTES + 32, salt=None, info=_LABEL).derive(secret)
        self._siv, self._pairwise = AESSIV(derived[:KEY_BYTES]), derived[KEY_BYTES:]

    def seal(self, subject: str, client: str) -> str:
        sealed = self._siv.encrypt(subject.encode(), [_LABEL, client.encode()])
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, sealed: str, client: str) -> str:
        try:
            data = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
            return self._siv.decrypt(data, [_LABEL, client.encode()]).decode()
        except (InvalidTag, ValueError) as error:
            raise NotSealedHere("not sealed here") from error

    def keep(self, subject: str) -> str:
        """The citizen's key as rows of the authority hold it: the same text for the same citizen."""
        return self.seal(subject, _AT_REST)

    def kept(self, sealed: str) -> str:
        """What such a row holds."""
        return self.open(sealed, _AT_REST)

    def pairwise(self, subject: str, agency: str) -> str:
        """What an agency may call this citizen."""
        mac = hmac.digest(self._pairwise, agency.encode() + b"\0" + subject.encode(), "sha256")
        return urlsafe_b64encode(mac[:18]).decode()
