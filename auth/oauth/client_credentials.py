"""The client credentials grant: what is asked is checked as a whole, then one token says it.

Refused in this order: a client that shows no key though its tokens are bound to one; a resource that is not ours; a
purpose that is not on the list; scopes that do not exist, or are not granted for it. A token for the office door names
neither: what an agency may do there follows from whose client it is.
"""

from typing import TYPE_CHECKING, Any, cast

from authlib.oauth2.rfc6749 import InvalidScopeError, grants

from auth.access.tokens import office_audience
from auth.oauth.asked import asked_detail, asked_resource, check_scope
from auth.oauth.assertion import METHOD
from auth.oauth.bridge import TokenRequest
from auth.oauth.issuing import Speaking, Terms, check_binding, issue
from auth.oauth.registered import RegisteredClient

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer


class ClientCredentials(grants.ClientCredentialsGrant):
    """One request for a token."""

    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  Authlib's own declaration

    request: TokenRequest
    server: "AuthorizationServer"
    terms: Terms

    def validate_requested_scope(self) -> None:
        """Called once the client is authenticated."""
        request, authority, client = self.request, self.server.authority, self._client()
        check_binding(client, request.jkt)
        resource = asked_resource(request.form, authority.issuer)
        if resource == office_audience(authority.issuer):
            self.terms = _for_the_office(request, resource)
            return
        snapshot = authority.snapshot()
        request.detail = asked_detail(request.form, snapshot)
        for_citizen = request.citizen is not None
        scope = check_scope(request, client, snapshot, authority.catalogue, for_citizen=for_citizen)
        self.terms = Terms(scope, request.detail, request.jkt, resource)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        """In place of Authlib's own, which writes the token into its debug log."""
        citizen = self.request.citizen
        speaking = None if citizen is None else Speaking(citizen)
        issued = issue(self.server, self._client(), self.terms, speaking=speaking)
        return 200, issued.answer, list(self.TOKEN_RESPONSE_HEADER)

    def _client(self) -> RegisteredClient:
        return cast(RegisteredClient, self.request.client)


def _for_the_office(request: TokenRequest, resource: str) -> Terms:
    if request.citizen is not None or "scope" in request.form or "authorization_details" in request.form:
        raise InvalidScopeError("A token for the office names no scope and no authorization_details.")
    return Terms("", None, request.jkt, resource)
