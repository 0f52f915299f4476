"""The identity provider of demo mode: a small OpenID Connect provider that signs in invented people with one click.

It speaks as a real one does (discovery, keys, PKCE, an assertion instead of a secret, `iss` in the response, each code
once), so that all the code behind a sign-in is that of production. It asks for no password, so it refuses to exist
outside demo mode. A code is a signed statement, so that any process can take it back.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from auth import clock
from auth.citizens.provider import ProviderTerms
from auth.keys import SIGNING_ALGORITHM, public_jwk
from auth.oauth import assertion
from auth.tables import used_once

PLACE = "/demo/provider"
CLIENT = "lienthong"
LEVEL = "urn:lienthong:acr:demo"
NUMBER_CLAIM = "personal_number"
LIVES_S = 60
_CODE_TYPE = "demo-code+jwt"

FirstUse = Callable[[bytes, float], Awaitable[bool]]
"""(digest, until) -> whether this is seen for the first time, in all processes."""


def first_use_at(engine: AsyncEngine) -> FirstUse:
    """Remembers in the table of what is used once."""

    async def first_use(digest: bytes, until: float) -> bool:
        row = {"digest": digest, "expires_at": datetime.fromtimestamp(until + LIVES_S, UTC)}
        once = insert(used_once).values(row).on_conflict_do_nothing().returning(used_once.c.digest)
        async with engine.begin() as connection:
            return (await connection.execute(once)).first() is not None

    return first_use


class DemoOnly(RuntimeError):
    """Somebody tried to sign people in without a password outside demo mode."""


class ProviderRefused(ValueError):
    """The request is not one that the provider answers. `error` is the OAuth code; the message may be shown."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(message)
        self.error = error


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody invented who can be signed in."""

    pin: str
    name: str
    story: str


class Asked(msgspec.Struct, frozen=True):
    """An authorization request; what is not named here is ignored."""

    client_id: Literal["lienthong"]
    response_type: Literal["code"]
    redirect_uri: str
    scope: str
    state: Annotated[str, msgspec.Meta(max_length=512)]
    nonce: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    code_challenge: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{43}\Z")]
    code_challenge_method: Literal["S256"]


class _Code(msgspec.Struct, frozen=True):
    pin: str
    nonce: str
    challenge: str
    jti: str
    exp: float


def demo_terms(issuer: str) -> ProviderTerms:
    """How the installation of this issuer knows its demo provider."""
    return ProviderTerms(issuer + PLACE, CLIENT, frozenset({LEVEL}), NUMBER_CLAIM)


class DemoProvider:
    """The provider of one installation. `mode` is the setting; `client_key` is the installation's own key at it."""

    def __init__(
        self, mode: str, issuer: str, *, key: ECKey, client_key: ECKey, returns_to: str, personas: Sequence[Persona],
        first_use: FirstUse,
    ) -> None:  # fmt: skip
        if mode != "demo":
            raise DemoOnly("The demo identity provider exists in demo mode only.")
        self.issuer, self.personas = issuer + PLACE, tuple(personas)
        self._key, self._client_keys = key, {client_key.thumbprint(): client_key}
        self._returns_to, self._first_use = returns_to, first_use

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": self.issuer + "/authorize",
            "token_endpoint": self.issuer + "/token",
            "jwks_uri": self.issuer + "/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [SIGNING_ALGORITHM],
            "token_endpoint_auth_methods_supported": [assertion.METHOD],
            "token_endpoint_auth_signing_alg_values_supported": [SIGNING_ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": [LEVEL],
            "claims_supported": ["sub", "acr", "auth_time", NUMBER_CLAIM],
            "authorization_response_iss_parameter_supported": True,
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [public_jwk(self._key)]}

    def asked(self, parameters: Mapping[str, str]) -> Asked:
        """An authorization request that may be shown to somebody. Raises `ProviderRefused`: nobody is sent on then."""
        try:
            asked = msgspec.convert(dict(parameters), Asked)
        except msgspec.ValidationError as error:
            raise ProviderRefused("invalid_request", "The request is not that of this installation.") from error
        if asked.redirect_uri != self._returns_to or "openid" not in asked.scope.split():
            raise ProviderRefused("invalid_request", "The request is not that of this installation.")
        return asked

    def signed_in(self, asked: Asked, pin: str) -> str:
        """Where the browser goes once somebody was chosen."""
        if pin not in {persona.pin for persona in self.personas}:
            raise ProviderRefused("invalid_request", "There is nobody of this number here.")
        code = _Code(pin, asked.nonce, asked.code_challenge, secrets.token_urlsafe(16), clock.wall() + LIVES_S)
        return self._back(asked, code=self._signed(msgspec.to_builtins(code), _CODE_TYPE))

    def declined(self, asked: Asked) -> str:
        """Where the browser goes when nobody wants to sign in."""
        return self._back(asked, error="access_denied")

    async def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint: a code becomes an ID token, once. Raises `ProviderRefused`."""
        await self._authenticate(form)
        if form.get("grant_type") != "authorization_code" or form.get("redirect_uri") != self._returns_to:
            raise ProviderRefused("invalid_request", "This provider exchanges codes, and nothing else.")
        code = self._read_code(form.get("code", ""), form.get("code_verifier", ""))
        if not await self._first_use(hashlib.sha256(f"demo code\0{code.jti}".encode()).digest(), code.exp):
            raise ProviderRefused("invalid_grant", "The code was used before.")
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": self._id_token(code)}

    async def _authenticate(self, form: Mapping[str, str]) -> None:
        try:
            asserted = assertion.read(form.get("client_assertion", ""), self.issuer, clock.wall())
        except InvalidClientError as error:
            raise ProviderRefused("invalid_client", "The assertion does not do.") from error
        known = asserted.claims.sub == CLIENT and form.get("client_assertion_type") == assertion.ASSERTION_TYPE
        if not assertion.is_signed_by(asserted, self._client_keys) or not known:
            raise ProviderRefused("invalid_client", "The client is not admitted.")
        if not await self._first_use(asserted.claims.digest(), asserted.claims.exp):
            raise ProviderRefused("invalid_client", "The assertion was used before.")

    def _read_code(self, text: str, verifier: str) -> _Code:
        useless = ProviderRefused("invalid_grant", "The code does not do.")
        try:
            decoded = jwt.decode(text, self._key, algorithms=[SIGNING_ALGORITHM])
            code = msgspec.convert(decoded.claims, _Code)
        except (JoseError, ValueError, RecursionError) as error:
            raise useless from error
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        fits = hmac.compare_digest(challenge, code.challenge)
        if decoded.header.get("typ") != _CODE_TYPE or code.exp < clock.wall() or not fits:
            raise useless
        return code

    def _id_token(self, code: _Code) -> str:
        now = int(clock.wall())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": hashlib.sha256(f"demo subject\0{code.pin}".encode()).hexdigest()[:24],
            "exp": now + LIVES_S,
            "iat": now,
            "auth_time": now,
            "nonce": code.nonce,
            "acr": LEVEL,
            NUMBER_CLAIM: code.pin,
        }
        return self._signed(claims, "JWT")

    def _signed(self, claims: dict[str, Any], type_: str) -> str:
        header = {"alg": SIGNING_ALGORITHM, "typ": type_, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[SIGNING_ALGORITHM])

    def _back(self, asked: Asked, **answer: str) -> str:
        return f"{asked.redirect_uri}?{urlencode({**answer, 'state': asked.state, 'iss': self.issuer})}"
