"""Proofs of possession (DPoP, RFC 9449): whoever sends a bound token shows, each time, that they hold its key.

A proof is a JWT that the client makes for one request, signed with the key that stands in its header. `check` decides
all that can be decided from the proof itself; whether it is seen for the first time is asked afterwards of those who
remember (`auth.access.seen` at the graph, the table `used_once` at the OAuth server), so that nobody can fill their
memory with proofs that would be refused anyway.

Order of refusals, the cheap ones first, and none of them depends on a secret: form; method and address; nonce; time;
the token that it goes with; signature. The nonce is asked for before the time is looked at, so that a client whose
clock is wrong is told the way out first.
"""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from auth.access.compact import Opened, Reader, Unreadable, VerifyingKey, kind_of
from auth.access.nonces import Nonces
from auth.access.tokens import digest

ALGORITHMS = ("ES256", "EdDSA", "Ed25519")
LONGEST_PROOF = 2048
OLDEST_S, NEWEST_S = 30, 10
"""How far `iat` may lie behind and ahead of the clock here."""

_PORTS = {"https": 443, "http": 80}

Coordinate = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\Z")]  # 32 bytes, one spelling
Visible = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{8,256}\Z")]
Seconds = int | float


class ProofKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key, as it stands in the header of a proof. What else may stand beside it says nothing here."""

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "Ed25519"]
    x: Coordinate
    y: Coordinate | None = None
    kid: str | None = None
    alg: str | None = None
    use: Literal["sig"] | None = None


class ProofHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    typ: Literal["dpop+jwt"]
    alg: Literal["ES256", "EdDSA", "Ed25519"]
    jwk: ProofKey


class ProofClaims(msgspec.Struct, frozen=True):
    """The claims that count; others are ignored."""

    jti: Visible
    htm: str
    htu: Annotated[str, msgspec.Meta(max_length=512)]
    iat: Seconds
    exp: Seconds | None = None
    nbf: Seconds | None = None
    nonce: str | None = None
    ath: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """A good proof: the thumbprint (RFC 7638) of its key, and by what it is remembered until it is too old."""

    jkt: str
    digest: bytes
    until: float


class ProofRefused(Exception):
    """The proof does not do. The message may be shown, and is ASCII without quotes."""

    error = "invalid_dpop_proof"


class NonceNeeded(ProofRefused):
    """A proof with the nonce that goes with this refusal would do."""

    error = "use_dpop_nonce"

    def __init__(self) -> None:
        super().__init__("The proof needs the nonce that this answer carries in DPoP-Nonce.")


_reader = Reader(ProofHeader, ProofClaims, LONGEST_PROOF)


def check(text: str, method: str, url: str, *, nonces: Nonces, now: float, token: str | None = None) -> Proof:
    """What a proof proves for a request of this method to this URL, with this token if there is one."""
    try:
        proof = _reader.open(text)
    except Unreadable as error:
        raise ProofRefused(
            f"A proof is one JWT of at most {LONGEST_PROOF} bytes: in its header typ (dpop+jwt), alg (ES256 or EdDSA) "
            f"and jwk (a public P-256 or Ed25519 key), in its claims jti (8 to 256 characters), htm, htu and iat."
        ) from error
    claims = proof.claims
    if claims.htm != method or (claims.htu != url and _normalized(claims.htu) != _normalized(url)):
        raise ProofRefused("The proof is for another method (htm) or address (htu).")
    if claims.nonce is None or not nonces.accepts(claims.nonce):
        raise NonceNeeded
    _check_time(claims, now)
    if token is not None and not _is_for(claims, token):
        raise ProofRefused("The proof is for another access token (ath).")
    key, thumbprint = _signer(proof)
    if not proof.is_signed_by(proof.header.alg, key):
        raise ProofRefused("The proof was not signed with the key in its header.")
    remembered_as = hashlib.sha256(f"proof\0{thumbprint}\0{claims.jti}".encode()).digest()
    return Proof(thumbprint, remembered_as, claims.iat + OLDEST_S)


def _check_time(claims: ProofClaims, now: float) -> None:
    if not now - OLDEST_S <= claims.iat <= now + NEWEST_S:
        raise ProofRefused(f"iat of the proof must lie within {OLDEST_S} seconds before and {NEWEST_S} after now.")
    if (claims.exp is not None and claims.exp < now - NEWEST_S) or (claims.nbf or 0) > now + NEWEST_S:
        raise ProofRefused("The proof is outside of its own exp and nbf.")


def _is_for(claims: ProofClaims, token: str) -> bool:
    return claims.ath is not None and hmac.compare_digest(claims.ath.encode(), digest(token).encode())


def _signer(proof: Opened[ProofHeader, ProofClaims]) -> tuple[VerifyingKey, str]:
    """The key in the header, which must be of the kind that the algorithm needs, and its thumbprint."""
    jwk = proof.header.jwk
    try:
        key, thumbprint = _key(jwk.kty, jwk.crv, jwk.x, jwk.y)
    except (JoseError, ValueError) as error:
        raise ProofRefused("jwk of the proof is no P-256 or Ed25519 key.") from error
    if not isinstance(key, kind_of(proof.header.alg)):
        raise ProofRefused("alg of the proof does not go with its jwk.")
    return key, thumbprint


@lru_cache(maxsize=4096)
def _key(kty: str, crv: str, x: str, y: str | None) -> tuple[VerifyingKey, str]:
    """A key that was seen before is not worked out again; one that cannot be used is not kept."""
    key: VerifyingKey
    if (kty, crv) == ("EC", "P-256") and y is not None:
        key = ECKey.import_key({"kty": kty, "crv": crv, "x": x, "y": y})
    elif (kty, crv) == ("OKP", "Ed25519") and y is None:
        key = OKPKey.import_key({"kty": kty, "crv": crv, "x": x})
    else:
        raise ValueError("no such key")
    return key, key.thumbprint()


@lru_cache(maxsize=1024)
def _normalized(url: str) -> str:
    """RFC 9449, 4.3: compared without query and fragment, after the normalization of RFC 3986 (scheme, host, port)."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ProofRefused("htu of the proof is no address.") from error
    host = (parts.hostname or "").lower()
    if port not in (None, _PORTS.get(parts.scheme)):
        host = f"{host}:{port}"
    return f"{parts.scheme}://{host}{parts.path or '/'}"
