"""Opens a signed JWT (RFC 7515, compact form) more strictly than a library must: one text has one reading.

Access tokens, assertions and proofs are all read here. Three parts of canonical base64url; a header and claims of a
declared type, members once each, no NaN, no lone surrogate. What is opened is not yet believed: `is_signed_by` says
whether a key signed it, and the caller of both says what it must say. Nothing in a header ever chooses how it is
checked: the algorithm is one of those that the reader declares, and the key must be of its kind.
"""

import json
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, OKPKey

VerifyingKey = ECKey | OKPKey
Header = TypeVar("Header", bound=msgspec.Struct)
Claims = TypeVar("Claims", bound=msgspec.Struct)

_KINDS: dict[str, type[VerifyingKey]] = {
    "ES256": ECKey,
    "Ed25519": OKPKey,
    "EdDSA": OKPKey,  # the older name of Ed25519 (RFC 9864); no other Edwards curve is used here
}
_ES256 = ECDSA(SHA256())
_FROM_URL, _TO_URL = bytes.maketrans(b"-_", b"+/"), bytes.maketrans(b"+/", b"-_")
HEADERS_KEPT = 1024
_HALF = 32  # bytes of each number of a P-256 signature


class Unreadable(ValueError):
    """The text is not a JWT of the declared form. Says nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class Opened(Generic[Header, Claims]):
    """A JWT that can be read. Its signature has not been looked at."""

    header: Header
    claims: Claims
    _signed: bytes
    _signature: bytes

    def is_signed_by(self, algorithm: str, key: VerifyingKey) -> bool:
        """Whether this key made the signature with this algorithm."""
        if not isinstance(key, kind_of(algorithm)):
            return False
        public = key.get_op_key("verify")
        try:
            if isinstance(public, Ed25519PublicKey):
                public.verify(self._signature, self._signed)
                return True
            if isinstance(public, EllipticCurvePublicKey) and len(self._signature) == 2 * _HALF:
                public.verify(_der(self._signature), self._signed, _ES256)
                return True
        except InvalidSignature:
            pass
        return False


def kind_of(algorithm: str) -> type[VerifyingKey]:
    """The kind of key that this algorithm needs."""
    return _KINDS[algorithm]


def _der(signature: bytes) -> bytes:
    """A JWT holds the two numbers side by side (RFC 7518, 3.4); the library takes them in their ASN.1 form."""
    first, second = signature[:_HALF], signature[_HALF:]
    return encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))


class Reader(Generic[Header, Claims]):
    """Reads JWTs of one kind."""

    def __init__(self, header: type[Header], claims: type[Claims], longest: int) -> None:
        #: Every JWT of one signer has the same header, key included where it stands there.
        self._header = lru_cache(HEADERS_KEPT)(partial(_read, msgspec.json.Decoder(header)))
        self._claims = msgspec.json.Decoder(claims)
        self._longest = longest

    def open(self, text: str) -> Opened[Header, Claims]:
        """The parts of this text, or `Unreadable`."""
        if len(text) > self._longest:
            raise Unreadable("too long")
        try:
            signed, _, signature = text.encode("ascii").rpartition(b".")
            header, _, claims = signed.partition(b".")
            return Opened(self._header(header), _read(self._claims, claims), signed, _bytes(signature))
        except (ValueError, RecursionError) as error:  # msgspec's errors and those of Unicode are ValueErrors
            raise Unreadable("not a JWT of this form") from error


def _read(decoder: "msgspec.json.Decoder[Any]", part: bytes) -> Any:
    data = _bytes(part)
    found = decoder.decode(data)
    _strict.decode(data.decode())
    return found


def _bytes(part: bytes) -> bytes:
    """Base64url without padding, the one way in which these bytes are written."""
    data = a2b_base64(part.translate(_FROM_URL) + b"=" * (-len(part) % 4), strict_mode=True)
    if b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL) != part:
        raise Unreadable("not base64url")
    return data


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """What a reader that takes the first and one that takes the last would understand differently is not read."""
    found = dict(members)
    if len(found) != len(members):
        raise Unreadable("a member twice")
    return found


_strict = json.JSONDecoder(object_pairs_hook=_once)
