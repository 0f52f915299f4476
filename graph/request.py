"""What a client sends, read but not understood: headers, a body in time and in size, the parameters of a question.

No batching, no multipart, no forms: what a browser may send across sites is refused. What is wrong with a parameter is
said without quoting it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import msgspec
import orjson

from graph.errors import Code, GraphError
from graph.limits import BODY_BYTES, BODY_SECONDS
from ledger import OFFICER_LENGTH, names_an_officer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

NEW, OLD = b"application/graphql-response+json", b"application/json"
OFFICER = b"agency-officer"
TICKET = b"lienthong-ticket"
ALLOWED = [(b"allow", b"GET, POST")]


class Request(msgspec.Struct, frozen=True, gc=False):
    """What the headers say."""

    method: str
    path: str
    authorization: str | None
    proof: str | None
    content_type: str
    accept: str
    is_encoded: bool
    query_string: bytes
    officer: str | None
    ticket: str | None

    @property
    def scheme(self) -> str:
        """By which scheme the caller shows who it is, as it stands in challenges."""
        return "DPoP" if self.authorization is not None and self.authorization[:5].lower() == "dpop " else "Bearer"


class Sent(msgspec.Struct, frozen=True, gc=False):
    """The parameters of GraphQL over HTTP: a document, or the name under which one is registered."""

    query: str | None
    document_id: str | None
    operation_name: str | None
    variables: Mapping[str, Any]


class Unacceptable(Exception):
    """The request is not one of GraphQL over HTTP; `status` says how."""

    def __init__(self, status: int, message: str, code: Code = Code.BAD_USER_INPUT, *, headers: Headers = ()) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphError(code, message)
        self.headers = headers


def read_headers(scope: Scope) -> Request:
    """A header that decides who asks counts with all its lines: whoever sends two means neither."""
    authorization, proof, officer, ticket, content_type, accept, is_encoded = None, None, None, None, "", "", False
    for name, value in scope["headers"]:
        if name == b"authorization":
            authorization = _joined(authorization, value)
        elif name == b"dpop":
            proof = _joined(proof, value)
        elif name == OFFICER:
            officer = _joined(officer, value)
        elif name == b"content-type":
            content_type = value.decode("latin-1")
        elif name == b"accept":
            accept = f"{accept},{value.decode('latin-1')}" if accept else value.decode("latin-1")
        elif name == b"content-encoding":
            is_encoded = value.lower() != b"identity"
        elif name == TICKET:
            ticket = _joined(ticket, value)
    return Request(
        scope["method"],
        scope["path"],
        authorization,
        proof,
        content_type,
        accept,
        is_encoded,
        scope["query_string"],
        officer,
        ticket,
    )


def _joined(before: str | None, value: bytes) -> str:
    return value.decode("latin-1") if before is None else f"{before},{value.decode('latin-1')}"


@lru_cache(maxsize=256)
def media_type(accept: str) -> bytes:
    """The media type of the answer: the older one unless the newer is asked for by name, and at least as gladly."""
    wanted = dict(map(_preference, accept.split(","))) if accept.strip() else {"*/*": 1.0}
    newer = wanted.get(NEW.decode(), 0.0)
    older = next((wanted[name] for name in (OLD.decode(), "application/*", "*/*") if name in wanted), 0.0)
    if not newer and not older:
        raise Unacceptable(406, "Accept must allow application/graphql-response+json or application/json.")
    return NEW if newer >= older else OLD


def _preference(part: str) -> tuple[str, float]:
    """One entry of `Accept`: a media type, and how gladly it is taken."""
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = (parameter.removeprefix("q=") for parameter in parameters if parameter.startswith("q="))
    try:
        return media_type, float(next(weights, "1"))
    except ValueError:
        return media_type, 0.0


def named_officer(request: Request) -> str | None:
    """For whom at the agency its client asks. Refuses what is no account name: no person's number gets in."""
    if request.officer is not None and not names_an_officer(request.officer):
        message = (
            f"Agency-Officer must be an account name of up to {OFFICER_LENGTH} letters, digits, dots, dashes and "
            "underscores, without a number of nine digits or more."
        )
        raise Unacceptable(400, message)
    return request.officer


def has_left(receive: Receive) -> bool:
    """Whether the client is gone by now."""
    said = _at_once(receive)
    return said is not None and said["type"] == "http.disconnect"


def _at_once(receive: Receive) -> Message | None:
    """What `receive` has to say without waiting; None where it would wait, and is given up."""
    saying = receive().__await__()
    try:
        next(saying)
    except StopIteration as said:
        message: Message = said.value
        return message
    saying.close()
    return None


async def read_parameters(request: Request, receive: Receive) -> Sent:
    """What is asked, from the query string of a GET or the body of a POST."""
    if request.method == "GET":
        return _of_parameters(_parameters(request.query_string))
    if request.method != "POST":
        raise Unacceptable(405, "Ask with POST.", headers=ALLOWED)
    if not _is_json(request.content_type) or request.is_encoded:
        raise Unacceptable(415, "The body must be application/json in UTF-8, not compressed.")
    return _of_parameters(_parsed(await _body_in_time(receive)))


def _is_json(content_type: str) -> bool:
    """JSON in UTF-8, which is what JSON is; a body that says it is something else may mean something else."""
    if content_type == "application/json":
        return True
    media_type, _, parameters = content_type.lower().partition(";")
    charsets = (part.strip().removeprefix("charset=").strip('"') for part in parameters.split(";") if "charset" in part)
    return media_type.strip() == "application/json" and all(charset in {"utf-8", "utf8"} for charset in charsets)


async def _body_in_time(receive: Receive) -> bytes:
    """The whole body. One that is there already, as most are, is not given a time."""
    first = _at_once(receive)
    if first is not None and not first.get("more_body", False):
        return _within_size(_part(first))
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _body(receive, first)
    except TimeoutError:
        message = f"The body did not come within {BODY_SECONDS:g} seconds."
        raise Unacceptable(408, message, Code.LIMIT_EXCEEDED, headers=[(b"connection", b"close")]) from None


async def _body(receive: Receive, first: Message | None) -> bytes:
    message = first or await receive()
    body = bytearray(_within_size(_part(message)))
    while message.get("more_body", False):
        message = await receive()
        body += _within_size(_part(message), len(body))
    return bytes(body)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise Unacceptable(400, "The body is incomplete.")
    part: bytes = message.get("body", b"")
    return part


def _within_size(part: bytes, before: int = 0) -> bytes:
    if before + len(part) > BODY_BYTES:
        raise Unacceptable(413, f"The body exceeds the limit of {BODY_BYTES} bytes.", Code.LIMIT_EXCEEDED)
    return part


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unacceptable(400, "The body is not JSON.") from None


def _parameters(query_string: bytes) -> dict[str, Any]:
    try:
        given = parse_qs(
            query_string.decode("ascii"), strict_parsing=bool(query_string), encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise Unacceptable(400, "The query string is not well-formed.") from None
    if any(len(values) > 1 for values in given.values()):
        raise Unacceptable(400, "A parameter is given twice.")
    found: dict[str, Any] = {name: values[0] for name, values in given.items()}
    for name in ("variables", "extensions"):
        if name in found:
            found[name] = _parsed(found[name].encode())
    return found


def _of_parameters(given: Any) -> Sent:
    if not isinstance(given, Mapping):
        raise Unacceptable(400, "The body must be a JSON object with a query; batches are not accepted.")
    text, document_id = given.get("query"), given.get("documentId")
    name, variables = given.get("operationName"), given.get("variables")
    if document_id is None and not isinstance(text, str):
        raise Unacceptable(400, "query must be a string.")
    if document_id is not None and (text is not None or not isinstance(document_id, str)):
        raise Unacceptable(400, "documentId must be a string, and stands in place of query.")
    if name is not None and not isinstance(name, str):
        raise Unacceptable(400, "operationName must be a string.")
    if variables is not None and not isinstance(variables, Mapping):
        raise Unacceptable(400, "variables must be an object.")
    if given.get("extensions") is not None and not isinstance(given["extensions"], Mapping):
        raise Unacceptable(400, "extensions must be an object.")
    return Sent(text, document_id, name or None, variables or {})
