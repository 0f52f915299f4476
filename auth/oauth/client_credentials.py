"""The client credentials grant: what is asked is checked as a whole, then one token says it.

No scope is added and none is dropped: a single scope that is not granted refuses the request. A set stays a name, which
means "as far as granted". Without a purpose no scope can be asked for, and the token reads public facts only.
"""

import secrets
from collections.abc import Mapping
from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidScopeError, grants

from auth import clock
from auth.access.purposes import PurposeDetail, UnusablePurpose, as_details, read_purpose
from auth.access.tokens import LIFETIME_S, LONGEST_TOKEN, Claims, audience, sign
from auth.caller import Purpose, Rights
from auth.oauth.assertion import METHOD
from auth.oauth.bridge import TokenRequest
from auth.oauth.registered import RegisteredClient
from auth.policy.algebra import Asking, Snapshot
from auth.scopes import Catalogue, UnknownScope

NAMES_LISTED = 8
"""How many refused scopes an error names."""


class InvalidAuthorizationDetails(OAuth2Error):
    """RFC 9396: the purpose cannot be used."""

    error = "invalid_authorization_details"


class InvalidDPoPProof(OAuth2Error):
    """RFC 9449: the token would have to be bound to a key."""

    error = "invalid_dpop_proof"


class ClientCredentials(grants.ClientCredentialsGrant):
    """One request for a token. `server` is an `AuthorizationServer` of ours."""

    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  Authlib's own declaration

    request: TokenRequest

    def validate_requested_scope(self) -> None:
        """Called once the client is authenticated: checks purpose and scopes against what is granted now."""
        client = self._client()
        if not client.bearer:
            raise InvalidDPoPProof("This client is registered for tokens bound to a key, which are not issued here.")
        snapshot: Snapshot = self.server.authority.snapshot()
        self.request.purpose = _purpose(self.request.form, snapshot)
        self.request.scope = check_scope(self.request, client, snapshot, self.server.authority.catalogue)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        """In place of Authlib's own, which writes the token into its debug log."""
        claims = self._claims()
        token = sign(claims, self.server.signing_key)
        if len(token) > LONGEST_TOKEN:
            raise InvalidScopeError(
                f"The access token would be longer than {LONGEST_TOKEN} bytes: ask for a scope set by its name "
                f"(/oauth/scope-sets/NAME) instead of single scopes."
            )
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_S}
        if claims.scope:
            answer["scope"] = claims.scope
        if self.request.purpose is not None:
            answer["authorization_details"] = as_details(self.request.purpose)
        return 200, answer, list(self.TOKEN_RESPONSE_HEADER)

    def _claims(self) -> Claims:
        request, client, now = self.request, self._client(), int(clock.wall())
        citizen, subjects = request.citizen, self.server.authority.subjects
        purpose = request.purpose
        return Claims(
            iss=self.server.authority.issuer,
            aud=audience(self.server.authority.issuer),
            sub=client.client if citizen is None else subjects.pairwise(citizen, client.agency),
            client_id=client.client,
            iat=now,
            exp=now + LIFETIME_S,
            jti=secrets.token_urlsafe(16),
            scope=request.scope,
            authorization_details=[] if purpose is None else [_detail(purpose)],
            sealed_subject=None if citizen is None else subjects.seal(citizen, client.client),
        )

    def _client(self) -> RegisteredClient:
        return cast(RegisteredClient, self.request.client)


def check_scope(request: TokenRequest, client: RegisteredClient, snapshot: Snapshot, catalogue: Catalogue) -> str:
    """The scopes of the token, in order; `invalid_scope` names those that are unknown or not granted."""
    names = sorted(set((request.payload.scope or "").split()))
    try:
        catalogue.expand(names)
    except UnknownScope as error:
        raise InvalidScopeError(_listing("Unknown", error.names)) from error
    if names and request.purpose is None:
        raise InvalidScopeError("Scopes are granted for a purpose: name one in authorization_details.")
    code = request.purpose.code if request.purpose else None
    rights = snapshot.rights(Asking(client.client, code, " ".join(names), for_citizen=request.citizen is not None))
    if missing := [name for name in names if not _supplied(name, rights, catalogue.sets)]:
        raise InvalidScopeError(_listing("Not granted to this client for this purpose", missing))
    return " ".join(names)


def _supplied(name: str, rights: Rights, sets: Mapping[str, frozenset[str]]) -> bool:
    return any(scope in rights.reach for scope in sets.get(name, (name,)))


def _listing(reason: str, names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES_LISTED} more" if len(names) > NAMES_LISTED else ""
    return f"{reason}: {' '.join(names[:NAMES_LISTED])}{more}."


def _purpose(form: Mapping[str, str], snapshot: Snapshot) -> Purpose | None:
    text = form.get("authorization_details")
    if text is None:
        return None
    try:
        return read_purpose(text, snapshot.legal_bases)
    except UnusablePurpose as error:
        raise InvalidAuthorizationDetails(str(error)) from error


def _detail(purpose: Purpose) -> PurposeDetail:
    return PurposeDetail("urn:lienthong:purpose", purpose.code, purpose.case_reference, purpose.legal_basis)
