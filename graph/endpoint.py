"""GraphQL over HTTP: bytes in, bytes out. Bare ASGI, because this is the route on which everything waits.

POST with a JSON body for everything; GET for documents that need no scope, because a personal number must never stand
in a proxy's log. No batching, no multipart, no forms: what a browser may send across sites is refused, and a token is
always asked for. Status codes follow the specification's two media types.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from traceback import extract_tb
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog

from auth.access.authority import Authority
from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, Unauthenticated
from graph import metrics
from graph.answer import Graph, Question
from graph.document import parsed
from graph.errors import Code, GraphError, Refused
from graph.limits import BODY_BYTES, BODY_SECONDS, REQUESTS_AT_ONCE
from graph.personal import is_personal
from ledger import NotRecorded

log = structlog.get_logger()

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
Respond = Callable[[Question, Caller, bytes], Awaitable[bytes]]

NEW, OLD = b"application/graphql-response+json", b"application/json"
ALLOWED = [(b"allow", b"GET, POST")]
STRICT_FOR_BOTH = frozenset({401, 403, 405, 406, 413, 415, 429, 500, 503})  # other statuses are 200 for the old type


@dataclass(frozen=True, slots=True)
class _Request:
    """What the headers say."""

    method: str
    authorization: str | None
    content_type: str
    accept: str
    is_encoded: bool
    query_string: bytes


class _Unacceptable(Exception):
    """The request is not one of GraphQL over HTTP; `status` says how."""

    def __init__(self, status: int, message: str, code: Code = Code.BAD_USER_INPUT, *, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphError(code, message)
        self.headers = headers


class Endpoint:
    """One route: `/graphql`, or `/graphql/explain` with another way to respond."""

    def __init__(
        self, graph: Graph, authority: Authority, respond: Respond, *, headers: Headers, metadata: str
    ) -> None:
        """`headers` go with every answer; `metadata` is the URL of RFC 9728, named where a token is missing."""
        self._graph = graph
        self._authority = authority
        self._respond = respond
        self._extra = headers
        self._answering = 0
        self._metadata = metadata

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = _read_headers(scope)
        request_id = self._graph.new_request_id()
        media_type, headers = OLD, [*self._extra, (b"x-request-id", request_id.hex().encode())]
        try:
            media_type = _media_type(request.accept)
            self._check_room()
            self._authority.caller(request.authorization)  # before a stranger's body is read
            question = await self._question(request, receive)
            caller = self._authority.caller(request.authorization)  # as of now: a body may take its time
            body = await self._responded(question, caller, request_id)
            now = self._authority.caller(request.authorization)
            if now.rights is not caller.rights:  # the grants changed meanwhile: what leaves is decided by those of now
                body = await self._responded(question, now, self._graph.new_request_id())
            status = 200
        except Refused as refusal:
            status, body = self._refusal(refusal, media_type)
            headers = [*headers, *(self._challenge(refusal) if status == 403 else [])]
        except Unauthenticated as error:
            status, body = 401, _errors(GraphError(Code.UNAUTHENTICATED, error.description))
            headers = [*headers, (b"www-authenticate", error.challenge(self._metadata).encode())]
        except GrantsUnconfirmed:
            status, body = 503, _errors(GraphError(Code.GRANTS_UNCONFIRMED, "The grants cannot be confirmed now."))
        except NotRecorded:
            message = "The disclosure could not be recorded, so nothing was disclosed."
            status, body = 503, _errors(GraphError(Code.DISCLOSURE_NOT_RECORDED, message))
        except _Unacceptable as error:
            status, body = error.status, _errors(error.error)
            headers = [*headers, *error.headers]
        except Exception as error:  # noqa: BLE001 -- the last door: nothing of what happened reaches the caller
            log.error("answer_failed", kind=type(error).__name__, at=_places(error))  # noqa: TRY400 -- values may stand in it
            status, body = 500, _errors(GraphError(Code.INTERNAL, "Something went wrong here."))
        metrics.count_answer(status)
        await _send(send, status, media_type, headers, body)

    async def _responded(self, question: Question, caller: Caller, request_id: bytes) -> bytes:
        """The body of the answer. A request takes up room from here on: who sends nothing keeps nobody out."""
        self._check_room()
        self._answering += 1
        try:
            return await self._respond(question, caller, request_id)
        finally:
            self._answering -= 1

    def _check_room(self) -> None:
        if self._answering >= REQUESTS_AT_ONCE:
            message = "Too many requests are being answered; ask again in a moment."
            raise _Unacceptable(503, message, Code.OVERLOADED, headers=[(b"retry-after", b"1")])

    async def _question(self, request: _Request, receive: Receive) -> Question:
        if request.method == "GET":
            question = _of_parameters(_parameters(request.query_string))
            if is_personal(self._graph.composed, parsed(question.text)):
                message = "Personal data is asked for with POST, so that no log on the way keeps a number."
                raise _Unacceptable(405, message, headers=ALLOWED)
            return question
        if request.method != "POST":
            raise _Unacceptable(405, "Ask with POST.", headers=ALLOWED)
        if not _is_json(request.content_type) or request.is_encoded:
            raise _Unacceptable(415, "The body must be application/json in UTF-8, not compressed.")
        return _of_parameters(_parsed(await _body_in_time(receive)))

    def _refusal(self, refusal: Refused, media_type: bytes) -> tuple[int, bytes]:
        status = refusal.status
        if media_type == OLD and status not in STRICT_FOR_BOTH - {403}:
            status = 200
        return status, _errors(*refusal.errors)

    def _challenge(self, refusal: Refused) -> Headers:
        """RFC 6750 section 3: which scopes would do."""
        parts = [f'Bearer resource_metadata="{self._metadata}"', 'error="insufficient_scope"']
        scopes = {str(entry.details["scope"]) for entry in refusal.errors if "scope" in entry.details}
        if scopes:
            parts.append(f'scope="{" ".join(sorted(scopes))}"')
        return [(b"www-authenticate", ", ".join(parts).encode())]


def _read_headers(scope: Scope) -> _Request:
    authorization, content_type, accept, is_encoded = None, "", "", False
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = value.decode("latin-1")
        elif name == b"content-type":
            content_type = value.decode("latin-1")
        elif name == b"accept":
            accept = f"{accept},{value.decode('latin-1')}" if accept else value.decode("latin-1")
        elif name == b"content-encoding":
            is_encoded = value.lower() != b"identity"
    return _Request(scope["method"], authorization, content_type, accept, is_encoded, scope["query_string"])


def _is_json(content_type: str) -> bool:
    """JSON in UTF-8, which is what JSON is; a body that says it is something else may mean something else."""
    media_type, _, parameters = content_type.lower().partition(";")
    charsets = (part.strip().removeprefix("charset=").strip('"') for part in parameters.split(";") if "charset" in part)
    return media_type.strip() == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)


@lru_cache(maxsize=256)
def _media_type(accept: str) -> bytes:
    """The media type of the answer: the older one unless the newer is asked for by name, and at least as gladly."""
    wanted = dict(map(_preference, accept.split(","))) if accept.strip() else {"*/*": 1.0}
    newer = wanted.get(NEW.decode(), 0.0)
    older = next((wanted[name] for name in (OLD.decode(), "application/*", "*/*") if name in wanted), 0.0)
    if not newer and not older:
        raise _Unacceptable(406, "Accept must allow application/graphql-response+json or application/json.")
    return NEW if newer >= older else OLD


def _preference(part: str) -> tuple[str, float]:
    """One entry of `Accept`: a media type, and how gladly it is taken."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = (parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q="))
    try:
        return media_type, float(next(weights, "1"))
    except ValueError:
        return media_type, 0.0


async def _body_in_time(receive: Receive) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _body(receive)
    except TimeoutError:
        message = f"The body did not come within {BODY_SECONDS:g} seconds."
        raise _Unacceptable(408, message, Code.LIMIT_EXCEEDED, headers=[(b"connection", b"close")]) from None


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Unacceptable(400, "The body is incomplete.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_BYTES:
            raise _Unacceptable(413, f"The body exceeds the limit of {BODY_BYTES} bytes.", Code.LIMIT_EXCEEDED)
        if not message.get("more_body", False):
            return b"".join(parts)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _Unacceptable(400, "The body is not JSON.") from None


def _parameters(query_string: bytes) -> dict[str, Any]:
    try:
        given = parse_qs(
            query_string.decode("ascii"), strict_parsing=bool(query_string), encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise _Unacceptable(400, "The query string is not well-formed.") from None
    if any(len(values) > 1 for values in given.values()):
        raise _Unacceptable(400, "A parameter is given twice.")
    found: dict[str, Any] = {name: values[0] for name, values in given.items()}
    for name in ("variables", "extensions"):
        if name in found:
            found[name] = _parsed(found[name].encode())
    return found


def _of_parameters(given: Any) -> Question:
    """The question of a request; what is wrong with a parameter is said without quoting it."""
    if not isinstance(given, Mapping):
        raise _Unacceptable(400, "The body must be a JSON object with a query; batches are not accepted.")
    text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(text, str):
        raise _Unacceptable(400, "query must be a string.")
    if name is not None and not isinstance(name, str):
        raise _Unacceptable(400, "operationName must be a string.")
    if variables is not None and not isinstance(variables, Mapping):
        raise _Unacceptable(400, "variables must be an object.")
    if given.get("extensions") is not None and not isinstance(given["extensions"], Mapping):
        raise _Unacceptable(400, "extensions must be an object.")
    return Question(text, name or None, variables or {})


def _errors(*errors: GraphError) -> bytes:
    return orjson.dumps({"errors": [error.as_json() for error in errors]})


def _places(error: Exception) -> list[str]:
    """Where a failure came from; its message may hold a value and is not kept."""
    return [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]


async def _send(
    send: Send, status: int, media_type: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", media_type + b"; charset=utf-8"),
                (b"content-length", b"%d" % len(body)),
                (b"cache-control", b"no-store"),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
