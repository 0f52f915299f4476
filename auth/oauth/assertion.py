"""Client authentication by signed assertion (RFC 7523, `private_key_jwt`), the only method there is.

What can be said without knowing the client is said plainly, so that a developer learns from it. Everything that depends
on the client - unknown, suspended, unknown key, bad signature - is one answer after the same work: nobody finds out
here which clients exist. An assertion counts as used only after its signature was good.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from auth.access.tokens import CLOCK_SKEW_S
from auth.keys import ClientKey

METHOD = "private_key_jwt"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE_S = 60
LONGEST_ASSERTION = 4096
ALGORITHMS = ("ES256", "EdDSA", "Ed25519")

_HEADER = frozenset({"alg", "typ", "kid"})
_TYPES = frozenset({None, "JWT", "client-authentication+jwt"})

# A signature is checked against these where the client has no such key: refusing takes as long as comparing.
_DECOY_EC = ECKey.generate_key("P-256", private=False)
_DECOY_ED = OKPKey.generate_key("Ed25519", private=False)


class _Registry(jws.JWSRegistry):
    """`EdDSA` is the older name of `Ed25519` (RFC 9864) and means it: clients have no keys of another Edwards curve."""

    def get_alg(self, name: str) -> Any:
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


_REGISTRY = _Registry(algorithms=["ES256", "Ed25519"])

ClientName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._~-]{1,48}\Z")]


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
        return hashlib.sha256(f"{self.sub}\0{self.jti}".encode()).digest()


class Assertion(msgspec.Struct, frozen=True):
    """An assertion whose form and claims are good, and whose signature has not been looked at."""

    text: str
    algorithm: str
    kid: str
    claims: AssertionClaims


def read(text: str, issuer: str, now: float) -> Assertion:
    """Check all that does not depend on the client."""
    if len(text) > LONGEST_ASSERTION:
        raise InvalidClientError(description=f"The assertion is longer than {LONGEST_ASSERTION} bytes.")
    try:
        unverified = jws.extract_compact(text.encode())
        header = unverified.headers()
        claims = msgspec.json.decode(unverified.payload or b"", type=AssertionClaims)
    except (JoseError, msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InvalidClientError(
            description="The assertion must be a JWS with iss, sub, aud (one string), exp and jti."
        ) from error
    if not header.keys() <= _HEADER or header.get("typ") not in _TYPES or header["alg"] not in ALGORITHMS:
        raise InvalidClientError(description="The assertion header holds alg (ES256, EdDSA), kid and perhaps typ only.")
    if not isinstance(header.get("kid"), str):
        raise InvalidClientError(description="The assertion header needs the kid of the registered key.")
    _check(claims, issuer, now)
    return Assertion(text, header["alg"], header["kid"], claims)


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
    expected: type[ClientKey] = ECKey if assertion.algorithm == "ES256" else OKPKey
    decoy: ClientKey = _DECOY_EC if expected is ECKey else _DECOY_ED
    key = keys.get(assertion.kid)
    known = isinstance(key, expected)
    try:
        jwt.decode(assertion.text, key if known and key is not None else decoy, registry=_REGISTRY)
    except (JoseError, ValueError):
        return False
    return known
