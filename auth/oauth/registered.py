"""What every endpoint reads and writes first: the registered client, and assertions and proofs that were used.

Read from the database at each request, not from the snapshot: a client suspended a moment ago gets no token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth.access.used import FORGET_SOME, KEPT_LONGER_S
from auth.keys import ClientKey, UnacceptableKey, client_keys
from auth.oauth.assertion import METHOD
from auth.tables import agencies, authorization_codes, clients, refresh_tokens, revocations, used_once

CLIENT_CREDENTIALS, TOKEN_EXCHANGE = "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"
FORGOTTEN_AT_ONCE = 10_000
"""A client waits meanwhile."""
CODES_KEPT = timedelta(days=1)
FOR_CITIZENS = frozenset({"authorization_code", "refresh_token"})


@dataclass(frozen=True, slots=True)
class RegisteredClient(ClientMixin):
    """A client as Authlib asks about it: one way to authenticate, and the kinds of grant it was registered for."""

    client: str
    agency: str
    bearer: bool
    keys: Mapping[str, ClientKey]
    kind: str = "system"
    exchanges: bool = False
    per_minute: int | None = None

    def get_client_id(self) -> str:
        return self.client

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method == METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == TOKEN_EXCHANGE:
            return self.exchanges
        return grant_type == CLIENT_CREDENTIALS or (grant_type in FOR_CITIZENS and self.kind == "portal")


def find_client(session: Session, client: str) -> RegisteredClient | None:
    """The client, unless it or its agency is suspended."""
    told = clients.c
    row = session.execute(
        select(told.agency, told.token_type, told.public_keys, told.kind, told.exchanges, told.tokens_per_minute)
        .join(agencies, agencies.c.agency == told.agency)
        .where(told.client == client, told.state == "active", agencies.c.state == "active")
    ).one_or_none()
    if row is None:
        return None
    try:
        keys = client_keys(row.public_keys)
    except UnacceptableKey:
        keys = {}
    bearer = row.token_type == "Bearer"  # noqa: S105  the name of a kind of token
    return RegisteredClient(client, row.agency, bearer, keys, row.kind, row.exchanges, row.tokens_per_minute)


def use_once(session: Session, digest: bytes, until: float) -> bool:
    """Whether this assertion or proof is seen for the first time, in all processes.

    Committed at once, whatever follows: a request that fails afterwards does not give it back.
    """
    kept_until = datetime.fromtimestamp(until + KEPT_LONGER_S, UTC)
    statement = insert(used_once).values(digest=digest, expires_at=kept_until)
    first = session.execute(statement.on_conflict_do_nothing().returning(used_once.c.digest)).first()
    session.commit()
    return first is not None


def forget_expired(session: Session) -> bool:
    """Drop what would be refused for its age anyway. True where there may be more of it.

    A code is kept longer, so that a late second use is noticed.
    """
    forgotten = session.connection().exec_driver_sql(FORGET_SOME, (FORGOTTEN_AT_ONCE,)).rowcount
    session.execute(delete(authorization_codes).where(authorization_codes.c.expires_at < func.now() - CODES_KEPT))
    session.execute(delete(refresh_tokens).where(refresh_tokens.c.expires_at < func.now()))
    session.execute(delete(revocations).where(revocations.c.until < func.now()))
    session.commit()
    return forgotten >= FORGOTTEN_AT_ONCE
