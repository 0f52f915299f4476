"""Token exchange (RFC 8693): a one-stop system, called by a portal, calls on with a token of its own.

The token that comes of it speaks for the same citizen, for the same purpose and under the same consent, ends no later,
and may do what every client of the chain may do: the intersection, worked out anew at every use. The chain stands in
`act`, and the ledger records it. When a token of the chain is revoked, what came of it is, too.

The token presented here may be bound to a key that the exchanger does not hold, and no proof for it is asked: the
portal has shown its token to the system that it called, which is the point of it. What makes that safe is that the
exchanger authenticates with its own key, that officers registered it as one that exchanges, that what it gets for a
bound token is bound to its own key, and that it can do nothing with it that it was not granted itself. Whoever steals a
bound token and is no such client can do nothing with it here, either.

Refused in this order: who may exchange at all; its own key; what this server does not exchange; a token that does not
stand; a bound one for a Bearer one; one of its own; a chain too long; scopes beyond the token's; scopes not granted to
all.
"""

from typing import TYPE_CHECKING, Any, cast

from authlib.oauth2.rfc6749 import (
    BaseGrant,
    InvalidRequestError,
    InvalidScopeError,
    TokenEndpointMixin,
    UnauthorizedClientError,
)

from auth.access.purposes import PurposeDetail
from auth.access.tokens import Claims, audience
from auth.caller import Caller
from auth.errors import Unauthenticated
from auth.oauth.asked import asking_for, check_resource, known_names, listing, not_supplied
from auth.oauth.assertion import METHOD
from auth.oauth.bridge import TokenRequest
from auth.oauth.issuing import Lineage, Speaking, Terms, check_binding, issue
from auth.oauth.refusals import InvalidDPoPProof, InvalidTarget
from auth.oauth.registered import TOKEN_EXCHANGE, RegisteredClient
from auth.policy.algebra import open_sets

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105  the name of a kind of token
LONGEST_CHAIN = 3
"""Clients before the one that asks."""

_NOT_READ = ("actor_token", "actor_token_type", "authorization_details")


class TokenExchange(BaseGrant, TokenEndpointMixin):
    """One exchange."""

    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  Authlib's own declaration
    GRANT_TYPE = TOKEN_EXCHANGE

    request: TokenRequest
    server: "AuthorizationServer"

    def validate_token_request(self) -> None:
        """What can be said without the token that is presented."""
        client = self.request.client = self.authenticate_token_endpoint_client()
        if not client.check_grant_type(TOKEN_EXCHANGE):
            raise UnauthorizedClientError("This client is not registered to exchange tokens.")
        check_binding(self._client(), self.request.jkt)
        _check_form(self.request.form, self.server.authority.issuer)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        caller, claims = self._presented()
        if claims.cnf is not None and self.request.jkt is None:
            raise InvalidDPoPProof("The subject_token is bound to a key; a Bearer token is not given for it.")
        chain = (caller.client, *caller.through)
        if self._client().client in chain:
            raise InvalidRequestError("The subject_token came from this client; there is nothing to exchange.")
        if len(chain) > LONGEST_CHAIN:
            raise InvalidRequestError(f"The subject_token has passed through {LONGEST_CHAIN} clients already.")
        detail = next(iter(claims.authorization_details), None)
        terms = Terms(self._scope(claims, detail, chain), detail, self.request.jkt)
        speaking = None
        if caller.subject is not None:
            speaking = Speaking(caller.subject, caller.representative, claims.consent, claims.code)
        lineage = Lineage(chain, (claims.jti, *claims.exchanged), claims.exp)
        issued = issue(self.server, self._client(), terms, speaking=speaking, lineage=lineage)
        return 200, {**issued.answer, "issued_token_type": ACCESS_TOKEN}, list(self.TOKEN_RESPONSE_HEADER)

    def _presented(self) -> tuple[Caller, Claims]:
        """RFC 8693, 2.2.2: whatever is wrong with the token presented is `invalid_request`."""
        authority = self.server.authority
        try:
            return authority.standing(self.request.form["subject_token"], audience(authority.issuer))
        except Unauthenticated as error:
            raise InvalidRequestError("The subject_token is no access token of this server that stands now.") from error

    def _scope(self, claims: Claims, detail: PurposeDetail | None, chain: tuple[str, ...]) -> str:
        """What is asked for, refused if not granted whole; where nothing is, what of the token all may ask for."""
        authority, asked = self.server.authority, self.request.form.get("scope")
        sets, snapshot = authority.catalogue.sets, authority.snapshot()
        names = claims.scope.split() if asked is None else known_names(asked, authority.catalogue)
        if beyond := [n for n in names if not open_sets([n], sets) <= open_sets(claims.scope.split(), sets)]:
            raise InvalidScopeError(listing("Not in the subject_token", beyond))
        for_citizen = claims.sealed_subject is not None
        asking = asking_for(self._client(), detail, names, for_citizen=for_citizen, through=chain)
        missing = not_supplied(names, snapshot.rights(asking), sets)
        if missing and (asked is not None or len(missing) == len(names)):
            raise InvalidScopeError(listing("Not granted to every client of the chain for this purpose", missing))
        return " ".join(name for name in names if name not in missing)

    def _client(self) -> RegisteredClient:
        return cast(RegisteredClient, self.request.client)


def _check_form(form: dict[str, str], issuer: str) -> None:
    if "subject_token" not in form or form.get("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequestError(f"subject_token must be given, with subject_token_type {ACCESS_TOKEN}.")
    if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN:
        raise InvalidRequestError("Only an access token is given for a token.")
    if given := [name for name in _NOT_READ if name in form]:
        raise InvalidRequestError(f"An exchanged token keeps purpose and subject: leave out {' '.join(given)}.")
    if "audience" in form:
        raise InvalidTarget("Name what the token is for by resource, not by audience.")
    check_resource(form, issuer)
