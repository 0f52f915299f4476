"""The OAuth server: Authlib's flow of a token request, with everything it leaves open closed.

Authlib is synchronous; it runs inside `AsyncSession.run_sync`, on the event loop, so that there is one engine and no
threads. What is granted is read from the authority's snapshot, the same that decides every request afterwards.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import asyncpg
from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from joserfc.jwk import ECKey
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from auth import clock
from auth.access.authority import Authority
from auth.access.proofs import NonceNeeded, Proof, ProofRefused, check
from auth.access.references import MonthlyKeys
from auth.citizens.representation import RegisterSilent
from auth.database import engine_of
from auth.errors import GrantsUnconfirmed
from auth.keys import SigningKeyMissing, SigningKeys
from auth.oauth.assertion import METHOD
from auth.oauth.authentication import Authentication
from auth.oauth.bridge import Answer, TokenRequest
from auth.oauth.client_credentials import ClientCredentials
from auth.oauth.code import AuthorizationCode
from auth.oauth.exchange import TokenExchange
from auth.oauth.metadata import TOKEN
from auth.oauth.refresh import RefreshToken, StillActs, nobody_acts
from auth.oauth.refusals import InvalidDPoPProof, UseDPoPNonce
from auth.oauth.registered import RegisteredClient, forget_expired

GRANTS = (ClientCredentials, TokenExchange, AuthorizationCode, RefreshToken)
"""Every kind of grant."""
GRANT_TYPES = [str(grant.GRANT_TYPE) for grant in GRANTS]

CONNECTIONS = 2
PURGE_EVERY_S = 60
PURGE_ON_S = 1  # where more is too old than goes at once: else it would come faster than it goes

UNAVAILABLE = Answer(
    503,
    {"error": "temporarily_unavailable", "error_description": "The authorization server cannot answer; try again."},
    {"Cache-Control": "no-store", "Retry-After": "1"},
)
_OUTAGES = (
    GrantsUnconfirmed,
    RegisterSilent,
    SigningKeyMissing,
    SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)


class AuthorizationServer(AuthlibServer):
    """Issues access tokens. `authority` verifies them; `references` are the keys of references between registers."""

    def __init__(self, dsn: str, authority: Authority, signing_keys: SigningKeys, references: MonthlyKeys) -> None:
        super().__init__()
        self.authority, self._signing_keys, self.references = authority, signing_keys, references
        self.authentication = Authentication(authority.issuer)
        self._engine = engine_of(dsn, CONNECTIONS)
        self._purge_at = 0.0
        self.still_acts: StillActs = nobody_acts
        self.register_client_auth_method(METHOD, self.authentication.of_request)
        for grant in GRANTS:
            self.register_grant(grant)

    @property
    def signing_key(self) -> ECKey:
        """The key that signs now, in every process: raises `SigningKeyMissing` where this one does not have it."""
        return self._signing_keys.private(self.authority.snapshot().signing_kid)

    async def close(self) -> None:
        await self._engine.dispose()

    async def token(self, form: dict[str, str], *, proof: str | None = None, citizen: str | None = None) -> Answer:
        """Answer a token request. `citizen` is given only by code that has signed this citizen in."""
        return await self.respond(TOKEN, form, self._granted, proof=proof, citizen=citizen)

    async def respond(
        self,
        path: str,
        form: dict[str, str],
        answer: Callable[[TokenRequest], Answer],
        *,
        proof: str | None = None,
        citizen: str | None = None,
    ) -> Answer:
        """Answer what a client sent to one of the endpoints, with the nonce that its next proof needs.

        `answer` runs in a session of the database and may raise `OAuth2Error`; it commits what must stay. `proof` is
        the header of that name, checked here for this endpoint.
        """
        try:
            async with AsyncSession(self._engine) as session:
                request = TokenRequest(self.authority.issuer + path, form, session.sync_session, citizen)
                given = await session.run_sync(lambda _: self._answer(request, answer, proof))
        except _OUTAGES:
            return UNAVAILABLE
        return replace(given, headers={**given.headers, "DPoP-Nonce": self.authority.nonces.current()})

    def authenticated(self, request: TokenRequest) -> RegisteredClient:
        """The client that sent this request; raises `OAuth2Error`. Its assertion and its proof are used with this."""
        return cast(RegisteredClient, self.authenticate_client(request, [METHOD]))

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return Answer(status, dict(body), dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what happened is in the answer."""

    def _granted(self, request: TokenRequest) -> Answer:
        kind = request.form.get("grant_type")
        if kind is None:
            raise InvalidRequestError("grant_type must be given.")
        if kind not in GRANT_TYPES:
            raise OAuth2Error(f"grant_type must be one of {', '.join(GRANT_TYPES)}.", error="unsupported_grant_type")
        return cast(Answer, self.create_token_response(request))

    def _answer(self, request: TokenRequest, answer: Callable[[TokenRequest], Answer], proof: str | None) -> Answer:
        if clock.lease() > self._purge_at:
            self._purge_at = clock.lease() + PURGE_EVERY_S
            if forget_expired(request.session):
                self._purge_at = clock.lease() + PURGE_ON_S
        try:
            if proof is not None:
                request.proof = self._checked(proof, request.uri)
            return answer(request)
        except OAuth2Error as error:
            return cast(Answer, self.handle_error_response(request, error))

    def _checked(self, proof: str, url: str) -> Proof:
        try:
            return check(proof, "POST", url, nonces=self.authority.nonces, now=clock.wall())
        except NonceNeeded as needed:
            raise UseDPoPNonce(str(needed)) from needed
        except ProofRefused as refused:
            raise InvalidDPoPProof(str(refused)) from refused
