"""What a request for a token asks for, checked as a whole against what is granted now.

No scope is added and none is dropped: a single scope that is not granted refuses the request. A set stays a name, which
means "as far as granted". Without a purpose no scope can be asked for.
"""

from collections.abc import Iterable, Mapping, Sequence

from authlib.oauth2.rfc6749 import InvalidScopeError

from auth.access.purposes import PurposeDetail, UnusablePurpose, read_purpose
from auth.access.tokens import audience, office_audience
from auth.caller import Rights
from auth.oauth.bridge import TokenRequest
from auth.oauth.refusals import InvalidAuthorizationDetails, InvalidTarget
from auth.oauth.registered import RegisteredClient
from auth.policy.algebra import Asking
from auth.policy.snapshot import Snapshot
from auth.scopes import Catalogue, UnknownScope

NAMES_LISTED = 8
"""How many refused scopes an error names."""


def asked_detail(form: Mapping[str, str], snapshot: Snapshot) -> PurposeDetail | None:
    """The one purpose that the form names, if it names one."""
    text = form.get("authorization_details")
    if text is None:
        return None
    try:
        return read_purpose(text, snapshot.legal_bases)
    except UnusablePurpose as error:
        raise InvalidAuthorizationDetails(str(error)) from error


def asked_resource(form: Mapping[str, str], issuer: str) -> str:
    """The audience: the graph unless another is asked for by `resource` (RFC 8707)."""
    resource = form.get("resource", audience(issuer))
    if resource not in (audience(issuer), office_audience(issuer)):
        raise InvalidTarget(f"resource must be {audience(issuer)} or {office_audience(issuer)}.")
    return resource


def check_resource(form: Mapping[str, str], issuer: str) -> None:
    """Where only the graph can be meant: a token that speaks for a citizen, or came of another, opens no other door."""
    if asked_resource(form, issuer) != audience(issuer):
        raise InvalidTarget(f"Such a token is made for resource {audience(issuer)} only.")


def check_scope(
    request: TokenRequest, client: RegisteredClient, snapshot: Snapshot, catalogue: Catalogue, *, for_citizen: bool
) -> str:
    """The scopes of the token, in order; `invalid_scope` names those that are unknown or not granted."""
    names = known_names(request.payload.scope or "", catalogue)
    if names and request.detail is None:
        raise InvalidScopeError("Scopes are granted for a purpose: name one in authorization_details.")
    asking = asking_for(client, request.detail, names, for_citizen=for_citizen)
    if missing := not_supplied(names, snapshot.rights(asking), catalogue.sets):
        raise InvalidScopeError(listing("Not granted to this client for this purpose", missing))
    if asking.agency is not None and not names:
        raise InvalidScopeError("on_behalf_of needs a scope that the agency has delegated to this client.")
    return asking.scope


def known_names(scope: str, catalogue: Catalogue) -> list[str]:
    """The names in this text, in order and once each; `invalid_scope` where one of them does not exist."""
    names = sorted(set(scope.split()))
    try:
        catalogue.expand(names)
    except UnknownScope as error:
        raise InvalidScopeError(listing("Unknown", error.names)) from error
    return names


def asking_for(
    client: RegisteredClient,
    detail: PurposeDetail | None,
    names: Iterable[str],
    *,
    for_citizen: bool,
    through: tuple[str, ...] = (),
) -> Asking:
    """How a token of these names would ask."""
    purpose, agency = (detail.purpose, detail.on_behalf_of) if detail else (None, None)
    return Asking(client.client, purpose, " ".join(names), for_citizen, agency, through)


def not_supplied(names: Iterable[str], rights: Rights, sets: Mapping[str, frozenset[str]]) -> list[str]:
    """The names of which nothing is granted: a scope that is not, a set of which no scope is."""
    return [name for name in names if not any(scope in rights.reach for scope in sets.get(name, (name,)))]


def listing(reason: str, names: Sequence[str]) -> str:
    """A refusal that names some of what it is about."""
    more = f" and {len(names) - NAMES_LISTED} more" if len(names) > NAMES_LISTED else ""
    return f"{reason}: {' '.join(names[:NAMES_LISTED])}{more}."
