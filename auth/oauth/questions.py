"""What clients ask and say about tokens: introspection (RFC 7662) and revocation (RFC 7009).

A client learns of its own tokens; a registered subgraph, which answers with registers of its own, of any access token.
About every other text, whether it is another's token, an old one or no token at all, the answers are the same: that it
is not active, and that it is revoked. An access token is active if the graph or the office would take it at this
moment; what it may do there is decided there.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth import opaque
from auth.access.purposes import as_details
from auth.access.tokens import CLOCK_SKEW_S, Actor, Claims, audience, office_audience
from auth.errors import Unauthenticated
from auth.oauth.bridge import Answer, TokenRequest
from auth.oauth.portals import TOKENS_LIVE
from auth.oauth.registered import RegisteredClient
from auth.tables import consents, refresh_tokens, revocations

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer

_HEADERS = {"Cache-Control": "no-store"}
_INACTIVE = Answer(200, {"active": False}, _HEADERS)


def introspect(server: "AuthorizationServer", request: TokenRequest) -> Answer:
    """What a token says, to those who may know, while it stands."""
    client, token = server.authenticated(request), _token(request)
    claims = _standing(server, token)
    if claims is not None:
        may_know = client.kind == "subgraph" or claims.client_id == client.client
        return Answer(200, _access_token(claims), _HEADERS) if may_know else _INACTIVE
    told = _refresh_token(request.session, token, client)
    return Answer(200, told, _HEADERS) if told else _INACTIVE


def revoke(server: "AuthorizationServer", request: TokenRequest) -> Answer:
    """Take a token of this client out of force: in every process, as any revocation."""
    client, token = server.authenticated(request), _token(request)
    claims = _standing(server, token)
    if claims is None:
        _revoke_refresh_token(request.session, token, client)
    elif claims.client_id == client.client:
        _revoke_access_token(request.session, claims)
    request.session.commit()
    return Answer(200, {}, _HEADERS)


def _token(request: TokenRequest) -> str:
    token = request.form.get("token")
    if token is None:
        raise InvalidRequestError("token must be given.")
    return token


def _standing(server: "AuthorizationServer", token: str) -> Claims | None:
    issuer = server.authority.issuer
    try:
        return server.authority.standing(token, audience(issuer), office_audience(issuer))[1]
    except Unauthenticated:
        return None


def _access_token(claims: Claims) -> dict[str, Any]:
    told: dict[str, Any] = {
        "active": True,
        "iss": claims.iss,
        "aud": claims.aud,
        "sub": claims.sub,
        "client_id": claims.client_id,
        "jti": claims.jti,
        "iat": claims.iat,
        "exp": claims.exp,
        "token_type": "DPoP" if claims.cnf else "Bearer",
        "scope": claims.scope,
    }
    if claims.cnf:
        told["cnf"] = {"jkt": claims.cnf.jkt}
    if claims.authorization_details:
        told["authorization_details"] = as_details(claims.authorization_details[0])
    if claims.act:
        told["act"] = _chain(claims.act)
    return told


def _chain(actor: Actor) -> dict[str, Any]:
    return {"sub": actor.sub, **({"act": _chain(actor.act)} if actor.act else {})}


def _refresh_token(session: Session, token: str, client: RegisteredClient) -> dict[str, Any] | None:
    """A refresh token of this client, while the consent behind it is in force."""
    tokens = refresh_tokens.c
    row = session.execute(
        select(refresh_tokens)
        .join(consents, consents.c.consent == tokens.consent)
        .where(
            tokens.digest == opaque.digest(token),
            tokens.client == client.client,
            tokens.revoked_at.is_(None),
            tokens.expires_at > func.now(),
            consents.c.withdrawn_at.is_(None),
            consents.c.valid_until > func.now(),
        )
    ).one_or_none()
    if row is None:
        return None
    return {
        "active": True,
        "client_id": row.client,
        "iat": int(row.recorded_at.timestamp()),
        "exp": int(row.expires_at.timestamp()),
        "token_type": "refresh_token",
        "scope": row.scope,
        "authorization_details": row.authorization_details,
    }


def _revoke_access_token(session: Session, claims: Claims) -> None:
    until = datetime.fromtimestamp(claims.exp + CLOCK_SKEW_S, UTC)
    row = {"kind": "token", "reference": claims.jti, "until": until}
    session.execute(insert(revocations).values(row).on_conflict_do_nothing())


def _revoke_refresh_token(session: Session, token: str, client: RegisteredClient) -> None:
    """With it goes what came of the same code: its access tokens may be in the same wrong hands (RFC 7009, 2.1).

    The revocation is written first, as by all who write both: whoever holds the revision waits for nobody's row.
    """
    tokens = refresh_tokens.c
    living = (tokens.digest == opaque.digest(token)) & (tokens.client == client.client) & tokens.revoked_at.is_(None)
    code = session.scalar(select(tokens.code).where(living))
    if code is not None:
        row = {"kind": "code", "reference": code.hex(), "until": func.now() + TOKENS_LIVE}
        session.execute(insert(revocations).values(row).on_conflict_do_nothing())
        session.execute(update(refresh_tokens).values(revoked_at=func.now()).where(living))
