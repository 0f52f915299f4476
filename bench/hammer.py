"""Connections that never stop asking, each of one process, and what they were answered when.

Plain sockets and one fixed request: whoever measures milliseconds must not spend them.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

PAUSE_S = 0.02  # between an answer and the next request of a connection: busy processes, and not the queue before them
PATIENCE_S = 10.0
WAITED_FOR_S = 20.0

clock = time.monotonic


class NotMeasured(ValueError):
    """What was waited for did not come, or not as it should have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One request: to which port, when its first byte was sent, when its answer was there, and how it came out."""

    port: int
    sent: float
    answered: float
    status: int


@asynccontextmanager
async def hammering(ports: Sequence[int], request: bytes) -> AsyncIterator[list[Answer]]:
    """Keep asking over one connection for each port named; what was answered until now is in the list."""
    answers: list[Answer] = []
    asking = [asyncio.create_task(_keep_asking(port, request, answers)) for port in ports]
    try:
        yield answers
    finally:
        for task in asking:
            task.cancel()
        ended = await asyncio.gather(*asking, return_exceptions=True)
    for failure in (each for each in ended if isinstance(each, Exception)):
        raise failure


async def first(answers: list[Answer], ports: Sequence[int], status: int, since: float) -> float:
    """Seconds until every process has answered like this."""
    while clock() - since < WAITED_FOR_S:
        found = {a.port: a.answered for a in reversed(answers) if a.status == status and a.answered >= since}
        if found.keys() == set(ports):
            return max(found.values()) - since
        await asyncio.sleep(0.005)
    raise NotMeasured(f"a process never answered {status}; it answered {sorted({a.status for a in answers})}")


async def _keep_asking(port: int, request: bytes, answers: list[Answer]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while True:
            sent = clock()
            writer.write(request)
            async with asyncio.timeout(PATIENCE_S):
                status = await status_of(reader)
            answers.append(Answer(port, sent, clock(), status))
            await asyncio.sleep(PAUSE_S)
    finally:
        writer.close()


async def status_of(reader: asyncio.StreamReader) -> int:
    """The status of an answer that is read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower().split("\r\n")
    length = next(int(line.partition(":")[2]) for line in head if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(head[0].split()[1])


def request_of(body: bytes, token: str) -> bytes:
    """A question as it goes over the wire."""
    head = (
        "POST /graphql HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Accept: application/graphql-response+json",
        f"Authorization: Bearer {token}",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    return "\r\n".join(head).encode() + body
