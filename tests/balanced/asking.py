"""Clients of a balanced installation: which server is asked is theirs to say, each time over a new connection."""

import asyncio
import json
from collections.abc import Sequence

import httpx2
from joserfc.jwk import ECKey
from requests_oauth2client.dpop import DPoPToken

from tests.auth.holders import Holder
from tests.balanced.conftest import Balanced
from tests.clients.test_requests_oauth2client import FIND, FOR_TAXES, NAME, client_of

QUERY = '{ citizen(pin: "001085000001") { fullName } }'
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Door:
    """Posts to one server or another."""

    def __init__(self) -> None:
        self._client = httpx2.AsyncClient(timeout=30, limits=httpx2.Limits(max_keepalive_connections=0))

    async def post(self, port: int, path: str, content: str, **headers: str) -> httpx2.Response:
        url = f"http://127.0.0.1:{port}{path}"
        return await self._client.post(url, content=content, headers={**headers, "connection": "close"})

    async def ask(self, port: int, authorization: str, query: str = QUERY, **headers: str) -> httpx2.Response:
        told = {"content-type": "application/json", "authorization": authorization, **headers}
        return await self.post(port, "/graphql", json.dumps({"query": query}), **told)

    async def everywhere(self, ports: Sequence[int], authorization: str, **headers: str) -> list[int]:
        """The status of each server's answer, asked at the same moment."""
        asked = (self.ask(port, authorization, **headers) for port in ports)
        return [each.status_code for each in await asyncio.gather(*asked)]

    async def close(self) -> None:
        await self._client.aclose()


class Told:
    """The nonce that the last answer brought."""

    nonce = ""

    def current(self) -> str:
        return self.nonce


class BoundClient:
    """`tax-service` of the demo: its tokens are bound to a key."""

    def __init__(self, balanced: Balanced) -> None:
        client = client_of(balanced.served, "tax-service", dpop_bound_access_tokens=True)
        token = client.client_credentials(scope=f"{NAME} {FIND}", **FOR_TAXES)
        assert isinstance(token, DPoPToken)
        self._graph, self._told = balanced.served.issuer + "/graphql", Told()
        self._holder = Holder(self._told, ECKey.import_key(token.dpop_key.private_key.to_dict()))  # type: ignore[arg-type]
        self.token = token.access_token
        self.authorization = f"DPoP {self.token}"

    async def learns_the_nonce(self, door: Door, port: int) -> None:
        answer = await door.ask(port, self.authorization, dpop=self.proof())
        self._told.nonce = answer.headers["dpop-nonce"]

    def proof(self) -> str:
        return self._holder.proof(self._graph, token=self.token)
