"""`python -m bench.soak`: the mixed load at a steady rate for a long time, and what the process keeps in memory.

Flat is what a process must be once its caches are full: what is still there after an hour is there after a year.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from statistics import linear_regression

import msgspec

from bench import contenders, processes, workloads
from bench.hammer import request_of, status_of
from bench.place import HOME, Place, prepare

CONNECTIONS = 16
EVERY_S = 5.0  # between two samples
TOLD_EVERY = 12  # samples
MIXED = "mixed"
BYTES_PER_MEGABYTE = 10**6
OK, BUSY = 200, 503
MOST_TURNED_AWAY = 0.001


class Unanswered(RuntimeError):
    """An answer of the soak was neither 200 nor, now and then, the 503 of a process that the machine kept waiting."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment; `requests` were answered until then."""

    second: float
    megabytes: float
    requests: int


@dataclass(frozen=True, slots=True)
class Soak:
    """Samples in the order of time; the first before any request."""

    samples: list[Sample]

    @property
    def growth(self) -> float:
        """Megabytes an hour, by the line through the second half: in the first, caches fill."""
        half = self.samples[len(self.samples) // 2 :]
        if len(half) < 2:
            return 0.0
        return linear_regression([each.second for each in half], [each.megabytes for each in half]).slope * 3600


def soak(place: Place, minutes: float, rate: int, tell: Callable[[str], None]) -> Soak:
    """Ask a process of the product's own so many times a second. Raises Unanswered."""
    log = HOME / "logs" / "soak.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    bodies = next(each.question.bodies for each in workloads.workloads(place) if each.question.name == MIXED)
    with contenders.running(contenders.our_server("soak"), processes.cores()[0], log) as running:
        load = _Load(place, running.contender.port, bodies, rate)
        return asyncio.run(_soak(load, running.pid, minutes * 60, tell))


async def _soak(load: "_Load", pid: int, seconds: float, tell: Callable[[str], None]) -> Soak:
    began = time.monotonic()
    samples = [Sample(0.0, _megabytes(pid), 0)]
    asking = asyncio.create_task(load.run(began + seconds))
    while not asking.done():
        await asyncio.wait([asking], timeout=EVERY_S)
        samples.append(Sample(round(time.monotonic() - began, 1), _megabytes(pid), load.answered))
        if len(samples) % TOLD_EVERY == 0:
            tell(_line(samples[-1]))
    await asking
    return Soak(samples)


class _Load:
    """Connections that ask at a steady rate; one that waits for an answer asks no less for it afterwards."""

    def __init__(self, place: Place, port: int, bodies: Sequence[bytes], rate: int) -> None:
        self.answered = self._turned_away = 0
        self._place, self._port, self._rate = place, port, rate
        self._bodies: Iterator[bytes] = cycle(bodies)
        self._token = place.token()

    async def run(self, until: float) -> None:
        """Until then; a token is fetched aside, since that takes a moment."""
        async with asyncio.TaskGroup() as group:
            renewing = group.create_task(self._renew())
            asking = [group.create_task(self._ask(number, until)) for number in range(CONNECTIONS)]
            await asyncio.gather(*asking)
            renewing.cancel()

    async def _ask(self, number: int, until: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        pause = CONNECTIONS / self._rate
        due = time.monotonic() + pause * number / CONNECTIONS
        while due < until:
            await asyncio.sleep(due - time.monotonic())
            writer.write(request_of(next(self._bodies), self._token))
            status = await status_of(reader)
            self.answered += 1
            self._turned_away += status == BUSY
            if status not in {OK, BUSY} or self._turned_away > MOST_TURNED_AWAY * self.answered + 1:
                raise Unanswered(f"answer {self.answered} was {status}, and {self._turned_away} were {BUSY}")
            due += pause
        writer.close()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._token = await asyncio.to_thread(self._place.token)


def _megabytes(pid: int) -> float:
    """Resident memory of a process and those that it started."""
    return round(sum(processes.resident(each) for each in processes.tree(pid)) / BYTES_PER_MEGABYTE, 1)


def _line(sample: Sample) -> str:
    return f"{sample.second / 60:6.1f} min  {sample.megabytes:7.1f} MB  {sample.requests:10,} answers"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (%(default)s)")
    parser.add_argument("--rate", type=int, default=200, help="requests a second (%(default)s)")
    parser.add_argument("--citizens", type=int, default=10_000, help="size of the nation (%(default)s)")
    parser.add_argument("--write", type=Path, help="a file for the samples, as JSON")
    wanted = parser.parse_args()
    place = prepare(wanted.citizens)
    try:
        found = soak(place, wanted.minutes, wanted.rate, lambda line: print(line, flush=True))
    finally:
        place.close()
    if wanted.write is not None:
        wanted.write.write_bytes(msgspec.json.encode(found))
    first, last = found.samples[0], found.samples[-1]
    print(
        f"{first.megabytes} MB at the start, {last.megabytes} MB at the end, {found.growth:+.1f} MB an hour in between"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
