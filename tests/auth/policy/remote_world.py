"""A ministry's subgraph beside an installation, and a gateway between the two that may lie."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx2
from starlette.applications import Starlette

from auth.oauth.endpoints import routes
from auth.policy.remote import RemotePolicy
from tests.auth.world import ISSUER, Installation

Handler = Callable[[httpx2.Request], Awaitable[httpx2.Response]]


class Gateway(httpx2.AsyncBaseTransport):
    """Carries requests to the authority in this process. `through` may be replaced by something that lies."""

    def __init__(self, made: Installation) -> None:
        app = Starlette(routes=routes(made.server))
        self._honest = httpx2.ASGITransport(app=app)
        self.through: Handler = self.honest
        self.answers: list[tuple[str, bytes]] = []

    async def honest(self, request: httpx2.Request) -> httpx2.Response:
        """To the authority and back, with the answer kept."""
        answer = await self._honest.handle_async_request(request)
        body = await answer.aread()
        if request.url.path == "/oauth/policy":
            self.answers.append((str(request.url), body))
        return httpx2.Response(answer.status_code, headers=answer.headers, content=body)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self.through(request)


async def add_subgraph(made: Installation, client: str = "land-graph", domain: str = "land", **columns: Any) -> Any:
    return await made.add_client(client, agency="G10", kind="subgraph", domain=domain, allowed=[], **columns)


def remote(made: Installation, gateway: Gateway, client: str = "land-graph", key: Any = None) -> RemotePolicy:
    http = httpx2.AsyncClient(transport=gateway)
    return RemotePolicy(http, issuer=ISSUER, client=client, key=key or made.keys[client])


@contextlib.asynccontextmanager
async def following(source: RemotePolicy) -> AsyncIterator[RemotePolicy]:
    await source.open()
    try:
        yield source
    finally:
        await source.close()
