"""The office over HTTP: POST, JSON, one question at a time.

Less than the graph accepts, on purpose: no GET, since a browser sends one across sites and every proxy logs it; no
batches, no forms, no compression. Who asks is found out before the body is read. Status codes follow GraphQL over
HTTP: `application/json` gets 200 for whatever was well-formed, `application/graphql-response+json` the precise one.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from auth.acts.actors import Actor
from auth.officers.door import TOKEN_HEADER
from office import limits
from office.answer import Question, answer, frames
from office.context import Context, Office
from office.errors import Code, NotAnswered, OfficeError
from office.schema import executable, schema
from office.visitor import Visitor

log = structlog.get_logger(__name__)

PATH = "/office/graphql"
NEW, OLD = "application/graphql-response+json", "application/json"
LENIENT = frozenset({400, 403})  # 200 for the older media type, once the body was JSON

FAULT = OfficeError(Code.INTERNAL, "Something went wrong here.")

Headers = Mapping[str, str]
WhoAsks = Callable[[Request], Awaitable[Visitor]]
"""Raises `TurnedAway` for who may not come in."""


class TurnedAway(Exception):
    """The request ends at the door, or is not one of GraphQL over HTTP."""

    def __init__(self, status: int, code: Code, message: str, headers: Headers | None = None) -> None:
        super().__init__(message)
        self.status, self.error, self.headers = status, OfficeError(code, message), headers or {}


class Endpoint:
    """`/office/graphql`."""

    def __init__(self, office: Office, who_asks: WhoAsks, *, headers: Headers) -> None:
        """`headers` go with every answer."""
        self._office, self._who_asks, self._headers = office, who_asks, headers
        self._schema = executable(schema())
        self._at_once: Counter[tuple[str, str]] = Counter()

    def route(self) -> Route:
        return Route(PATH, self.handle, methods=["POST"])

    async def handle(self, request: Request) -> Response:
        """Whatever comes, an answer leaves."""
        media_type = NEW if NEW in request.headers.get("accept", "") else OLD
        context: Context | None = None
        try:
            context = Context(await self._admitted(request), self._office)
            with self._room_for(context.visitor.actor):
                data = await answer(self._schema, await _question(request), context)
            response = self._response(200, media_type, {"data": data})
        except TurnedAway as turned:
            response = self._response(turned.status, media_type, _errors(turned.error), turned.headers)
        except NotAnswered as ended:
            status = 200 if media_type == OLD and ended.status in LENIENT else ended.status
            response = self._response(status, media_type, _errors(*ended.errors))
        except Exception as error:  # noqa: BLE001 -- the last door: nothing of what happened reaches the asker
            log.error("office_failed", kind=type(error).__name__, at=frames(error))  # noqa: TRY400 -- values may stand in it
            response = self._response(500, media_type, _errors(FAULT))
        self._renew(response, context)
        return response

    async def _admitted(self, request: Request) -> Visitor:
        if not _is_json(request.headers.get("content-type", "")) or "content-encoding" in request.headers:
            raise TurnedAway(415, Code.BAD_USER_INPUT, "The body must be application/json in UTF-8, not compressed.")
        return await self._who_asks(request)

    @contextmanager
    def _room_for(self, actor: Actor) -> Iterator[None]:
        """Room while a body comes and is answered: so much for one actor, so much for all of a kind.

        So neither a client that sends its bodies slowly nor all of them together keep an officer from revoking.
        """
        counted = {(actor.kind, ""): limits.REQUESTS_AT_ONCE, (actor.kind, actor.name): limits.REQUESTS_OF_ONE}
        if any(self._at_once[name] >= most for name, most in counted.items()):
            message = "Too many requests are being answered; ask again in a moment."
            raise TurnedAway(503, Code.OVERLOADED, message, {"Retry-After": "1"})
        self._at_once.update(counted.keys())
        try:
            yield
        finally:
            self._at_once.subtract(counted.keys())
            self._at_once = +self._at_once

    def _renew(self, response: Response, context: Context | None) -> None:
        """Give the browser its session's new secret, also where the change came to nothing: the old one is dead."""
        if context is not None and context.renewed is not None and context.visitor.session is not None:
            session = replace(context.visitor.session, secret=context.renewed)
            self._office.officers.cookie.give(response, session.secret)
            response.headers[TOKEN_HEADER] = session.form_token

    def _response(self, status: int, media_type: str, body: Any, headers: Headers | None = None) -> Response:
        return Response(
            orjson.dumps(body, default=str),
            status,
            {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **self._headers, **(headers or {})},
            media_type=f"{media_type}; charset=utf-8",
        )


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.lower().partition(";")
    charsets = (part.strip().removeprefix("charset=").strip('"') for part in parameters.split(";") if "charset" in part)
    return media_type.strip() == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)


async def _question(request: Request) -> Question:
    try:
        async with asyncio.timeout(limits.BODY_SECONDS):
            body = await _body(request)
    except TimeoutError:
        message = f"The body did not come within {limits.BODY_SECONDS:g} seconds."
        raise TurnedAway(408, Code.LIMIT_EXCEEDED, message, {"Connection": "close"}) from None
    try:
        return _of_parameters(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise TurnedAway(400, Code.BAD_USER_INPUT, "The body is not JSON.") from None


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limits.BODY_BYTES:
                message = f"The body exceeds the limit of {limits.BODY_BYTES} bytes."
                raise TurnedAway(413, Code.LIMIT_EXCEEDED, message, {"Connection": "close"})
    except ClientDisconnect:
        raise TurnedAway(400, Code.BAD_USER_INPUT, "The body is incomplete.") from None
    return bytes(body)


def _of_parameters(given: Any) -> Question:
    """The question of a request; what is wrong with a parameter is said without quoting it."""
    if not isinstance(given, dict):
        raise TurnedAway(400, Code.BAD_USER_INPUT, "The body must be one JSON object; batches are not accepted.")
    text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(text, str):
        raise TurnedAway(400, Code.BAD_USER_INPUT, "query must be a string.")
    if not isinstance(name, str | None):
        raise TurnedAway(400, Code.BAD_USER_INPUT, "operationName must be a string.")
    if not isinstance(variables, dict | None):
        raise TurnedAway(400, Code.BAD_USER_INPUT, "variables must be an object.")
    return Question(text, name or None, variables or {})


def _errors(*errors: OfficeError) -> dict[str, Any]:
    return {"errors": [error.as_json() for error in errors]}
