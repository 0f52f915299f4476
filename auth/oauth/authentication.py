"""Who sends a request to the OAuth server: one client, by an assertion and, where it sends one, a proof.

The order of refusals: what is wrong with the assertion whoever sent it; that it is nobody's here; that this client asks
too often; that the assertion was used; that the proof was used. Only what an admitted client signed is written down, so
strangers can neither use up a client's share nor fill the table.
"""

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from sqlalchemy.orm import Session

from auth import clock
from auth.access.proofs import Proof
from auth.oauth import assertion, shares
from auth.oauth.bridge import TokenRequest
from auth.oauth.refusals import InvalidDPoPProof, TooManyRequests
from auth.oauth.registered import RegisteredClient, find_client, use_once

NOT_AUTHENTICATED = "The client is not admitted, or the assertion was not signed with a key registered for it."


class Authentication:
    """Authenticates clients for one issuer, and has counted how often each asks."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer

    def of_request(self, _: object, request: TokenRequest) -> RegisteredClient:
        """The client that sent this form. Authlib calls it, with a way to query clients that is not needed."""
        form = request.form
        if "client_secret" in form:
            raise InvalidRequestError("Client secrets are not accepted: sign an assertion (private_key_jwt).")
        if form.get("client_assertion_type") != assertion.ASSERTION_TYPE or "client_assertion" not in form:
            raise InvalidClientError(description="Authenticate with client_assertion (RFC 7523, private_key_jwt).")
        client = self.of_assertion(request.session, form["client_assertion"], form.get("client_id"))
        if request.proof is not None:
            _use(request.session, request.proof)
        return client

    def of_assertion(self, session: Session, text: str, client_id: str | None = None) -> RegisteredClient:
        """The client that signed this assertion, from now on used; `client_id` is what else it says it is."""
        asserted = assertion.read(text, self._issuer, clock.wall())
        claims = asserted.claims
        if client_id not in (None, claims.sub):
            raise InvalidClientError(description="client_id is not the sub of the assertion.")
        client = find_client(session, claims.sub)
        if not assertion.is_signed_by(asserted, client.keys if client else {}) or client is None:
            raise InvalidClientError(description=NOT_AUTHENTICATED)
        if wait := shares.wait_s(session, client):
            raise TooManyRequests("of this client", wait)
        if not use_once(session, claims.digest(), claims.exp):
            raise InvalidClientError(description="The assertion was used before; sign a new one with a new jti.")
        return client


def _use(session: Session, proof: Proof) -> None:
    if not use_once(session, proof.digest, proof.until):
        raise InvalidDPoPProof("The proof was used before; sign a new one with a new jti.")
