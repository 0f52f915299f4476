"""Bodies over HTTP: how they come, how large and how late; and that whoever sends none keeps nobody out."""

import asyncio
import json
from typing import Any

import orjson
import pytest

from graph.endpoint import Endpoint
from graph.errors import Code
from graph.limits import BODY_BYTES
from tests.graph.compiling import holding
from tests.graph.invented.rows import pin
from tests.graph.world import World, request

NEW, OLD = "application/graphql-response+json", "application/json"
PUBLIC = '{thing(id:"1-1"){label}}'
PERSONAL = f'{{person(pin:"{pin(1)}"){{name}}}}'


def body(query: Any, **rest: Any) -> bytes:
    return orjson.dumps({"query": query, **rest})


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"null",
        b'"{__typename}"',
        b"[" + body("{__typename}") + b"]",
        b"[]",
        body(None),
        body(["{__typename}"]),
        b"{}",
        body("{__typename}", operationName=1),
        body("{__typename}", variables=[]),
        body("{__typename}", variables="{}"),
        body("{__typename}", extensions=1),
        b"\xff\xfe{}",
        b'{"query":"\\ud800"}',
        b'{"query":"{__typename}","variables":' + b'{"a":' * 30_000 + b"1" + b"}" * 30_001,
    ],
    ids=lambda sent: sent[:40].decode("latin-1"),
)
@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_what_is_no_request_is_a_400_for_either_media_type(world: World, sent: bytes, accept: str) -> None:
    answer = await world.post(sent, accept=accept)
    assert (answer.status, answer.codes) == (400, ["BAD_USER_INPUT"])


async def test_a_body_is_read_in_whatever_pieces_it_comes(world: World) -> None:
    sent = body(PERSONAL)
    assert (await world.post(*(sent[place : place + 1] for place in range(len(sent))))).status == 200


async def test_a_body_at_the_limit_is_read(world: World) -> None:
    sent = body(PUBLIC)
    assert (await world.post(sent + b" " * (BODY_BYTES - len(sent)))).status == 200


@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_a_body_over_the_limit_is_refused_before_it_has_all_come(world: World, accept: str) -> None:
    answer = await world.post(b" " * BODY_BYTES, b"  ", *[b" " * 1000] * 1000, accept=accept)
    assert (answer.status, answer.codes) == (413, ["LIMIT_EXCEEDED"])


async def test_a_client_that_leaves_before_its_body_is_complete_is_let_go(world: World) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Bearer all"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "headers": headers, "query_string": b"", "path": "/graphql"}
    await world.endpoint()(scope, receive, send)
    assert sent[0]["status"] == 400


async def test_a_client_whose_body_does_not_come_is_told_so_in_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.request.BODY_SECONDS", 0.1)
    async with asyncio.timeout(5):
        start, said = await unfinished(world.endpoint(), asyncio.Event())
    assert (start["status"], dict(start["headers"])[b"connection"]) == (408, b"close")
    assert json.loads(said["body"])["errors"][0]["message"] == "The body did not come within 0.1 seconds."


async def test_clients_whose_bodies_do_not_come_keep_nobody_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand of them, from one token, turned everybody else away."""
    monkeypatch.setattr("graph.endpoint.REQUESTS_AT_ONCE", 2)
    endpoint, sent_at_last = world.endpoint(), asyncio.Event()
    slow = [asyncio.create_task(unfinished(endpoint, sent_at_last)) for _ in range(5)]
    await asyncio.sleep(0.05)

    answer = await request(endpoint, "POST", [body(PUBLIC)], {"authorization": "Bearer all", "content-type": OLD})

    assert answer.status == 200
    sent_at_last.set()
    assert sorted(start["status"] for start, _ in await asyncio.gather(*slow)) == [400] * 5


async def unfinished(endpoint: Endpoint, sent_at_last: asyncio.Event) -> list[Any]:
    """What a client is told that sends the beginning of a body, and the rest when it likes."""
    sent: list[Any] = []
    pieces = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> dict[str, Any]:
        if not pieces:
            await sent_at_last.wait()
            return {"type": "http.disconnect"}
        return pieces.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"authorization", b"Bearer all"), (b"content-type", b"application/json")]
    await endpoint(
        {"type": "http", "method": "POST", "path": "/graphql", "headers": headers, "query_string": b""}, receive, send
    )
    return sent


# --- room ------------------------------------------------------------------------------------------------------------


async def test_as_many_requests_are_answered_at_once_as_there_is_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.endpoint.REQUESTS_AT_ONCE", 2)
    go_on = asyncio.Event()

    async def waits(*_: Any) -> bytes:
        await go_on.wait()
        return b"{}"

    endpoint = world.endpoint(respond=waits)
    headers = {"authorization": "Bearer all", "content-type": OLD}
    asking = [asyncio.create_task(request(endpoint, "POST", [body(PUBLIC)], headers)) for _ in range(3)]
    await asyncio.sleep(0.05)
    go_on.set()
    assert sorted([(await each).status for each in asking]) == [200, 200, 503]
    assert (await request(endpoint, "POST", [body(PUBLIC)], headers)).status == 200


async def test_a_client_that_comes_while_too_many_are_answered_is_turned_away_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graph.endpoint.REQUESTS_AT_ONCE", 0)
    answer = await world.post(body(PUBLIC))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.json["errors"][0]["extensions"]["code"] == Code.OVERLOADED


async def test_a_right_taken_back_while_the_answer_waits_for_its_record_is_not_there_when_it_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes answers slow would else be answered long after an officer took the right back (law 6)."""
    answered = world.graph.answer

    async def slowly(*asked: Any) -> bytes:
        body = await answered(*asked)
        world.door.callers["Bearer all"] = holding([])
        return body

    monkeypatch.setattr(world.graph, "answer", slowly)
    answer = await world.post(body(PERSONAL))
    assert (answer.status, "data" in answer.json) == (403, False)
