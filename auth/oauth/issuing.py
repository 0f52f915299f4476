"""Makes an access token and the members of the response that carries it. Every grant type ends here.

What is asked was checked before: a grant type calls this when it has decided, and adds members of its own (a refresh
token) to the answer. A token over the limit is refused here, since only here its length is known.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidScopeError

from auth import clock
from auth.access.purposes import PurposeDetail, as_details
from auth.access.tokens import LIFETIME_S, LONGEST_TOKEN, Claims, Confirmation, acting, audience, sign
from auth.oauth.refusals import InvalidDPoPProof
from auth.oauth.registered import RegisteredClient

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer


@dataclass(frozen=True, slots=True)
class Terms:
    """What was decided: scopes in order, the one purpose, the key to bind to, and the audience if not the graph."""

    scope: str
    detail: PurposeDetail | None
    jkt: str | None
    resource: str | None = None


@dataclass(frozen=True, slots=True)
class Speaking:
    """For whom a token speaks: a citizen, perhaps a child whom `representative` acts for, with the consent behind it.

    `code` is the hexadecimal digest of the authorization code that it came from. `ends_at` is the end of the consent,
    in seconds since 1970: a child comes of age in the middle of a token's life, too.
    """

    citizen: str
    representative: str | None = None
    consent: int | None = None
    code: str | None = None
    ends_at: float = inf


@dataclass(frozen=True, slots=True)
class Lineage:
    """What an exchanged token inherits: the clients before, the latest first; their tokens; the end of the first."""

    through: Sequence[str]
    exchanged: Sequence[str]
    ends_at: int


@dataclass(frozen=True, slots=True)
class Issued:
    """An access token, its `jti`, and the response that carries it."""

    token: str
    jti: str
    answer: dict[str, Any]


def issue(
    server: "AuthorizationServer",
    client: RegisteredClient,
    terms: Terms,
    *,
    speaking: Speaking | None = None,
    lineage: Lineage | None = None,
) -> Issued:
    """A token for this client, on these terms: for itself, or for a citizen; its own, or by exchange."""
    check_binding(client, terms.jkt)
    detail = terms.detail
    authority, now = server.authority, int(clock.wall())
    seal, holder = authority.subjects, detail.on_behalf_of if detail and detail.on_behalf_of else client.agency
    ends_at = lineage.ends_at if lineage else speaking.ends_at if speaking else inf
    claims = Claims(
        iss=authority.issuer,
        aud=terms.resource or audience(authority.issuer),
        sub=seal.pairwise(speaking.citizen, holder) if speaking else client.client,
        client_id=client.client,
        iat=now,
        exp=int(min(now + LIFETIME_S, ends_at)),
        jti=secrets.token_urlsafe(16),
        scope=terms.scope,
        authorization_details=[detail] if detail else [],
        sealed_subject=seal.seal(speaking.citizen, client.client) if speaking else None,
        sealed_representative=_sealed_representative(server, speaking, client),
        consent=speaking.consent if speaking else None,
        code=speaking.code if speaking else None,
        exchanged=list(lineage.exchanged) if lineage else [],
        cnf=Confirmation(terms.jkt) if terms.jkt else None,
        act=acting(client.client, lineage.through) if lineage else None,
    )
    token = sign(claims, server.signing_key)
    if len(token) > LONGEST_TOKEN:
        raise InvalidScopeError(
            f"The access token would be longer than {LONGEST_TOKEN} bytes: ask for a scope set by its name "
            f"(/oauth/scope-sets/NAME) instead of single scopes."
        )
    return Issued(token, claims.jti, _answer(token, claims, now))


def check_binding(client: RegisteredClient, jkt: str | None) -> None:
    """A client holds its tokens as it is registered to: bound to a key that it shows, or as bearer and nothing else."""
    if jkt is None and not client.bearer:
        raise InvalidDPoPProof("The tokens of this client are bound to a key: send a proof in the header DPoP.")
    if jkt is not None and client.bearer:
        raise InvalidDPoPProof("This client is registered for Bearer tokens: send no proof.")


def _sealed_representative(
    server: "AuthorizationServer", speaking: Speaking | None, client: RegisteredClient
) -> str | None:
    if speaking is None or speaking.representative is None:
        return None
    return server.authority.subjects.seal(speaking.representative, client.client)


def _answer(token: str, claims: Claims, now: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": token,
        "token_type": "DPoP" if claims.cnf else "Bearer",
        "expires_in": claims.exp - now,
    }
    if claims.scope:
        answer["scope"] = claims.scope
    if claims.authorization_details:
        answer["authorization_details"] = as_details(claims.authorization_details[0])
    return answer
