"""The floors: servers that read a request and send the bytes of an answer, and do nothing else.

No server in Python under uvicorn can cost less than bare ASGI does, and no route of a framework less than Starlette's
static one; what ours costs above them is what we are answerable for.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asgi import SERVED
from bench.contenders import Contender
from bench.ports import free_port

BARE, STATIC = "bare ASGI", "static Starlette"
MEDIA_TYPE = "application/json"

Answers = Mapping[str, bytes]  # by path


class Bare:
    """Sends the answer that is named by the path."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body", False):
            pass
        body = self._answers[scope["path"]]
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def static(answers: Answers) -> Starlette:
    """A route for each answer."""
    return Starlette(routes=[_route(path, answer) for path, answer in answers.items()])


def floors(answers: Path) -> list[Contender]:
    """Both floors, with one answer for each question in a directory."""
    return [_floor(name, answers) for name in FLOORS]


def _floor(name: str, answers: Path) -> Contender:
    port = free_port()
    return Contender(name, (sys.executable, "-m", "bench.floor", name, str(answers), str(port)), port, "/{question}")


def _route(path: str, answer: bytes) -> Route:
    async def endpoint(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type=MEDIA_TYPE)

    return Route(path, endpoint, methods=["POST"])


FLOORS: Mapping[str, Callable[[Answers], Any]] = {STATIC: static, BARE: Bare}


def main(name: str, answers: str, port: str) -> None:
    known = {f"/{path.stem}": path.read_bytes() for path in Path(answers).glob("*.json")}
    uvicorn.run(FLOORS[name](known), host="127.0.0.1", port=int(port), **SERVED | {"lifespan": "off"})


if __name__ == "__main__":
    main(*sys.argv[1:])
