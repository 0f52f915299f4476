"""Pushed authorization requests (RFC 9126): a portal says what it wants before a citizen's browser is involved.

The portal authenticates and sends everything here; the browser carries only the name of what was pushed. So nobody on
the way can change a scope or an address, and what is wrong is told to the developer instead of to a citizen. Refused in
this order: who may ask at all, how the answer travels back, PKCE, what for, and what.
"""

import hmac
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
from authlib.oauth2.rfc6749 import InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth import opaque
from auth.access.purposes import PurposeDetail
from auth.oauth.asked import asked_detail, asking_for, check_resource, check_scope
from auth.oauth.bridge import Answer, TokenRequest
from auth.oauth.issuing import Speaking, Terms, check_binding, issue
from auth.oauth.portals import names_for
from auth.oauth.refusals import InvalidAuthorizationDetails, InvalidDPoPProof
from auth.oauth.registered import RegisteredClient
from auth.tables import clients, pushed_requests

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer

REQUEST_URI = "urn:ietf:params:oauth:request_uri:"
BEGUN_WITHIN_S = 60
"""How long a browser may take to arrive with what was pushed."""
FORGOTTEN_AFTER = timedelta(days=1)
LONGEST_STATE = 512

_SOMEBODY = Speaking("0" * 12, "0" * 12, 2**63 - 1, "0" * 64)
_SOME_KEY = "0" * 43
_SHA256 = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_PROMPTS = frozenset({"", "consent", "login", "login consent", "consent login"})


class Pushed(msgspec.Struct, frozen=True):
    """A checked authorization request, as it is kept."""

    redirect_uri: str
    scope: str
    detail: PurposeDetail
    code_challenge: str
    state: str | None = None
    asks_again: bool = False
    """Whether the citizen is to be asked though an equal consent is in force."""


def push(server: "AuthorizationServer", request: TokenRequest) -> Answer:
    """Check and keep the request of a client that authenticates with it."""
    client = server.authenticated(request)
    if client.kind != "portal":
        raise UnauthorizedClientError("Only a portal may ask citizens.")
    pushed = _checked(server, request, client, _registered_addresses(request.session, client))
    secret = opaque.fresh()
    _keep(request.session, secret, client, pushed, _key(request, client))
    return Answer(201, {"request_uri": REQUEST_URI + secret, "expires_in": BEGUN_WITHIN_S})


def _registered_addresses(session: Session, client: RegisteredClient) -> list[str]:
    """Where this portal lets citizens be sent back to."""
    asked = select(clients.c.redirect_uris).where(clients.c.client == client.client)
    return list(session.execute(asked).scalar_one())


def _checked(
    server: "AuthorizationServer", request: TokenRequest, client: RegisteredClient, addresses: list[str]
) -> Pushed:
    form, snapshot = request.form, server.authority.snapshot()
    _check_response(form)
    check_resource(form, server.authority.issuer)
    if form.get("redirect_uri") not in addresses:
        raise InvalidRequestError("redirect_uri must be given, and be one that is registered, letter by letter.")
    if not _SHA256.fullmatch(form.get("code_challenge", "")) or form.get("code_challenge_method") != "S256":
        raise InvalidRequestError("PKCE is required: code_challenge with code_challenge_method S256.")
    request.detail = asked_detail(form, snapshot)
    if request.detail is None or request.detail.on_behalf_of is not None:
        raise InvalidAuthorizationDetails("Name one purpose in authorization_details, without on_behalf_of.")
    scope = check_scope(request, client, snapshot, server.authority.catalogue, for_citizen=True)
    if not scope:
        raise InvalidScopeError("Name in scope what the citizen is to be asked for.")
    _check_token_fits(server, request, client, scope)
    return Pushed(
        redirect_uri=form["redirect_uri"],
        scope=scope,
        detail=request.detail,
        code_challenge=form["code_challenge"],
        state=form.get("state"),
        asks_again="consent" in form.get("prompt", ""),
    )


def _check_token_fits(
    server: "AuthorizationServer", request: TokenRequest, client: RegisteredClient, scope: str
) -> None:
    """The longest token that could come of this is not too long: a citizen is not asked in vain."""
    authority, detail = server.authority, request.detail
    rights = authority.snapshot().rights(asking_for(client, detail, scope.split(), for_citizen=True))
    names = names_for(scope, frozenset(rights.reach), authority.catalogue.sets)
    issue(server, client, Terms(names, detail, None if client.bearer else _SOME_KEY), speaking=_SOMEBODY)


def _check_response(form: dict[str, str]) -> None:
    if "request" in form or "request_uri" in form:
        raise InvalidRequestError("Send plain parameters: request and request_uri are not read here.")
    if form.get("response_type") != "code" or form.get("response_mode", "query") != "query":
        raise InvalidRequestError("response_type must be code, and response_mode query if it is named.")
    if len(form.get("state", "")) > LONGEST_STATE:
        raise InvalidRequestError(f"state must not be longer than {LONGEST_STATE} characters.")
    if form.get("prompt", "") not in _PROMPTS:
        raise InvalidRequestError("prompt may be login or consent: a citizen always signs in here.")


def _key(request: TokenRequest, client: RegisteredClient) -> str | None:
    """The key to which the code will be bound: shown by a proof, or named, or both and the same (RFC 9449, 10)."""
    named = request.form.get("dpop_jkt")
    if named is not None and not _SHA256.fullmatch(named):
        raise InvalidRequestError("dpop_jkt must be the SHA-256 thumbprint of a key.")
    if client.bearer:
        check_binding(client, named or request.jkt)
    if named and request.jkt and not hmac.compare_digest(named, request.jkt):
        raise InvalidDPoPProof("dpop_jkt is not the key of the DPoP proof.")
    return request.jkt or named


def _keep(session: Session, secret: str, client: RegisteredClient, pushed: Pushed, jkt: str | None) -> None:
    session.execute(delete(pushed_requests).where(pushed_requests.c.expires_at < func.now() - FORGOTTEN_AFTER))
    session.execute(
        insert(pushed_requests).values(
            digest=opaque.digest(secret),
            client=client.client,
            parameters=msgspec.to_builtins(pushed),
            jkt=jkt,
            expires_at=func.now() + timedelta(seconds=BEGUN_WITHIN_S),
        )
    )
    session.commit()
