"""What stands in for a load balancer: each connection goes to the next server, and to the one after if that is gone."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from itertools import count
from threading import Thread

CHUNK = 65_536


class Relay:
    """Listens on one port, and counts to which of the others it led."""

    def __init__(self, port: int, behind: Sequence[int]) -> None:
        self._port, self._behind = port, behind
        self._turns = count()
        self.led: Counter[int] = Counter()

    async def serve(self, listening: "Future[Callable[[], object]]") -> None:
        """Until what `listening` is told to call is called."""
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        async with await asyncio.start_server(self._lead, "127.0.0.1", self._port):
            listening.set_result(lambda: loop.call_soon_threadsafe(over.set))
            await over.wait()

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await self._next()
            async with asyncio.TaskGroup() as both:
                both.create_task(_carry(reader, to_server))
                both.create_task(_carry(from_server, writer))
        finally:
            writer.close()

    async def _next(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in self._behind:
            port = self._behind[next(self._turns) % len(self._behind)]
            with suppress(OSError):
                connection = await asyncio.open_connection("127.0.0.1", port)
                self.led[port] += 1
                return connection
        raise ConnectionError("no server is there")


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.close()


@contextmanager
def relayed(port: int, behind: Sequence[int]) -> Iterator[Relay]:
    """A relay in a thread of its own, for as long as the block lasts."""
    relay, listening = Relay(port, behind), Future[Callable[[], object]]()
    thread = Thread(target=lambda: asyncio.run(relay.serve(listening)), daemon=True)
    thread.start()
    end = listening.result(30)
    try:
        yield relay
    finally:
        end()
        thread.join(30)
