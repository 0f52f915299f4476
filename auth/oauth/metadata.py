"""What the authority says of itself: RFC 8414 for the OAuth server, RFC 9728 for what it protects.

Each member stands here once; addresses are made from the configured issuer.
"""

from typing import Any
from urllib.parse import urlsplit

from auth.access.proofs import ALGORITHMS as PROOF_ALGORITHMS
from auth.access.purposes import DETAILS_TYPE
from auth.access.tokens import audience, office_audience
from auth.oauth.assertion import ALGORITHMS, METHOD
from auth.scopes import Catalogue

SERVER_METADATA = "/.well-known/oauth-authorization-server"
RESOURCE_METADATA = "/.well-known/oauth-protected-resource"

TOKEN, JWKS = "/oauth/token", "/oauth/jwks"
INTROSPECT, REVOKE = "/oauth/introspect", "/oauth/revoke"
PAR, AUTHORIZE = "/oauth/par", "/oauth/authorize"
_AUTHENTICATED = ("token", "introspection", "revocation")
"""Endpoints at which clients authenticate, all in the same way."""


def check_issuer(issuer: str) -> None:
    """An issuer is an origin: it is compared as text, and the addresses of metadata follow from it."""
    parts = urlsplit(issuer)
    if parts.scheme not in {"https", "http"} or not parts.netloc or issuer != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("the issuer must be scheme and host only, such as https://lienthong.example")


def server_metadata(issuer: str, catalogue: Catalogue, grant_types: list[str]) -> dict[str, Any]:
    """RFC 8414."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN,
        "introspection_endpoint": issuer + INTROSPECT,
        "revocation_endpoint": issuer + REVOKE,
        "jwks_uri": issuer + JWKS,
        "grant_types_supported": grant_types,
        **_citizens(issuer),
        **_authentication(),
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": False,
        "authorization_details_types_supported": [DETAILS_TYPE],
        "scopes_supported": _scope_names(catalogue),
        "protected_resources": [audience(issuer), office_audience(issuer)],
    }


def _citizens(issuer: str) -> dict[str, Any]:
    """How portals ask citizens: pushed requests and nothing else, PKCE with S256, `iss` in every response."""
    return {
        "pushed_authorization_request_endpoint": issuer + PAR,
        "authorization_endpoint": issuer + AUTHORIZE,
        "require_pushed_authorization_requests": True,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "prompt_values_supported": ["login", "consent"],
        "ui_locales_supported": ["vi", "en"],
    }


def _authentication() -> dict[str, Any]:
    methods = {f"{name}_endpoint_auth_methods_supported": [METHOD] for name in _AUTHENTICATED}
    algorithms = {f"{name}_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS) for name in _AUTHENTICATED}
    return {**methods, **algorithms}


def resource_metadata(issuer: str, catalogue: Catalogue) -> dict[str, Any]:
    """RFC 9728, for the graph. Clients hold bound tokens unless they were registered otherwise."""
    return {
        **_resource(audience(issuer), issuer),
        "authorization_details_types_supported": [DETAILS_TYPE],
        "scopes_supported": _scope_names(catalogue),
    }


def office_metadata(issuer: str) -> dict[str, Any]:
    """RFC 9728, for the office: its tokens name neither scope nor purpose."""
    return _resource(office_audience(issuer), issuer)


def _resource(resource: str, issuer: str) -> dict[str, Any]:
    return {
        "resource": resource,
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(PROOF_ALGORITHMS),
        "dpop_bound_access_tokens_required": False,
        "tls_client_certificate_bound_access_tokens": False,
    }


def _scope_names(catalogue: Catalogue) -> list[str]:
    return [*sorted(catalogue.sets), *sorted(catalogue.scopes)]
