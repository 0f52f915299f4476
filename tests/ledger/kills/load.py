"""Clients that ask without pause, and note each answer that they received in full, under the server's id for it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

CONNECTIONS = 24
RATE = 200
"""Answers in a second, at the least, before anything is killed."""
PATIENCE_S = 90.0
NOTED = (200, 403)
"""An entry is due for what is answered and for what is refused for want of a right."""


@dataclass(slots=True)
class Received:
    """What came to the clients: by id, the status; and when."""

    statuses: dict[UUID, int] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    refused: int = 0
    """Answers of other kinds: the server would not or could not."""

    def rate(self, seconds: float) -> float:
        """Answers in a second, over the last seconds."""
        since = time.monotonic() - seconds
        return sum(1 for _ in itertools.takewhile(lambda at: at >= since, reversed(self.moments))) / seconds


@contextlib.asynccontextmanager
async def asking(port: int, requests: Sequence[bytes]) -> AsyncIterator[Received]:
    """Keep asking, also while nobody answers; the clients are gone when the block ends."""
    received = Received()
    # Each client begins at another place of the list, so that few ask the same at the same time.
    clients = [
        asyncio.create_task(_ask(port, itertools.cycle([*requests[at:], *requests[:at]]).__next__, received))
        for at in range(CONNECTIONS)
    ]
    try:
        yield received
    finally:
        for client in clients:
            client.cancel()
        for failed in await asyncio.gather(*clients, return_exceptions=True):
            assert isinstance(failed, asyncio.CancelledError), failed


async def busy(received: Received, window: float = 0.5) -> float:
    """Wait until the server is under load; the rate."""
    deadline = time.monotonic() + PATIENCE_S
    while (rate := received.rate(window)) < RATE:
        assert time.monotonic() < deadline, f"{rate:.0f} answers a second, {received.refused} refused"
        await asyncio.sleep(0.02)
    return rate


async def _ask(port: int, following: Callable[[], bytes], received: Received) -> None:
    while True:
        with contextlib.suppress(OSError, EOFError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while True:
                    writer.write(following())
                    await _note(reader, received)
            finally:
                writer.close()
        await asyncio.sleep(0.05)


async def _note(reader: asyncio.StreamReader, received: Received) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    await reader.readexactly(int(headers["content-length"]))
    status = int(head[0].split()[1])
    if status in NOTED:
        received.statuses[UUID(hex=headers["x-request-id"])] = status
        received.moments.append(time.monotonic())
    else:
        received.refused += 1
        await asyncio.sleep(0.01)
