"""The client credentials grant: what is asked is checked as a whole, then one token says it.

No scope is added and none is dropped: a single scope that is not granted refuses the request. A set stays a name, which
means "as far as granted". Without a purpose no scope can be asked for, and the token reads public facts only.
"""

from collections.abc import Mapping
from typing import Any, cast

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidScopeError, grants

from auth.access.purposes import PurposeDetail, UnusablePurpose, read_purpose
from auth.caller import Rights
from auth.oauth.assertion import METHOD
from auth.oauth.bridge import TokenRequest
from auth.oauth.issuing import Speaking, Terms, issue
from auth.oauth.registered import RegisteredClient
from auth.policy.algebra import Asking
from auth.policy.snapshot import Snapshot
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
        self.request.detail = asked_detail(self.request.form, snapshot)
        self.request.scope = check_scope(
            self.request,
            client,
            snapshot,
            self.server.authority.catalogue,
            for_citizen=self.request.citizen is not None,
        )

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        """In place of Authlib's own, which writes the token into its debug log."""
        request, citizen = self.request, self.request.citizen
        speaking = None if citizen is None else Speaking(citizen)
        terms = Terms(request.scope, request.detail, request.jkt)
        issued = issue(self.server, self._client(), terms, speaking=speaking)
        return 200, issued.answer, list(self.TOKEN_RESPONSE_HEADER)

    def _client(self) -> RegisteredClient:
        return cast(RegisteredClient, self.request.client)


def check_scope(
    request: TokenRequest, client: RegisteredClient, snapshot: Snapshot, catalogue: Catalogue, *, for_citizen: bool
) -> str:
    """The scopes of the token, in order; `invalid_scope` names those that are unknown or not granted."""
    names = sorted(set((request.payload.scope or "").split()))
    try:
        catalogue.expand(names)
    except UnknownScope as error:
        raise InvalidScopeError(_listing("Unknown", error.names)) from error
    if names and request.detail is None:
        raise InvalidScopeError("Scopes are granted for a purpose: name one in authorization_details.")
    code = request.detail.purpose if request.detail else None
    rights = snapshot.rights(Asking(client.client, code, " ".join(names), for_citizen=for_citizen))
    if missing := [name for name in names if not _supplied(name, rights, catalogue.sets)]:
        raise InvalidScopeError(_listing("Not granted to this client for this purpose", missing))
    return " ".join(names)


def _supplied(name: str, rights: Rights, sets: Mapping[str, frozenset[str]]) -> bool:
    return any(scope in rights.reach for scope in sets.get(name, (name,)))


def _listing(reason: str, names: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(names) - NAMES_LISTED} more" if len(names) > NAMES_LISTED else ""
    return f"{reason}: {' '.join(names[:NAMES_LISTED])}{more}."


def asked_detail(form: Mapping[str, str], snapshot: Snapshot) -> PurposeDetail | None:
    text = form.get("authorization_details")
    if text is None:
        return None
    try:
        return read_purpose(text, snapshot.legal_bases)
    except UnusablePurpose as error:
        raise InvalidAuthorizationDetails(str(error)) from error
