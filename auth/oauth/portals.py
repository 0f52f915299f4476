"""What the two grants of portals share: only a portal may use them, and their tokens speak for a citizen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin, UnauthorizedClientError
from sqlalchemy import Row

from auth.access.subject import SubjectSeal
from auth.access.tokens import CLOCK_SKEW_S, LIFETIME_S
from auth.oauth.asked import check_resource
from auth.oauth.assertion import METHOD
from auth.oauth.bridge import TokenRequest
from auth.oauth.issuing import Speaking, check_binding
from auth.oauth.refusals import InvalidAuthorizationDetails
from auth.oauth.registered import RegisteredClient

if TYPE_CHECKING:
    from auth.oauth.server import AuthorizationServer

TOKENS_LIVE = timedelta(seconds=LIFETIME_S + CLOCK_SKEW_S)
"""How long an access token may still be presented that was given a moment ago: so long its revocation is kept."""


class PortalGrant(BaseGrant, TokenEndpointMixin):
    """A token request of a portal. `request.jkt` is the key that a proof showed, where there was one."""

    TOKEN_ENDPOINT_AUTH_METHODS = [METHOD]  # noqa: RUF012  Authlib's own declaration

    request: TokenRequest
    server: "AuthorizationServer"

    def authenticate(self) -> None:
        """The client is who it says, is a portal, holds tokens as it is registered to, and asks for nothing else now.

        What was pushed stands: a purpose or a resource that is named only here is refused, not passed over.
        """
        client = self.authenticate_token_endpoint_client()
        self.request.client = client
        if not client.check_grant_type(str(self.GRANT_TYPE)):
            raise UnauthorizedClientError("Only a portal may ask for tokens that speak for a citizen.")
        check_binding(self.portal, self.request.jkt)
        check_resource(self.request.form, self.server.authority.issuer)
        if "authorization_details" in self.request.form:
            raise InvalidAuthorizationDetails(
                "The purpose is the one that was pushed: leave out authorization_details."
            )

    @property
    def portal(self) -> RegisteredClient:
        return cast(RegisteredClient, self.request.client)


def spoken_for(subjects: SubjectSeal, row: Row[Any], *, code: str, ends_at: datetime) -> Speaking:
    """For whom a token speaks that comes of this row of codes or refresh tokens, until its consent ends."""
    representative = None if row.representative is None else subjects.kept(row.representative)
    return Speaking(subjects.kept(row.subject), representative, row.consent, code, ends_at.timestamp())


def names_for(asked: str, consented: frozenset[str], sets: Mapping[str, frozenset[str]]) -> str:
    """The scope of a token: consented fields only, by the name of a set where all of the set was consented to.

    A set never changes, so its name says the same as its fields one by one, in less room. A set that was consented to
    in part is written out: its name would come to mean more when more is granted.
    """
    whole = {name for name in asked.split() if name in sets and sets[name] <= consented}
    covered = frozenset(scope for name in whole for scope in sets[name])
    return " ".join(sorted(whole | (consented - covered)))
