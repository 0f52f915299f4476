"""Access tokens: RFC 9068 `at+jwt`, signed ES256, five minutes, at most 4 KB.

Signing and verifying stand together so that one says what the other demands. Verifying trusts nothing in the header:
exactly `alg`, `typ` and `kid`, and `kid` only chooses among keys that the policy accepts now.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.access.compact import Reader, Unreadable
from auth.access.purposes import PurposeDetail
from auth.errors import Unauthenticated
from auth.keys import SIGNING_ALGORITHM

TOKEN_TYPE = "at+jwt"  # noqa: S105
LIFETIME_S = 300
LONGEST_TOKEN = 4096
CLOCK_SKEW_S = 10


class TokenHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly these. `kid` only chooses among keys that the policy accepts now."""

    alg: Literal["ES256"]
    typ: Literal["at+jwt"]
    kid: str


class Confirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """RFC 9449 `cnf`: the thumbprint (RFC 7638) of the key that every use of the token must show."""

    jkt: str


class Actor(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """RFC 8693 `act`: the client that acts, and in it the one that acted before."""

    sub: str
    act: "Actor | None" = None


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a token says. Any other claim makes a token invalid: it would mean something we do not check.

    `exchanged` holds the `jti` of each token that this one was exchanged for: it ends when one of them is revoked.
    """

    iss: str
    aud: str
    sub: str
    client_id: str
    iat: int
    exp: int
    jti: str
    scope: str = ""
    authorization_details: Annotated[list[PurposeDetail], msgspec.Meta(max_length=1)] = []
    sealed_subject: str | None = None
    sealed_representative: str | None = None
    consent: int | None = None
    code: str | None = None
    exchanged: list[str] = []
    cnf: Confirmation | None = None
    act: Actor | None = None

    @property
    def through(self) -> tuple[str, ...]:
        """The clients whose tokens were exchanged for this one, the latest first; the bearer is not among them."""
        clients, actor = [], self.act
        while actor is not None:
            clients.append(actor.sub)
            actor = actor.act
        return tuple(clients[1:])

    @property
    def traces(self) -> tuple[tuple[str, str], ...]:
        """What takes this token out of force when it is revoked: (kind, reference) as in the table `revocations`."""
        tokens = [("token", jti) for jti in (self.jti, *self.exchanged)]
        consent = [] if self.consent is None else [("consent", str(self.consent))]
        code = [] if self.code is None else [("code", self.code)]
        return (*tokens, *consent, *code)


_reader = Reader(TokenHeader, Claims, LONGEST_TOKEN)


class VerifiedToken(msgspec.Struct, frozen=True):
    """The claims of a token whose signature was good under the key of that name."""

    claims: Claims
    kid: str


@lru_cache(maxsize=4096)
def digest(token: str) -> str:
    """By what proofs (`ath`) and tickets name a token. Of one that was verified: it comes with many of them."""
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def audience(issuer: str) -> str:
    """The resource for which tokens of this issuer are made, unless another is asked for: the graph."""
    return issuer + "/graphql"


def office_audience(issuer: str) -> str:
    """The door at which agencies see and change what concerns them. Its tokens name no purpose and no scope."""
    return issuer + "/office/graphql"


def acting(client: str, through: Sequence[str]) -> Actor | None:
    """The chain of a token that `client` got for another's: the client that acts, and in it those before (RFC 8693)."""
    if not through:
        return None
    chain: Actor | None = None
    for one in reversed((client, *through)):
        chain = Actor(one, chain)
    return chain


def sign(claims: Claims, key: ECKey) -> str:
    header = {"alg": SIGNING_ALGORITHM, "typ": TOKEN_TYPE, "kid": key.thumbprint()}
    return jwt.encode(header, msgspec.to_builtins(claims), key, algorithms=[SIGNING_ALGORITHM])


def verify(token: str, keys: Mapping[str, ECKey], issuer: str, audiences: Container[str]) -> VerifiedToken:
    """Check everything about a token but the time, which `check_time` does on every use."""
    try:
        opened = _reader.open(token)
        key = keys[opened.header.kid]
    except (Unreadable, KeyError) as error:
        raise _invalid() from error
    claims = opened.claims
    if not opened.is_signed_by(SIGNING_ALGORITHM, key) or claims.iss != issuer or claims.aud not in audiences:
        raise _invalid()
    if claims.exp - claims.iat > LIFETIME_S or (claims.act is not None and claims.act.sub != claims.client_id):
        raise _invalid()  # nothing that we sign says this
    return VerifiedToken(claims, opened.header.kid)


def check_time(claims: Claims, now: float) -> None:
    """An expired token says so, so that its holder asks for another; there is no leeway at the end."""
    if now >= claims.exp:
        raise Unauthenticated("The access token has expired.")
    if claims.iat > now + CLOCK_SKEW_S:
        raise _invalid()


def _invalid() -> Unauthenticated:
    return Unauthenticated("The access token is not valid.")
