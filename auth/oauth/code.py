"""The authorization code grant: a code becomes a token that speaks for a citizen, once.

Spending the code, writing the refresh token and noting the access token are one transaction, begun by an update that
only one request can win. Whoever comes second with the same code, in whichever process, waits for that transaction and
then revokes what came of it: a code that was seen twice was seen by a stranger. Refused in this order: unknown, spent
or late; wrong address; PKCE; wrong key; no consent any more. A code that was presented wrongly is spent all the same.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidGrantError, InvalidRequestError
from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from auth import opaque
from auth.access.purposes import kept_purpose
from auth.oauth.bridge import TokenRequest
from auth.oauth.issuing import Issued, Terms, issue
from auth.oauth.portals import TOKENS_LIVE, PortalGrant, names_for, spoken_for
from auth.oauth.refusals import InvalidDPoPProof
from auth.tables import authorization_codes, consents, refresh_tokens, revocations

_USELESS = "The code is unknown, was used, or is older than a minute."


class AuthorizationCode(PortalGrant):
    """One exchange."""

    GRANT_TYPE = "authorization_code"

    def validate_token_request(self) -> None:
        """Authenticates the client; everything about the code is decided while it is spent."""
        self.authenticate()
        if not self.request.form.get("code") or not self.request.form.get("redirect_uri"):
            raise InvalidRequestError("code and redirect_uri must be given.")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:  # type: ignore[override]
        request = self.request
        digest = opaque.digest(request.form["code"])
        code = _spent(request.session, digest, self.portal.client)
        if code is None:
            _revoke_what_came_of_it(request.session, digest)
            raise InvalidGrantError(_USELESS)
        try:
            answer = self._exchanged(code)
        finally:
            request.session.commit()  # also where it is refused: the code is spent
        return 200, answer, list(self.TOKEN_RESPONSE_HEADER)

    def _exchanged(self, code: Row[Any]) -> dict[str, Any]:
        request = self.request
        _check(code, request)
        consented, ends_at = _consent_in_force(request.session, code.consent)
        issued = self._issued(code, consented, ends_at)
        note = update(authorization_codes).values(access_token=issued.jti)
        request.session.execute(note.where(authorization_codes.c.digest == code.digest))
        return {**issued.answer, "refresh_token": _refresh_token(request.session, code, ends_at, request.jkt)}

    def _issued(self, code: Row[Any], consented: frozenset[str], ends_at: datetime) -> Issued:
        scope = names_for(code.scope, consented, self.server.authority.catalogue.sets)
        terms = Terms(scope, kept_purpose(code.authorization_details), self.request.jkt)
        subjects = self.server.authority.subjects
        speaking = spoken_for(subjects, code, code=code.digest.hex(), ends_at=ends_at)
        return issue(self.server, self.portal, terms, speaking=speaking)


def _spent(session: Session, digest: bytes, client: str) -> Row[Any] | None:
    """The code, if this client may exchange it and nobody has: from here on nobody else can."""
    codes = authorization_codes
    return session.execute(
        update(codes)
        .values(used_at=func.now())
        .where(
            codes.c.digest == digest,
            codes.c.client == client,
            codes.c.used_at.is_(None),
            codes.c.expires_at > func.now(),
        )
        .returning(codes)
    ).one_or_none()


def _check(code: Row[Any], request: TokenRequest) -> None:
    form = request.form
    if form["redirect_uri"] != code.redirect_uri:
        raise InvalidGrantError("redirect_uri is not the one to which the code was sent.")
    verified = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = urlsafe_b64encode(verified).rstrip(b"=")
    if not hmac.compare_digest(challenge, code.code_challenge.encode()):
        raise InvalidGrantError("code_verifier does not fit the code_challenge.")
    if code.jkt is not None and code.jkt != request.jkt:
        raise InvalidDPoPProof("The code is bound to another key than that of the DPoP proof.")


def _consent_in_force(session: Session, number: int) -> tuple[frozenset[str], datetime]:
    """What was consented to, and until when.

    The consent is held until this transaction ends: who withdraws it meanwhile waits, and then finds what came of it.
    """
    asked = select(consents.c.scopes, consents.c.valid_until).where(
        consents.c.consent == number, consents.c.withdrawn_at.is_(None), consents.c.valid_until > func.now()
    )
    consent = session.execute(asked.with_for_update(read=True)).one_or_none()
    if consent is None:
        raise InvalidGrantError("The citizen has withdrawn the consent.")
    return frozenset(consent.scopes), consent.valid_until


def _refresh_token(session: Session, code: Row[Any], ends_at: datetime, jkt: str | None) -> str:
    """A refresh token for as long as the consent is in force."""
    secret = opaque.fresh()
    session.execute(
        insert(refresh_tokens).values(
            digest=opaque.digest(secret),
            client=code.client,
            scope=code.scope,
            authorization_details=code.authorization_details,
            jkt=jkt,
            subject=code.subject,
            representative=code.representative,
            consent=code.consent,
            code=code.digest,
            expires_at=ends_at,
        )
    )
    return secret


def _revoke_what_came_of_it(session: Session, digest: bytes) -> None:
    """Where the code was used before: its access tokens are refused from now on, its refresh tokens are dead."""
    codes = authorization_codes
    used = select(codes.c.digest).where(codes.c.digest == digest, codes.c.used_at.is_not(None))
    if session.execute(used.with_for_update(read=True)).first() is not None:
        row = {"kind": "code", "reference": digest.hex(), "until": func.now() + TOKENS_LIVE}
        session.execute(insert(revocations).values(row).on_conflict_do_nothing())
        tokens = refresh_tokens
        revoked = update(tokens).values(revoked_at=func.now())
        session.execute(revoked.where(tokens.c.code == digest, tokens.c.revoked_at.is_(None)))
    session.commit()
