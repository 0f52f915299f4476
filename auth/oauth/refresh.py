"""The refresh token grant: another access token while the citizen's consent is in force.

Refresh tokens are not rotated (FAPI 2.0): the client authenticates with its key each time, and the token is bound to
the client and to the DPoP key it was first used with. What is checked again each time is what may have changed: the
consent, the grants, and, where a parent acts for a child, that the register still says so. All that depends on the
token itself is one refusal: nobody learns here which tokens exist.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError, InvalidScopeError
from sqlalchemy import Row, func, select
from sqlalchemy.util import await_only

from auth import opaque
from auth.access.purposes import kept_purpose
from auth.oauth.issuing import Speaking, Terms, issue
from auth.oauth.portals import PortalGrant, names_for, spoken_for
from auth.policy.algebra import Asking
from auth.tables import consents, refresh_tokens

StillActs = Callable[[str, str, int], Awaitable[bool]]
"""(representative, child, consent) -> whether the one still acts for the other; where not, the consent has ended."""


async def nobody_acts(_representative: str, _child: str, _consent: int) -> bool:
    """Where no register is asked, nobody acts for anybody."""
    return False


_USELESS = "The refresh token is unknown, of another client or key, or what it stood for has ended."


class RefreshToken(PortalGrant):
    """One refresh."""

    GRANT_TYPE = "refresh_token"

    def validate_token_request(self) -> None:
        self.authenticate()
        if not self.request.form.get("refresh_token"):
            raise InvalidRequestError("refresh_token must be given.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        kept = self._kept()
        if kept.representative is not None:
            self._check_representation(kept)
            kept = self._kept()  # while the register was asked, the citizen may have withdrawn the consent
        scope = self._scope(kept)
        terms = Terms(scope, kept_purpose(kept.authorization_details), self.request.jkt)
        issued = issue(self.server, self.portal, terms, speaking=self._speaking(kept))
        return 200, issued.answer, list(self.TOKEN_RESPONSE_HEADER)

    def _kept(self) -> Row[Any]:
        tokens, given = refresh_tokens, self.request.form["refresh_token"]
        found = self.request.session.execute(
            select(tokens, consents.c.scopes.label("consented"), consents.c.valid_until)
            .join(consents, consents.c.consent == tokens.c.consent)
            .where(
                tokens.c.digest == opaque.digest(given),
                tokens.c.client == self.portal.client,
                tokens.c.revoked_at.is_(None),
                tokens.c.expires_at > func.now(),
                consents.c.withdrawn_at.is_(None),
                consents.c.valid_until > func.now(),
            )
        ).one_or_none()
        if found is None or found.jkt != self.request.jkt:
            raise InvalidGrantError(_USELESS)
        return found

    def _check_representation(self, kept: Row[Any]) -> None:
        """Asks the register; the connection goes back meanwhile, so that a slow register keeps nobody waiting."""
        self.request.session.commit()
        speaking = self._speaking(kept)
        assert speaking.representative is not None
        if not await_only(self.server.still_acts(speaking.representative, speaking.citizen, kept.consent)):
            raise InvalidGrantError(_USELESS)

    def _speaking(self, kept: Row[Any]) -> Speaking:
        return spoken_for(self.server.authority.subjects, kept, code=kept.code.hex(), ends_at=kept.valid_until)

    def _scope(self, kept: Row[Any]) -> str:
        """What was consented to, or less where less is asked for; refused where nothing of it is granted any more."""
        catalogue = self.server.authority.catalogue
        names = names_for(kept.scope, frozenset(kept.consented), catalogue.sets)
        asked = set((self.request.form.get("scope") or names).split())
        if not catalogue.known(asked) or not asked <= {*names.split(), *kept.consented}:
            raise InvalidScopeError("scope must be left out, or name what the citizen consented to.")
        scope = " ".join(sorted(asked))
        purpose = kept_purpose(kept.authorization_details).purpose
        rights = self.server.authority.snapshot().rights(Asking(self.portal.client, purpose, scope, for_citizen=True))
        if not rights.reach:
            raise InvalidGrantError("Nothing of what the citizen consented to is granted to this client any more.")
        return scope
