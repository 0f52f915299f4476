"""GraphQL over HTTP: bytes in, bytes out. Bare ASGI, because this is the route on which everything waits.

POST with a JSON body for everything; GET for documents that need no scope, because a personal number must never stand
in a proxy's log. A token is always asked for, before a stranger's body is read. Status codes follow the specification's
two media types.

Who asks is proved once, with the headers: a proof of possession counts for one use. What that caller may do is asked
again whenever time has passed (law 6). Where it changed while a request was being answered, the request starts over
with the rights of now; what was recorded until then stays recorded, under the same request id. What is on record and
does not leave, because of that or because the client has gone, is marked as withheld.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from traceback import extract_tb

import orjson
import structlog

from auth.caller import Caller
from auth.errors import GrantsUnconfirmed, Revoked, RightsChanged, Unauthenticated
from graph import metrics
from graph.admission import Admission
from graph.answer import Graph, Question
from graph.document import parsed
from graph.errors import Code, GraphError, Refused
from graph.exchange import Exchange
from graph.limits import REQUESTS_AT_ONCE
from graph.personal import is_personal
from graph.registered import RegisteredOperations
from graph.request import (
    ALLOWED,
    OLD,
    Headers,
    Receive,
    Request,
    Scope,
    Send,
    Sent,
    Unacceptable,
    has_left,
    media_type,
    read_headers,
    read_parameters,
)
from ledger import Marked, NotRecorded

log = structlog.get_logger()

Respond = Callable[[Question, Caller, Exchange], Awaitable[bytes]]

STRICT_FOR_BOTH = frozenset({401, 403, 405, 406, 413, 415, 429, 500, 503})  # other statuses are 200 for the old type
ATTEMPTS = 2  # whose rights change again meanwhile asks again
_CLOSED = (OSError, RuntimeError)
"""What writing to a closed connection raises: by the words of ASGI, and by uvloop where requests were pipelined."""


class Endpoint:
    """One route: `/graphql`, or `/graphql/explain` with another way to respond."""

    def __init__(
        self,
        graph: Graph,
        admission: Admission,
        operations: RegisteredOperations,
        respond: Respond,
        *,
        headers: Headers,
        metadata: str,
    ) -> None:
        """`headers` go with every answer; `metadata` is the URL of RFC 9728, named where a token is missing."""
        self._graph = graph
        self._admission = admission
        self._operations = operations
        self._respond = respond
        self._extra = headers
        self._answering = 0
        self._metadata = metadata

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = read_headers(scope)
        exchange = Exchange(self._graph.new_request_id())
        answer_type, headers = OLD, self._extra
        try:
            answer_type = media_type(request.accept)
            self._check_room()
            admitted = await self._admission.admit(request, exchange)
            headers = [*headers, *self._admission.told(request)]
            body = await self._answered(await read_parameters(request, receive), admitted, request, exchange)
            if exchange.is_on_record and has_left(receive):
                _give_up(exchange)
                return
            status = 200
        except Refused as refusal:
            status, body = self._refusal(refusal, answer_type)
            headers = [*headers, *self._advice(refusal, status, request)]
        except Unauthenticated as error:
            metrics.count_refusal("revoked" if isinstance(error, Revoked) else error.error or "no_token")
            status, body = 401, _errors(GraphError(Code.UNAUTHENTICATED, error.description))
            headers = [*headers, *error.headers(self._metadata)]
        except GrantsUnconfirmed:
            metrics.count_refusal(Code.GRANTS_UNCONFIRMED)
            status, body = 503, _errors(GraphError(Code.GRANTS_UNCONFIRMED, "The grants cannot be confirmed now."))
        except NotRecorded:
            metrics.count_refusal(Code.DISCLOSURE_NOT_RECORDED)
            message = "The disclosure could not be recorded, so nothing was disclosed."
            status, body = 503, _errors(GraphError(Code.DISCLOSURE_NOT_RECORDED, message))
        except Unacceptable as error:
            status, body = error.status, _errors(error.error)
            headers = [*headers, *error.headers]
        except Exception as error:  # noqa: BLE001 -- the last door: nothing of what happened reaches the caller
            log.error("answer_failed", kind=type(error).__name__, at=_places(error))  # noqa: TRY400 -- values may stand in it
            status, body = 500, _errors(GraphError(Code.INTERNAL, "Something went wrong here."))
        metrics.count_answer(status)
        headers = [*headers, (b"x-request-id", exchange.request_id.hex().encode())]
        if not await _send(send, status, answer_type, headers, body):
            _give_up(exchange)

    async def _answered(self, sent: Sent, admitted: Caller, request: Request, exchange: Exchange) -> bytes:
        """The body of the answer, by the rights of now. A request takes up room from here on: not while it comes in."""
        self._check_room()
        self._answering += 1
        try:
            for _ in range(ATTEMPTS):
                try:
                    return await self._attempt(sent, self._admission.again(admitted), request, exchange)
                except RightsChanged:
                    metrics.count_refusal("rights_changed")
                    exchange.withheld(Marked.RIGHTS_CHANGED)
        except GrantsUnconfirmed:
            exchange.withheld(Marked.RIGHTS_CHANGED)
            raise
        finally:
            self._answering -= 1
        raise GrantsUnconfirmed

    async def _attempt(self, sent: Sent, caller: Caller, request: Request, exchange: Exchange) -> bytes:
        question = await self._operations.question(sent, caller)
        if request.method == "GET" and is_personal(self._graph.composed, parsed(question.text)):
            message = "Personal data is asked for with POST, so that no log on the way keeps a number."
            raise Unacceptable(405, message, headers=ALLOWED)
        body = await self._respond(question, caller, exchange)
        self._admission.confirm(caller)
        return body

    def _check_room(self) -> None:
        if self._answering >= REQUESTS_AT_ONCE:
            message = "Too many requests are being answered; ask again in a moment."
            raise Unacceptable(503, message, Code.OVERLOADED, headers=[(b"retry-after", b"1")])

    def _refusal(self, refusal: Refused, answer_type: bytes) -> tuple[int, bytes]:
        metrics.count_refusal(refusal.errors[0].code)
        status = refusal.status
        if answer_type == OLD and status not in STRICT_FOR_BOTH - {403}:
            status = 200
        return status, _errors(*refusal.errors)

    def _advice(self, refusal: Refused, status: int, request: Request) -> Headers:
        """What would do: of a want of rights, which scopes (RFC 6750 section 3); of a limit, when there is room."""
        if status == 429:
            return [(b"retry-after", str(refusal.errors[0].details["retryAfter"]).encode())]
        if status != 403:
            return []
        parts = [f'{request.scheme} resource_metadata="{self._metadata}"', 'error="insufficient_scope"']
        scopes = {str(entry.details["scope"]) for entry in refusal.errors if "scope" in entry.details}
        if scopes:
            parts.append(f'scope="{" ".join(sorted(scopes))}"')
        return [(b"www-authenticate", ", ".join(parts).encode())]


def _errors(*errors: GraphError) -> bytes:
    return orjson.dumps({"errors": [error.as_json() for error in errors]})


def _places(error: Exception) -> list[str]:
    """Where a failure came from; its message may hold a value and is not kept."""
    return [f"{frame.filename}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-5:]]


def _give_up(exchange: Exchange) -> None:
    """The client has gone before anything was sent."""
    exchange.withheld(Marked.CLIENT_LEFT)
    metrics.count_refusal("client_left")


async def _send(
    send: Send, status: int, answer_type: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> bool:
    """False: the connection was closed, and not a byte was written. Of one that closes later nobody knows what came."""
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", answer_type + b"; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            *headers,
        ],
    }
    try:
        await send(start)
    except _CLOSED:
        return False
    with suppress(*_CLOSED):
        await send({"type": "http.response.body", "body": body})
    return True
