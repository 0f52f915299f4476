"""The product as it is served, over databases of a test: endpoint, graph, ledger; only the tokens are made up."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from auth.caller import Caller
from auth.policy.quotas import Quotas
from auth.policy.texts import OperationTexts
from domains.kit.database import Database
from graph.admission import ByToken
from graph.answer import Graph
from graph.composed import Composed
from graph.cursors import Place
from graph.endpoint import Endpoint
from graph.registered import RegisteredOperations
from ledger import Ledger
from tests.ledger.keys import key_ring
from tests.properties.operations import Operation

DEADLINE = 60.0  # never reached: what is too slow here fails the test by its own limits
TOKEN = b"Bearer of-this-test"


class OpenCursors:
    """Cursors that can be read, so that an answer says which place it means. The real ones are sealed around this."""

    def sealer(self, _: Place) -> Callable[[int], str]:
        return str

    def open(self, cursor: str, _: Place) -> int:
        return int(cursor)


class OneCaller:
    """An authority to whom everybody is the caller of the moment."""

    def __init__(self) -> None:
        self.present: Any = None

    async def caller(self, *_: str | None) -> Caller:
        caller: Caller = self.present
        return caller

    def again(self, caller: Caller) -> Caller:
        return caller

    def confirm(self, caller: Caller) -> None:
        """Nobody's rights change here."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a caller receives."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, repr=False, slots=True)
class Served:
    """One nation, served."""

    graph: Graph
    databases: Mapping[str, Database]
    _endpoint: Endpoint
    _authority: OneCaller = field(repr=False)

    async def ask(self, operation: Operation, caller: Caller) -> Response:
        """One request over HTTP."""
        self._authority.present = caller
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [
                (b"authorization", TOKEN),
                (b"content-type", b"application/json"),
                (b"accept", b"application/graphql-response+json"),
            ],
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": operation.body}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._endpoint(scope, receive, send)
        start, body = sent
        return Response(start["status"], tuple(start["headers"]), body["body"])

    def connections(self) -> frozenset[int]:
        """The server's processes that work for this nation."""
        return frozenset(
            connection.raw.get_server_pid() for database in self.databases.values() for connection in database._idle
        )


@asynccontextmanager
async def served(composed: Composed, urls: Mapping[str, str]) -> AsyncIterator[Served]:
    """Serve the nation stored at `urls`."""
    async with AsyncExitStack() as stack:
        databases = {domain.name: Database(domain.name, urls[domain.name]) for domain in composed.domains}
        for database in databases.values():
            await database.open()
            stack.push_async_callback(database.close)
        ledger = Ledger(urls["ledger"], key_ring())
        await ledger.open()
        stack.push_async_callback(ledger.close)
        authority: Any = OneCaller()
        cursors: Any = OpenCursors()
        unlimited = Quotas("unopened: nobody here has a daily limit")
        graph = Graph(composed, databases, ledger, cursors, DEADLINE, confirm=authority.confirm, quotas=unlimited)
        operations = RegisteredOperations(OperationTexts("unopened: nothing is registered here"))
        endpoint = Endpoint(
            graph, ByToken(authority), operations, graph.answer, headers=[], metadata="http://localhost/metadata"
        )
        yield Served(graph, databases, endpoint, authority)
