"""What the token endpoint reads and writes: the registered client, and assertions that were used.

Read from the database at each request, not from the snapshot: a client suspended a moment ago gets no token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth.access.tokens import CLOCK_SKEW_S
from auth.keys import ClientKey, UnacceptableKey, client_keys
from auth.oauth.assertion import METHOD, AssertionClaims
from auth.tables import agencies, clients, used_once


@dataclass(frozen=True, slots=True)
class RegisteredClient(ClientMixin):
    """A client as Authlib asks about it: one way to authenticate, one kind of grant."""

    client: str
    agency: str
    bearer: bool
    keys: Mapping[str, ClientKey]

    def get_client_id(self) -> str:
        return self.client

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002
        return method == METHOD

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


def find_client(session: Session, client: str) -> RegisteredClient | None:
    """The client, unless it or its agency is suspended."""
    row = session.execute(
        select(clients.c.agency, clients.c.token_type, clients.c.public_keys)
        .join(agencies, agencies.c.agency == clients.c.agency)
        .where(clients.c.client == client, clients.c.state == "active", agencies.c.state == "active")
    ).one_or_none()
    if row is None:
        return None
    try:
        keys = client_keys(row.public_keys)
    except UnacceptableKey:
        keys = {}
    return RegisteredClient(client, row.agency, row.token_type == "Bearer", keys)  # noqa: S105


def use_once(session: Session, claims: AssertionClaims) -> bool:
    """Whether this assertion is seen for the first time, in all processes. Committed at once, whatever follows."""
    kept_until = datetime.fromtimestamp(claims.exp + 2 * CLOCK_SKEW_S, UTC)
    statement = insert(used_once).values(digest=claims.digest(), expires_at=kept_until)
    first = session.execute(statement.on_conflict_do_nothing().returning(used_once.c.digest)).first()
    session.commit()
    return first is not None


def forget_expired(session: Session) -> None:
    """Drop used assertions that would be refused for their age."""
    session.execute(delete(used_once).where(used_once.c.expires_at < func.now()))
    session.commit()
