"""The identity provider at which citizens sign in: we are its OpenID Connect client, and take nothing on trust.

Authlib writes the requests; what it leaves open is closed here: PKCE with S256, a nonce, our own list of algorithms
(`id_tokens`), the `iss` of the response, an assertion of a minute instead of a secret, and addresses from the metadata
only where they belong to the provider's origin. An answer without an ID token is a failure. The access token that comes
along is not used.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx2
import msgspec
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from auth import clock
from auth.citizens.id_tokens import OLDEST_SIGN_IN_S, Expected, Identity, SignInRefused, identity
from auth.citizens.sign_ins import SignIn
from auth.keys import SIGNING_ALGORITHM

PATIENCE_S = 5.0
METADATA_FRESH_S = 600
ASSERTION_S = 60
_LONGEST_ANSWER = 256 * 1024

_SAID_NO = frozenset({"access_denied", "login_required", "interaction_required", "account_selection_required"})


class ProviderUnreachable(RuntimeError):
    """The provider gave no usable answer; later it may."""


class CitizenDeclined(RuntimeError):
    """The citizen did not sign in at the provider."""


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """What an installation agreed with its provider. `levels` are the accepted values of `acr`."""

    issuer: str
    client: str
    levels: frozenset[str]
    number_claim: str


class _Metadata(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Response(msgspec.Struct, frozen=True):
    """An answer of the provider through the browser; every member is a stranger's word."""

    state: Annotated[str, msgspec.Meta(max_length=64)]
    iss: Annotated[str, msgspec.Meta(max_length=512)]
    code: Annotated[str, msgspec.Meta(max_length=4096)] | None = None
    error: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Provider:
    """The provider of one installation, as one process knows it. `key` signs what we say to it."""

    def __init__(self, terms: ProviderTerms, key: ECKey, returns_to: str) -> None:
        self._terms, self._key, self._returns_to = terms, key, returns_to
        self._metadata: _Metadata | None = None
        self._keys = KeySet([])
        self._fresh_until = float("-inf")

    async def address(self, sign_in: SignIn, state: str, language: str) -> str:
        """Where the browser is sent to sign in."""
        metadata = await self._known()
        async with self._client(metadata) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=state,
                code_verifier=sign_in.verifier,
                nonce=sign_in.nonce,
                acr_values=" ".join(sorted(self._terms.levels)),
                max_age=OLDEST_SIGN_IN_S,
                ui_locales=language,
            )
        return str(url)

    async def identity(self, code: str, sign_in: SignIn) -> Identity:
        """Who signed in. Raises `SignInRefused` or `ProviderUnreachable`."""
        metadata = await self._known()
        token = await self._id_token(metadata, code, sign_in.verifier)
        terms = self._terms
        expected = Expected(terms.issuer, terms.client, terms.levels, terms.number_claim)
        try:
            return identity(token, self._keys, expected, nonce=sign_in.nonce, now=clock.wall())
        except SignInRefused:
            if not await self._has_other_keys():
                raise
        return identity(token, self._keys, expected, nonce=sign_in.nonce, now=clock.wall())

    def read(self, parameters: Mapping[str, str]) -> tuple[str, str | None]:
        """State and code of a response that is the provider's (RFC 9207); no code where the citizen did not sign in."""
        try:
            response = msgspec.convert(dict(parameters), _Response)
        except msgspec.ValidationError as error:
            raise SignInRefused("the response cannot be read") from error
        if not hmac.compare_digest(response.iss.encode(), self._terms.issuer.encode()):
            raise SignInRefused("the response is of another provider")
        if response.error is None and not response.code:
            raise SignInRefused("the response holds neither a code nor an error")
        if response.error is not None and response.error not in _SAID_NO:
            raise SignInRefused("the provider refused the request")
        return response.state, None if response.error else response.code

    async def _id_token(self, metadata: _Metadata, code: str, verifier: str) -> str:
        try:
            async with self._client(metadata) as client:
                answer = await client.fetch_token(
                    metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnreachable("the token endpoint of the identity provider does not answer") from error
        except OAuthError as error:
            raise SignInRefused("the identity provider did not take the code") from error
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused("the identity provider sent no ID token")
        return token

    def _client(self, metadata: _Metadata) -> AsyncOAuth2Client:
        claims = {"aud": metadata.issuer, "exp": int(clock.wall()) + ASSERTION_S}
        header = {"alg": SIGNING_ALGORITHM, "kid": self._key.thumbprint()}
        return AsyncOAuth2Client(
            client_id=self._terms.client,
            client_secret=self._key,
            token_endpoint_auth_method=PrivateKeyJWT(None, claims, header, SIGNING_ALGORITHM),
            scope="openid",
            redirect_uri=self._returns_to,
            code_challenge_method="S256",
            timeout=PATIENCE_S,
            trust_env=self._leaves_this_machine(),
        )

    def _leaves_this_machine(self) -> bool:
        """An http issuer is demo mode's, on this machine: no proxy stands between."""
        return not self._terms.issuer.startswith("http://")

    async def _known(self) -> _Metadata:
        if self._metadata is None or clock.lease() > self._fresh_until:
            await self._learn()
        assert self._metadata is not None
        return self._metadata

    async def _has_other_keys(self) -> bool:
        """Whether the provider signs with other keys than we knew; asked again once in a while at most."""
        before = {key.thumbprint() for key in self._keys.keys}
        if clock.lease() < self._fresh_until - METADATA_FRESH_S + PATIENCE_S:
            return False
        await self._learn()
        return {key.thumbprint() for key in self._keys.keys} != before

    async def _learn(self) -> None:
        """Read metadata and keys anew. What was known before stands until both have been read."""
        found = await self._get(self._terms.issuer + "/.well-known/openid-configuration", _Metadata)
        self._check(found)
        keys = await self._get(found.jwks_uri, dict[str, Any])
        try:
            read = KeySet.import_key_set(keys)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderUnreachable("the keys of the identity provider cannot be read") from error
        self._metadata, self._keys, self._fresh_until = found, read, clock.lease() + METADATA_FRESH_S

    def _check(self, found: _Metadata) -> None:
        """The provider is who we asked, and its addresses use no weaker transport."""
        if found.issuer != self._terms.issuer:
            raise ProviderUnreachable("the metadata is of another identity provider")
        scheme = urlsplit(self._terms.issuer).scheme
        addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
        if any(urlsplit(address).scheme != scheme or not urlsplit(address).netloc for address in addresses):
            raise ProviderUnreachable("an address of the identity provider is not safe")

    async def _get(self, url: str, type_: Callable[..., Any]) -> Any:
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE_S, trust_env=self._leaves_this_machine()) as client:
                answer = await client.get(url)
            if answer.status_code != 200 or len(answer.content) > _LONGEST_ANSWER:
                raise ProviderUnreachable("the identity provider gives no metadata")
            return msgspec.json.decode(answer.content, type=type_)
        except (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError, ValueError) as error:
            raise ProviderUnreachable("the identity provider does not answer") from error
