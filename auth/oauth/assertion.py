"""Client authentication by signed assertion (RFC 7523, `private_key_jwt`), the only method there is.

What can be said without knowing the client is said plainly, so that a developer learns from it. Everything that depends
on the client - unknown, suspended, unknown key, bad signature - is one answer after the same work: nobody finds out
here which clients exist. An assertion counts as used only after its signature was good.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc.jwk import ECKey, OKPKey

from auth.access.compact import Opened, Reader, Unreadable, VerifyingKey, kind_of
from auth.access.tokens import CLOCK_SKEW_S
from auth.keys import ClientKey

METHOD = "private_key_jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE_S = 60
LONGEST_ASSERTION = 4096
ALGORITHMS = ("ES256", "EdDSA", "Ed25519")

# A signature is checked against these where the client has no such key: refusing takes as long as comparing.
_DECOY_EC = ECKey.generate_key("P-256", private=False)
_DECOY_ED = OKPKey.generate_key("Ed25519", private=False)


ClientName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{1,48}\Z")]


class AssertionHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kid` names one of the keys that are registered; no other key is ever looked for."""

    alg: Literal["ES256", "EdDSA", "Ed25519"]
    kid: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    typ: Literal["JWT", "client-authentication+jwt"] | None = None


class AssertionClaims(msgspec.Struct, frozen=True):
    """The claims that count; others are ignored. `aud` is a string: a list would name other servers, too."""

    iss: ClientName
    sub: ClientName
    aud: str
    exp: int | float
    jti: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    iat: int | float | None = None
    nbf: int | float | None = None

    def digest(self) -> bytes:
        """What is kept of a used assertion."""
        return hashlib.sha256(f"assertion\0{self.sub}\0{self.jti}".encode()).digest()


Assertion = Opened[AssertionHeader, AssertionClaims]

_reader = Reader(AssertionHeader, AssertionClaims, LONGEST_ASSERTION)


def read(text: str, issuer: str, now: float) -> Assertion:
    """Check all that does not depend on the client. The signature has not been looked at."""
    if len(text) > LONGEST_ASSERTION:
        raise InvalidClientError(description=f"The assertion is longer than {LONGEST_ASSERTION} bytes.")
    try:
        assertion = _reader.open(text)
    except Unreadable as error:
        raise InvalidClientError(
            description="The assertion must be a JWT: in its header alg (ES256, EdDSA), kid of the registered key and "
            "perhaps typ (JWT), nothing else; in its claims iss, sub, aud (one string), exp and jti."
        ) from error
    _check(assertion.claims, issuer, now)
    return assertion


def _check(claims: AssertionClaims, issuer: str, now: float) -> None:
    if claims.iss != claims.sub:
        raise InvalidClientError(description="iss and sub of the assertion must both be the client_id.")
    if claims.aud != issuer:
        raise InvalidClientError(description="aud of the assertion must be the issuer, as one string.")
    if claims.exp <= now - CLOCK_SKEW_S:
        raise InvalidClientError(description="The assertion has expired.")
    latest = now + CLOCK_SKEW_S if claims.iat is None else min(now + CLOCK_SKEW_S, claims.iat)
    if claims.exp > latest + LONGEST_LIFE_S:
        raise InvalidClientError(description=f"The assertion must live no longer than {LONGEST_LIFE_S} seconds.")
    if max(claims.iat or 0, claims.nbf or 0) > now + CLOCK_SKEW_S:
        raise InvalidClientError(description="The assertion is dated in the future.")


def is_signed_by(assertion: Assertion, keys: Mapping[str, ClientKey]) -> bool:
    """Whether one of these keys signed. A key that is not there costs as much time as one that is."""
    key = keys.get(assertion.header.kid)
    known = key is not None and isinstance(key, kind_of(assertion.header.alg))
    signed = assertion.is_signed_by(assertion.header.alg, key if known and key else _decoy(assertion))
    return known and signed


def _decoy(assertion: Assertion) -> VerifyingKey:
    return _DECOY_EC if kind_of(assertion.header.alg) is ECKey else _DECOY_ED
