"""The HTTP face of the authority: the token endpoint, and what clients and resource servers look up.

Addresses are made from the configured issuer, never from `Host` or forwarded headers.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.access.authority import Authority
from auth.access.purposes import DETAILS_TYPE
from auth.access.tokens import audience
from auth.errors import GrantsUnconfirmed
from auth.keys import public_jwk
from auth.oauth.assertion import ALGORITHMS, METHOD
from auth.oauth.bridge import LONGEST_BODY, Answer, read_form
from auth.oauth.server import UNAVAILABLE, AuthorizationServer
from auth.scopes import Catalogue

RESOURCE_METADATA = "/.well-known/oauth-protected-resource"
SERVER_METADATA = "/.well-known/oauth-authorization-server"
KEYS_FRESH_S = 300
SET_FRESH_S = 86_400


def routes(server: AuthorizationServer) -> list[Route]:
    """Every address under `/oauth` and `/.well-known` that belongs to the authority."""
    authority = server.authority
    check_issuer(authority.issuer)
    resource = resource_metadata(authority.issuer, authority.catalogue)
    return [
        Route("/oauth/token", _token(server), methods=["POST"]),
        Route("/oauth/jwks", _keys(authority), methods=["GET"]),
        Route("/oauth/scope-sets/{name}", _scope_set(authority.catalogue), methods=["GET"]),
        Route(SERVER_METADATA, _document(server_metadata(authority.issuer, authority.catalogue)), methods=["GET"]),
        Route(RESOURCE_METADATA, _document(resource), methods=["GET"]),
        Route(RESOURCE_METADATA + "/graphql", _document(resource), methods=["GET"]),
    ]


def check_issuer(issuer: str) -> None:
    """An issuer is an origin: it is compared as text, and the addresses of metadata follow from it."""
    parts = urlsplit(issuer)
    if parts.scheme not in {"https", "http"} or not parts.netloc or issuer != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("the issuer must be scheme and host only, such as https://lienthong.example")


def server_metadata(issuer: str, catalogue: Catalogue) -> dict[str, Any]:
    """RFC 8414."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + "/oauth/token",
        "jwks_uri": issuer + "/oauth/jwks",
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": [METHOD],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_details_types_supported": [DETAILS_TYPE],
        "scopes_supported": _scope_names(catalogue),
        "protected_resources": [audience(issuer)],
    }


def resource_metadata(issuer: str, catalogue: Catalogue) -> dict[str, Any]:
    """RFC 9728."""
    return {
        "resource": audience(issuer),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "authorization_details_types_supported": [DETAILS_TYPE],
        "scopes_supported": _scope_names(catalogue),
    }


def _scope_names(catalogue: Catalogue) -> list[str]:
    return [*sorted(catalogue.sets), *sorted(catalogue.scopes)]


Endpoint = Callable[[Request], Awaitable[Response]]


def _token(server: AuthorizationServer) -> Endpoint:
    async def token(request: Request) -> Response:
        try:
            body = await _read_body(request)
            if body is None:
                return _respond(_TOO_LARGE)
            form = read_form(request.headers.get("content-type", ""), body)
        except OAuth2Error as error:
            return _respond(server.handle_response(*error()))
        return _respond(await server.token(form))

    return token


_TOO_LARGE = Answer(
    413,
    {"error": "invalid_request", "error_description": f"The request body exceeds {LONGEST_BODY} bytes."},
    {"Connection": "close"},
)


async def _read_body(request: Request) -> bytes | None:
    """The body, or None where it is too large: the rest of it is not read."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_BODY:
                return None
    except ClientDisconnect:
        return b""
    return body


def _keys(authority: Authority) -> Endpoint:
    async def keys(_: Request) -> Response:
        try:
            published = authority.snapshot().keys.values()
        except GrantsUnconfirmed:
            return _respond(UNAVAILABLE)
        return _fresh({"keys": [public_jwk(key) for key in published]}, KEYS_FRESH_S)

    return keys


def _scope_set(catalogue: Catalogue) -> Endpoint:
    async def scope_set(request: Request) -> Response:
        name = request.path_params["name"]
        members = catalogue.sets.get(name)
        if members is None:
            return JSONResponse({"error": "not_found", "error_description": "There is no such scope set."}, 404)
        return _fresh({"name": name, "scopes": sorted(members)}, SET_FRESH_S)

    return scope_set


def _document(content: dict[str, Any]) -> Endpoint:
    async def document(_: Request) -> Response:
        return _fresh(content, KEYS_FRESH_S)

    return document


def _fresh(content: dict[str, Any], seconds: int) -> Response:
    return JSONResponse(content, headers={"Cache-Control": f"public, max-age={seconds}"})


def _respond(answer: Answer) -> Response:
    headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-type"}
    return JSONResponse(dict(answer.body), answer.status, {"Cache-Control": "no-store", **headers})
