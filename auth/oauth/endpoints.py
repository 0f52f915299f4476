"""The HTTP face of the authority: the endpoints to which clients post, and what clients and resource servers look up.

Addresses are made from the configured issuer, never from `Host` or forwarded headers.
"""

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.access.authority import Authority
from auth.errors import GrantsUnconfirmed
from auth.keys import KEYS_FRESH_S, public_jwk
from auth.oauth.bridge import Answer
from auth.oauth.metadata import (
    INTROSPECT,
    JWKS,
    PAR,
    RESOURCE_METADATA,
    REVOKE,
    SERVER_METADATA,
    TOKEN,
    check_issuer,
    office_metadata,
    resource_metadata,
    server_metadata,
)
from auth.oauth.par import push
from auth.oauth.policy import policy_routes
from auth.oauth.posted import Door, Endpoint, respond
from auth.oauth.questions import introspect, revoke
from auth.oauth.server import GRANT_TYPES, UNAVAILABLE, AuthorizationServer
from auth.scopes import Catalogue

SET_FRESH_S = 86_400


def routes(server: AuthorizationServer) -> list[Route]:
    """Every address under `/oauth` and `/.well-known` that belongs to the authority."""
    return [*_posted(server), *policy_routes(server), *_looked_up(server.authority)]


def _posted(server: AuthorizationServer) -> list[Route]:
    door = Door(server)

    async def token(form: dict[str, str], proof: str | None) -> Answer:
        return await server.token(form, proof=proof)

    async def asked(form: dict[str, str], proof: str | None) -> Answer:
        return await server.respond(INTROSPECT, form, partial(introspect, server), proof=proof)

    async def revoked(form: dict[str, str], proof: str | None) -> Answer:
        return await server.respond(REVOKE, form, partial(revoke, server), proof=proof)

    async def pushed(form: dict[str, str], proof: str | None) -> Answer:
        return await server.respond(PAR, form, partial(push, server), proof=proof)

    posted = {TOKEN: token, INTROSPECT: asked, REVOKE: revoked, PAR: pushed}
    return [Route(path, door.endpoint(answer), methods=["POST"]) for path, answer in posted.items()]


def _looked_up(authority: Authority) -> list[Route]:
    issuer, catalogue = authority.issuer, authority.catalogue
    check_issuer(issuer)
    documents = {
        SERVER_METADATA: server_metadata(issuer, catalogue, GRANT_TYPES),
        RESOURCE_METADATA: resource_metadata(issuer, catalogue),
        RESOURCE_METADATA + "/graphql": resource_metadata(issuer, catalogue),
        RESOURCE_METADATA + "/office/graphql": office_metadata(issuer),
    }
    return [
        Route(JWKS, _keys(authority), methods=["GET"]),
        Route("/oauth/scope-sets/{name}", _scope_set(catalogue), methods=["GET"]),
        *(Route(path, _document(content), methods=["GET"]) for path, content in documents.items()),
    ]


def _keys(authority: Authority) -> Endpoint:
    async def keys(_: Request) -> Response:
        try:
            published = authority.snapshot().keys.values()
        except GrantsUnconfirmed:
            return respond(UNAVAILABLE)
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
