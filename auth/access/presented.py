"""A token read once: all of it that never changes, opened and put together.

What it may do is not here. That is asked of the snapshot each time.
"""

from dataclasses import dataclass, field

from auth.access.subject import NotSealedHere, SubjectSeal
from auth.access.tokens import Claims, VerifiedToken
from auth.caller import Purpose
from auth.errors import Unauthenticated
from auth.policy.algebra import Asking
from auth.policy.decided import Reference


@dataclass(frozen=True, slots=True)
class Presented:
    """A verified token. `references` are the names under which it may be revoked."""

    claims: Claims
    kid: str
    asking: Asking
    purpose: Purpose | None
    subject: str | None = field(repr=False)
    representative: str | None = field(repr=False)
    references: frozenset[Reference]


def presented(token: VerifiedToken, subjects: SubjectSeal) -> Presented:
    """Read a verified token. One that speaks of people whom it cannot name is turned away."""
    claims = token.claims
    subject = _opened(claims.sealed_subject, claims.client_id, subjects)
    return of_people(token, subject, _opened(claims.sealed_representative, claims.client_id, subjects))


def of_people(token: VerifiedToken, subject: str | None, representative: str | None) -> Presented:
    """The same where it is known from elsewhere of whom it speaks: of as many people as it says, and no others."""
    claims = token.claims
    people, sealed = (subject, representative), (claims.sealed_subject, claims.sealed_representative)
    if [each is None for each in people] != [each is None for each in sealed] or (representative and not subject):
        raise Unauthenticated("The access token is not valid.")
    purpose, agency = _purpose(claims)
    asking = Asking(
        client=claims.client_id,
        purpose=purpose.code if purpose else None,
        scope=claims.scope,
        for_citizen=subject is not None,
        agency=agency,
        through=claims.through,
    )
    return Presented(claims, token.kid, asking, purpose, subject, representative, frozenset(claims.traces))


def _opened(sealed: str | None, client: str, subjects: SubjectSeal) -> str | None:
    if sealed is None:
        return None
    try:
        return subjects.open(sealed, client)
    except NotSealedHere as error:
        raise Unauthenticated("The access token is not valid.") from error


def _purpose(claims: Claims) -> tuple[Purpose | None, str | None]:
    """The one purpose, and the agency on whose behalf it is pursued."""
    for detail in claims.authorization_details:
        return Purpose(detail.purpose, detail.legal_basis or "", detail.case_reference), detail.on_behalf_of
    return None, None
