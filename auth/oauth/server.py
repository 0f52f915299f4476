"""The OAuth server: Authlib's flow of a token request, with everything it leaves open closed.

Authlib is synchronous; it runs inside `AsyncSession.run_sync`, on the event loop, so that there is one engine and no
threads. What is granted is read from the authority's snapshot, the same that decides every request afterwards.
"""

from typing import Any, cast

import asyncpg
from authlib.oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from joserfc.jwk import ECKey
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from auth import clock
from auth.access.authority import Authority
from auth.database import engine_of
from auth.errors import GrantsUnconfirmed
from auth.keys import public_jwk
from auth.oauth import assertion
from auth.oauth.bridge import Answer, TokenRequest
from auth.oauth.client_credentials import ClientCredentials
from auth.oauth.registered import RegisteredClient, find_client, forget_expired, use_once
from auth.tables import signing_keys

CONNECTIONS = 2
PURGE_EVERY_S = 60

NOT_AUTHENTICATED = "The client is not admitted, or the assertion was not signed with a key registered for it."
UNAVAILABLE = Answer(
    503,
    {"error": "temporarily_unavailable", "error_description": "The authorization server cannot answer; try again."},
    {"Cache-Control": "no-store", "Retry-After": "1"},
)
_OUTAGES = (GrantsUnconfirmed, SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class SigningKeyRetired(RuntimeError):
    """The key file of this process was taken out of use."""


class AuthorizationServer(AuthlibServer):
    """Issues access tokens. `authority` verifies them."""

    def __init__(self, dsn: str, authority: Authority, signing_key: ECKey) -> None:
        super().__init__()
        self.authority, self.signing_key = authority, signing_key
        self._uri = authority.issuer + "/oauth/token"
        self._engine = engine_of(dsn, CONNECTIONS)
        self._purge_at = 0.0
        self.register_client_auth_method(assertion.METHOD, self._authenticate)
        self.register_grant(ClientCredentials)

    async def open(self) -> None:
        """Publish the key of this process, so that every process accepts what it signs."""
        async with AsyncSession(self._engine) as session:
            await session.run_sync(self._publish_key)

    async def close(self) -> None:
        await self._engine.dispose()

    async def token(self, form: dict[str, str], *, citizen: str | None = None) -> Answer:
        """Answer a token request. `citizen` is given only by code that has signed this citizen in."""
        try:
            async with AsyncSession(self._engine) as session:
                return await session.run_sync(self._token, form, citizen)
        except _OUTAGES:
            return UNAVAILABLE

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Answer:
        return Answer(status, dict(body), dict(headers))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens: what happened is in the answer."""

    def _token(self, session: Session, form: dict[str, str], citizen: str | None) -> Answer:
        if clock.lease() > self._purge_at:
            self._purge_at = clock.lease() + PURGE_EVERY_S
            forget_expired(session)
        return cast(Answer, self.create_token_response(TokenRequest(self._uri, form, session, citizen)))

    def _authenticate(self, _: object, request: TokenRequest) -> RegisteredClient:
        form = request.form
        if "client_secret" in form:
            raise InvalidRequestError("Client secrets are not accepted: sign an assertion (private_key_jwt).")
        if form.get("client_assertion_type") != assertion.ASSERTION_TYPE or "client_assertion" not in form:
            raise InvalidClientError(description="Authenticate with client_assertion (RFC 7523, private_key_jwt).")
        asserted = assertion.read(form["client_assertion"], self.authority.issuer, clock.wall())
        if form.get("client_id", asserted.claims.sub) != asserted.claims.sub:
            raise InvalidClientError(description="client_id is not the sub of the assertion.")
        client = find_client(request.session, asserted.claims.sub)
        if not assertion.is_signed_by(asserted, client.keys if client else {}) or client is None:
            raise InvalidClientError(description=NOT_AUTHENTICATED)
        if not use_once(request.session, asserted.claims):
            raise InvalidClientError(description="The assertion was used before; sign a new one with a new jti.")
        return client

    def _publish_key(self, session: Session) -> None:
        jwk = public_jwk(self.signing_key)
        row = {"kid": jwk["kid"], "public_key": jwk, "state": "current"}
        session.execute(insert(signing_keys).values(row).on_conflict_do_nothing())
        state = session.scalar(select(signing_keys.c.state).where(signing_keys.c.kid == jwk["kid"]))
        session.commit()
        if state == "retired":
            raise SigningKeyRetired(f"The token signing key {jwk['kid']} is retired; put another key file in place.")
