"""What a client posts: from HTTP to a form, and back from an answer.

Refused in this order, before anything is looked up: an address that asks too often; a body too large or too slow; a
body that is no form; more than one proof. Whatever arrives gets an answer of the protocol, and never an internal error.
"""

import asyncio
from collections.abc import Awaitable, Callable

from authlib.oauth2 import OAuth2Error
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from auth.oauth.bridge import LONGEST_BODY, Answer, read_form
from auth.oauth.rates import ADDRESS_PER_MINUTE, Rates, network_of_peer
from auth.oauth.refusals import InvalidDPoPProof, TooManyRequests
from auth.oauth.server import AuthorizationServer

BODY_WITHIN_S = 10.0

Endpoint = Callable[[Request], Awaitable[Response]]
AnswerForm = Callable[[dict[str, str], str | None], Awaitable[Answer]]
"""(form, proof) -> what to say."""

_TOO_LARGE = Answer(
    413,
    {"error": "invalid_request", "error_description": f"The request body exceeds {LONGEST_BODY} bytes."},
    {"Connection": "close"},
)
_TOO_SLOW = Answer(
    408,
    {"error": "invalid_request", "error_description": f"The body did not come within {BODY_WITHIN_S:g} seconds."},
    {"Connection": "close"},
)


class Door:
    """Counts who comes in by it, at all its endpoints together."""

    def __init__(self, server: AuthorizationServer) -> None:
        self._server, self._rates = server, Rates()

    def endpoint(self, answer: AnswerForm) -> Endpoint:
        """An address to which forms are posted."""

        async def posted(request: Request) -> Response:
            try:
                self.count(request)
                body = await _body(request)
                if isinstance(body, Answer):
                    return respond(body)
                form = read_form(request.headers.get("content-type", ""), body)
                proof = _proof(request)
            except OAuth2Error as error:
                return respond(self._server.handle_response(*error()))
            return respond(await answer(form, proof))

        return posted

    def count(self, request: Request) -> None:
        """Refuse an address that asks too often."""
        if wait := self._rates.wait_s(network_of_peer(request), ADDRESS_PER_MINUTE):
            raise TooManyRequests("from this address", wait)


async def _body(request: Request) -> bytes | Answer:
    """The body, or what to say where it is too large or too slow: the rest of it is not read."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_BODY:
                    return _TOO_LARGE
    except TimeoutError:
        return _TOO_SLOW
    except ClientDisconnect:
        return b""
    return bytes(body)


def _proof(request: Request) -> str | None:
    proofs = request.headers.getlist("dpop")
    if len(proofs) > 1:
        raise InvalidDPoPProof("Send one proof in one header DPoP.")
    return proofs[0] if proofs else None


def respond(answer: Answer) -> Response:
    """An answer as it leaves. Nothing that the OAuth server says to a client is kept on the way."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers.pop("content-type", None)
    return JSONResponse(dict(answer.body), answer.status, {**headers, "cache-control": "no-store"})
