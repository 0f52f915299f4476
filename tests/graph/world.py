"""A graph over the invented domains, on a real PostgreSQL and a real ledger, and what a client sees of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
import orjson

from auth.access.nonces import KEY_BYTES, Nonces
from auth.caller import Caller
from auth.errors import RightsChanged, Unauthenticated
from auth.policy.quotas import Quotas
from domains.kit.database import Database, Limits
from graph.admission import ByToken
from graph.answer import Graph
from graph.catalogue import scopes
from graph.compose import compose
from graph.composed import Composed
from graph.cursors import Cursors
from graph.endpoint import Endpoint
from graph.explain import Explainer
from graph.registered import RegisteredOperations
from graph.request import NEW
from ledger import Disclosure, Ledger, NotRecorded, Segment, read_disclosures
from ledger.segments.chain import verified
from ledger.segments.entries import KeyMade
from ledger.segments.records import Mark
from tests.graph.compiling import CURSORS, holding
from tests.graph.invented.rows import DOMAINS
from tests.ledger.keys import key_ring
from tests.overheard import Sent, overhear

KEYS = key_ring()
PSEUDONYMS = KEYS.current()
COMPOSED = compose(DOMAINS)
EVERYTHING = scopes(COMPOSED)
UNLIMITED = Quotas("unopened: nobody here has a daily limit")
METADATA = "http://localhost/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert "errors" not in self.json, self.json["errors"]
        return self.json["data"]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json["errors"]]

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]


@dataclass
class Door:
    """Stands where the authority stands: who shows which header. Nobody has shown one that is not in `callers`."""

    callers: dict[str, Caller] = field(default_factory=dict)
    proofs: list[tuple[str | None, str, str]] = field(default_factory=list)  # shown with the headers: proof, for what
    nonces: Nonces = field(default_factory=lambda: Nonces(bytes(KEY_BYTES)))

    async def caller(self, authorization: str | None, proof: str | None, method: str, path: str) -> Caller:
        self.proofs.append((proof, method, path))
        return self._admitted(authorization or "")

    def again(self, caller: Caller) -> Caller:
        return self._admitted(str(caller.admission))

    def confirm(self, caller: Caller) -> None:
        now = caller if caller.admission is None else self.callers.get(str(caller.admission))
        if now is None or now.rights is not caller.rights:
            raise RightsChanged

    def _admitted(self, header: str) -> Caller:
        if header not in self.callers:
            raise Unauthenticated("An access token is needed.", error=None)
        return replace(self.callers[header], admission=header)


class Register(dict[tuple[str, str], str]):
    """Texts by agency and documentId, where the database of the authority stands; counts how often it is asked."""

    asked = 0

    async def text(self, agency: str, document_id: str) -> str | None:
        self.asked += 1
        return self.get((agency, document_id))


class World:
    """One process: its graph, its ledger, its door."""

    def __init__(
        self, databases: Mapping[str, Database], ledger: Ledger, ledger_url: str, graph: Graph, door: Door
    ) -> None:
        self.databases, self.ledger, self.graph, self.door = databases, ledger, graph, door
        self.register = Register()
        self.operations = RegisteredOperations(self.register)
        self.ledger_url = ledger_url
        self.sent: Sent = []

    def endpoint(self, *, explains: bool = False, headers: Any = (), respond: Any = None, door: Any = None) -> Endpoint:
        respond = respond or (Explainer(self.graph).answer if explains else self.graph.answer)
        authority: Any = door or self.door
        return Endpoint(self.graph, ByToken(authority), self.operations, respond, headers=headers, metadata=METADATA)

    def admit(self, caller: Caller) -> str:
        """A header by which the door knows the caller."""
        header = f"Bearer {len(self.door.callers)}"
        self.door.callers[header] = caller
        return header

    async def ask(self, text: str, caller: Caller | None = None, **variables: Any) -> Answer:
        """A question as most clients ask it; by who may do everything, unless said otherwise."""
        header = "Bearer all" if caller is None else self.admit(caller)
        named = re.search(r"query (\w+)", text)
        asked = {"query": text, "variables": variables, "operationName": named and named[1]}
        return await self.post(orjson.dumps(asked), authorization=header)

    async def post(self, *chunks: bytes, on_sent: Any = None, **headers: str) -> Answer:
        """A request with these chunks of a body. Headers are named with underscores."""
        given = {"authorization": "Bearer all", "content-type": "application/json", "accept": NEW.decode()}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await request(self.endpoint(), "POST", chunks, given, on_sent=on_sent)

    async def get(self, query_string: str, **headers: str) -> Answer:
        given = {"authorization": "Bearer all", "accept": NEW.decode(), **headers}
        return await request(self.endpoint(), "GET", (), given, query_string)

    async def recorded(self, request_id: str) -> list[Disclosure]:
        """What the ledger's database holds of a request, read as an auditor reads it."""
        found = read_disclosures(await self._segments())
        return [each for each in found if each.request_id.hex == request_id]

    async def marked(self, request_id: str) -> list[Mark]:
        """How its answers were marked afterwards. Nobody waits for a mark: it is there once a later entry is."""
        await asyncio.sleep(0)
        with suppress(NotRecorded):
            await self.ledger.record_event(KeyMade(0))
        entries = [entry for _, contents in verified(await self._segments()) for entry in contents.entries]
        return [each for each in entries if isinstance(each, Mark) and each.request_id.hex() == request_id]

    async def _segments(self) -> list[Segment]:
        connection = await asyncpg.connect(self.ledger_url)
        try:
            rows = await connection.fetch("select stream, seq, n, prev, hash, data from segments order by stream, seq")
        finally:
            await connection.close()
        return [Segment(*row) for row in rows]

    def listen(self) -> None:
        """Note from now on what PostgreSQL is sent."""
        for database in self.databases.values():
            overhear(database, self.sent)

    def statements(self, part: str) -> Sent:
        """The statements sent that read from a table."""
        return [(sql, values) for sql, values in self.sent if f"FROM {part}" in sql]


async def request(
    endpoint: Callable[..., Any],
    method: str,
    chunks: Iterable[bytes],
    headers: Mapping[str, str],
    query_string: str = "",
    *,
    on_sent: Any = None,
) -> Answer:
    """One request over ASGI. `on_sent` is called before each message is taken."""
    waiting = [*chunks]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        if not waiting:
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        if on_sent is not None:
            await on_sent(message)
        sent.append(message)

    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "headers": raw,
        "query_string": query_string.encode(),
        "path": "/graphql",
    }
    await endpoint(scope, receive, send)
    start, *bodies = sent
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, b"".join(each["body"] for each in bodies))


@asynccontextmanager
async def opened(
    urls: Mapping[str, str],
    ledger_url: str,
    *,
    limits: Limits | None = None,
    deadline: float = 5.0,
    cursors: Cursors = CURSORS,
    composed: Composed = COMPOSED,
    quotas: Quotas | None = None,
) -> AsyncIterator[World]:
    """A process over these databases."""
    databases = {name: Database(name, url, limits) for name, url in urls.items()}
    ledger = Ledger(ledger_url, KEYS)
    await ledger.open()
    for database in databases.values():
        await database.open()
    try:
        door = Door({"Bearer all": holding(EVERYTHING)})
        graph = Graph(composed, databases, ledger, cursors, deadline, confirm=door.confirm, quotas=quotas or UNLIMITED)
        yield World(databases, ledger, ledger_url, graph, door)
    finally:
        for database in databases.values():
            await database.close()
        await ledger.close()


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[None]:
    """Whoever reads the table waits."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"lock table {table} in access exclusive mode")
    try:
        yield
    finally:
        await transaction.rollback()
        await connection.close()
