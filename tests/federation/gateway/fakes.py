"""What stands around a gateway under test: an authority and two registers that say what they are told to say."""

import asyncio
import contextlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from graphql import GraphQLSchema, build_schema, graphql_sync
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

REQUEST_ID = "0123456789abcdef0123456789abcdef"
NAME, ALIAS = "people:person.name:read", "gossip:person.alias:read"
SET = "set:people.all.v1"
PROOF = "proof"
AS_OF = "2020-01-01T00:00:00Z"

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class Asked:
    """One request that came: its headers, and its body as it was sent."""

    method: str
    headers: Mapping[str, str]
    body: bytes
    query: str = ""

    @property
    def document(self) -> str:
        return str(json.loads(self.body)["query"])


@dataclass
class Fake:
    """Somebody who answers, and remembers by whom it was asked."""

    asked: list[Asked] = field(default_factory=list)
    instead: Answer | None = None

    async def heard(self, request: Request) -> Asked:
        asked = Asked(request.method, dict(request.headers), await request.body(), request.url.query)
        self.asked.append(asked)
        return asked

    def forget(self) -> None:
        self.asked, self.instead = [], None


class Authority(Fake):
    """Grants whatever it is asked, unless it is told to answer something else."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ECKey.generate_key("P-256", auto_kid=True)
        self.grant: dict[str, Any] = {}
        self.port = 0

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.port}"

    def token(self, scope: str, **claims: Any) -> str:
        told = {"iss": self.issuer, "aud": f"{self.issuer}/graphql", "exp": int(time.time()) + 60, "scope": scope}
        claims["jti"] = secrets.token_hex(8)
        return jwt.encode({"alg": "ES256", "kid": self.key.kid, "typ": "at+jwt"}, {**told, **claims}, self.key)

    def forget(self) -> None:
        super().forget()
        self.grant = {}

    def app(self) -> Starlette:
        every = ["GET", "POST", "PUT", "OPTIONS"]
        return Starlette(
            routes=[
                Route("/graphql/explain", self._explain, methods=every),
                Route("/oauth/jwks", self._keys),
            ]
        )

    async def _explain(self, request: Request) -> Response:
        await self.heard(request)
        if self.instead is not None:
            return await self.instead(request)
        headers = {"x-request-id": REQUEST_ID, "dpop-nonce": "nonce", "x-synthetic-data": "1"}
        return JSONResponse({"ticket": "granted", "requestId": REQUEST_ID, **self.grant}, headers=headers)

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [{**self.key.as_dict(private=False), "alg": "ES256", "use": "sig"}]})


class Register(Fake):
    """Answers from what it was given, as a subgraph does."""

    def __init__(self, name: str, sdl: str, data: Mapping[str, Any]) -> None:
        super().__init__()
        self._name, self.as_of = name, AS_OF
        self._schema: GraphQLSchema = build_schema(sdl, assume_valid=True)
        self._data = data
        self.pause = 0.0

    def forget(self) -> None:
        super().forget()
        self.pause, self.as_of = 0.0, AS_OF

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/graphql", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        await self.heard(request)
        return await (self.instead or self.known)(request)

    async def known(self, request: Request) -> Response:
        """The true answer."""
        await asyncio.sleep(self.pause)
        body = await request.json()
        result = graphql_sync(self._schema, body["query"], self._data, variable_values=body.get("variables"))
        said = {"extensions": {"sources": {self._name: {"asOf": self.as_of}}}}
        return JSONResponse({**result.formatted, **said})


def says(status: int, body: Any, **headers: str) -> Answer:
    """Answer this."""

    async def answer(_: Request) -> Response:
        return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def refuses(code: str, status: int, **headers: str) -> Answer:
    """Answer with one refusal, as the graph does."""
    return says(status, {"errors": [{"message": "No.", "extensions": {"code": code}}]}, **headers)


async def hangs(_: Request) -> Response:
    """Answer nothing for longer than anybody waits."""
    await asyncio.sleep(30)
    return Response()


@contextlib.contextmanager
def listening(app: Starlette) -> Iterator[int]:
    """The port at which an application answers, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(app, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(bound.getsockname()[1])
        server.should_exit = True
        thread.join(10)
