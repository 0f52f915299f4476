"""A client that hangs up, on a real connection to the real server: it is noticed, and its answer marked as withheld."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
import uvicorn

from asgi import SERVED
from ledger import Marked
from tests.graph.invented.rows import pin
from tests.graph.world import World, locked

BODY = orjson.dumps({"query": f'{{person(pin:"{pin(1)}"){{name}}}}'})
ASKED = (
    b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer all\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


@pytest.fixture
async def port(world: World) -> AsyncIterator[int]:
    """Where the world is served as the product is."""
    served = {**SERVED, "lifespan": "off", "loop": "none", "log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(world.endpoint(), port=0, **served))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


async def noted(world: World) -> list[str]:
    """Ids of the requests from here on."""
    made: list[str] = []
    new = world.graph.new_request_id

    def note() -> bytes:
        request_id = new()
        made.append(request_id.hex())
        return request_id

    world.graph.new_request_id = note  # type: ignore[method-assign]
    return made


async def test_a_client_that_hangs_up_while_it_waits_is_withheld_and_one_that_stays_is_answered(
    world: World, port: int
) -> None:
    await world.ask(f'{{person(pin:"{pin(1)}"){{name}}}}')
    made = await noted(world)
    async with locked(world.ledger_url, "segments"):
        (_, leaving), (staying, still) = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for number, writer in enumerate((leaving, still), 1):
            writer.write(ASKED)
            while len(made) < number:  # noqa: ASYNC110 - what another task does
                await asyncio.sleep(0.01)
        leaving.close()
        await leaving.wait_closed()
        await asyncio.sleep(0.1)

    assert (await staying.readline()).startswith(b"HTTP/1.1 200")
    assert b"Person 1" in (await staying.readuntil(b"}}}"))
    left, stayed = made
    assert [mark.what for mark in await world.marked(left)] == [Marked.CLIENT_LEFT]
    assert await world.marked(stayed) == []
    still.close()


async def test_a_client_that_asks_again_on_the_same_connection_is_answered_each_time(world: World, port: int) -> None:
    """Asking whether it has left takes nothing that it sent: not the beginning of its next request either."""
    made = await noted(world)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(ASKED * 3)
    for _ in range(3):
        assert b"Person 1" in (await reader.readuntil(b"}}}"))
    assert [await world.marked(request_id) for request_id in made] == [[]] * 3
    writer.close()
