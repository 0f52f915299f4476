"""What the ledger costs: the product with its ledger and the same without, in windows next to each other in time.

Three arrangements: one process; two processes that write to one ledger; one process whose ledger is on another
PostgreSQL server. Then that server is stopped and started again under load. A window with the ledger always has its
window without beside it, and what is reported is the median of the ratios of such pairs. The sealer, which works behind
the answers, does not run.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import contenders, processes
from bench.contenders import UNRECORDED, Contender, Running
from bench.hammer import clock, first, hammering, request_of
from bench.ledger_page import Arrangement, LedgerCost, Outage, Pair, Spent
from bench.load import Loader
from bench.measure import WARM_CONNECTIONS, Cell
from bench.parts import Asked
from bench.place import HOME, ROOT, Place
from bench.questions import Question
from installation.postgres import Postgres
from installation.settings import PREFIX

ASKED = ("profile", "list")
ONE, SHARED = (1, 16, 64), (16, 64)
OUTAGE_S = 1.5  # for which the ledger's server is away
OUTAGE_CONNECTIONS = 16
OK, UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Side:
    """Servers that share the load, and the PostgreSQL servers under them."""

    servers: Sequence[Running]
    postmasters: Sequence[int]


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a window needs."""

    place: Place
    loaders: Sequence[Loader]
    questions: Sequence[Question]
    seconds: int

    def pairs(self, recorded: Side, bare: Side, connections: Sequence[int], rounds: int) -> Iterator[Pair]:
        """Every pair of windows of every round; which of the two comes first takes turns."""
        cells = [(question, count) for question in self.questions for count in connections]
        for question in self.questions:
            for side in (recorded, bare):
                self._load(side, question, WARM_CONNECTIONS)
        for number in range(rounds):
            for question, count in cells if number % 2 == 0 else reversed(cells):
                order = (recorded, bare) if number % 2 == 0 else (bare, recorded)
                spent = {id(side): self._window(side, question, count) for side in order}
                yield Pair(Cell(question.name, count), spent[id(recorded)], spent[id(bare)])

    def _window(self, side: Side, question: Question, connections: int) -> Spent:
        watched = ([server.pid for server in side.servers], side.postmasters)
        before = [[processes.reading(pid) for pid in pids] for pids in watched]
        requests, rate, p50 = self._load(side, question, connections)
        application, database = (
            sum(processes.between(then, processes.reading(pid)) for then, pid in zip(known, pids, strict=True))
            for known, pids in zip(before, watched, strict=True)
        )
        return Spent(application * 1e-6 / requests, database * 1e-6 / requests, rate, p50)

    def _load(self, side: Side, question: Question, connections: int) -> tuple[int, float, float]:
        """Answers, answers in a second, and the middle wait in milliseconds; the servers share the connections."""
        asked = Asked(question, max(1, connections // len(side.servers)))
        caller = self.place.caller

        def one(pair: tuple[Running, Loader]) -> tuple[int, float, float]:
            load = pair[1].run(pair[0].contender, asked, self.seconds, caller)
            return load.requests, load.requests * 1e6 / load.microseconds, load.p50 / 1000

        with ThreadPoolExecutor(len(side.servers)) as pool:
            loads = list(pool.map(one, zip(side.servers, self.loaders, strict=False)))
        return sum(load[0] for load in loads), sum(load[1] for load in loads), max(load[2] for load in loads)


def measured(place: Place, questions: Sequence[Question], rounds: int, seconds: int, directory: Path) -> LedgerCost:
    """Every arrangement, one after the other; then the outage."""
    other = processes.cores()[1]
    processes.pin(place.postmaster, other)
    loaders = [Loader(_made(directory / str(number)), other) for number in range(2)]
    asked = [question for question in questions if question.name in ASKED]
    bench = Bench(place, loaders, asked, seconds)
    with _elsewhere() as (server, url):
        named = {f"{PREFIX}LEDGER_DATABASE_URL": url}
        pid = server.pid() or place.postmaster
        processes.pin(pid, other)
        found = [
            _arrangement(bench, "one process", 1, ONE, rounds, directory),
            _arrangement(bench, "two processes on one ledger", 2, SHARED, rounds, directory),
            _arrangement(bench, "a ledger on another server", 1, ONE, rounds, directory, (pid,), **named),
        ]
        with _started(contenders.alike(1, **named), directory) as (running,):
            request = request_of(asked[0].bodies[0], place.token())
            outage = asyncio.run(_outage(server, running.contender, request))
    return LedgerCost(found, outage)


def _arrangement(
    bench: Bench,
    title: str,
    count: int,
    connections: Sequence[int],
    rounds: int,
    directory: Path,
    others: Sequence[int] = (),
    **environment: str,
) -> Arrangement:
    servers = [*contenders.alike(count, **environment), *contenders.alike(count, UNRECORDED, **environment)]
    postmasters = (bench.place.postmaster, *others)
    with _started(servers, directory) as running:
        recorded, bare = Side(running[:count], postmasters), Side(running[count:], postmasters)
        return Arrangement(title, list(bench.pairs(recorded, bare, connections, rounds)))


@contextmanager
def _started(servers: Sequence[Contender], directory: Path) -> Iterator[list[Running]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                contenders.running(each, processes.cores()[0], directory / f"{each.name.replace(' ', '-')}.log")
            )
            for each in servers
        ]


async def _outage(server: Postgres, contender: Contender, request: bytes) -> Outage:
    """The ledger's server stops under load and comes back; the process asked is the same all the while."""
    ports = [contender.port] * OUTAGE_CONNECTIONS
    async with hammering(ports, request) as answers:
        await first(answers, ports, OK, clock())
        stopped = clock()
        await asyncio.to_thread(server.stop)
        refusal = await first(answers, ports, UNAVAILABLE, stopped)
        await asyncio.sleep(OUTAGE_S)
        started = clock()
        await asyncio.to_thread(server.start)
        recovery = await first(answers, ports, OK, started)
        away = [a for a in answers if stopped + refusal <= a.sent and a.answered < started]
    return Outage(refusal, recovery, len(away), sum(a.status == OK for a in away))


@contextmanager
def _elsewhere() -> Iterator[tuple[Postgres, str]]:
    """Another PostgreSQL server with a ledger of this version, gone from memory at the end."""
    home = HOME / "elsewhere"
    home.mkdir(exist_ok=True)
    server = Postgres.of(home)
    server.start()
    try:
        url = server.url("lienthong_ledger")
        environment = {**os.environ, f"{PREFIX}LEDGER_DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "cli", "migrate"], cwd=ROOT, env=environment, check=True)
        yield server, url
    finally:
        server.stop()


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory
