"""What is said of a revocation is what the slowest process did, and a process that did not obey is no figure."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from auth.policy.acknowledgements import InForce
from bench.hammer import Answer, NotMeasured, clock, first, hammering, request_of
from bench.revocation import FORBIDDEN, OK, Outage, Revocations, Round, _require_obeyed, as_markdown
from tests.auth.world import until
from tests.bench.measured import SEEN

EVERYWHERE = InForce(serving=2, refusing=0, of=2)
OF_TWO = (1, 2)


def answer(port: int, sent: float, status: int) -> Answer:
    return Answer(port, sent, sent + 0.01, status)


@asynccontextmanager
async def serving(statuses: Iterator[int]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that answers each request with the next status; what it was sent."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (head := await reader.read(65536)) and (status := next(statuses, None)):
            seen.append(head)
            writer.write(f"HTTP/1.1 {status} x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


async def test_a_hammer_asks_on_one_connection_and_says_what_it_was_answered_when() -> None:
    async with serving(iter([200, 200, 403, 503, 200])) as (port, seen):
        async with hammering([port], request_of(b"{}", "token")) as answers:
            await until(lambda: len(answers) > 3)
        assert [each.status for each in answers][:4] == [200, 200, 403, 503]
        assert seen[0].startswith(b"POST /graphql HTTP/1.1\r\n")
        assert b"Authorization: Bearer token" in seen[0]
    assert all(each.sent < each.answered for each in answers)
    assert answers[0].answered < answers[1].sent


async def hammered_for(port: int, seconds: float) -> None:
    async with hammering([port], request_of(b"{}", "token")):
        await asyncio.sleep(seconds)


async def test_a_server_that_hangs_up_on_a_hammer_is_an_error_and_no_figure() -> None:
    async with serving(iter([200])) as (port, _):
        with pytest.raises(asyncio.IncompleteReadError):
            await hammered_for(port, 0.5)


async def test_the_slower_of_two_processes_counts() -> None:
    now = clock()
    answers = [answer(1, now + 1.0, OK), answer(1, now + 2.0, OK), answer(2, now + 3.0, OK)]
    assert await first(answers, OF_TWO, OK, now) == pytest.approx(3.01)


def test_a_revocation_that_every_process_obeyed_is_one() -> None:
    _require_obeyed([answer(1, 1.0, OK), answer(1, 2.1, FORBIDDEN), answer(2, 2.1, FORBIDDEN)], OF_TWO, told=2.0)


@pytest.mark.parametrize("late", [[OK], [FORBIDDEN, OK], [503], []], ids=["allowed", "allowed again", "lost", "silent"])
def test_a_process_that_did_not_obey_once_the_officer_was_told_spoils_the_round(late: list[int]) -> None:
    answers = [answer(1, 2.1, FORBIDDEN), *(answer(2, 2.1, status) for status in late)]
    with pytest.raises(NotMeasured):
        _require_obeyed(answers, OF_TWO, told=2.0)


def test_a_reader_finds_median_and_longest_and_what_the_officer_was_told() -> None:
    rounds = [Round(100, sent, sent + 0.01, sent + 0.05, EVERYWHERE) for sent in (0.03, 0.05, 0.4)]
    page = "\n".join(as_markdown(Revocations(rounds, Outage(2.04, 0.31)), SEEN))
    assert "| last request that was still allowed, sent after | 50 ms | 400 ms |" in page
    assert '| the officer was told "in force on 2 of 2 processes" after | 100 ms | 450 ms |' in page
    assert "every process refused after 2.0 s; 0.3 s after" in page
