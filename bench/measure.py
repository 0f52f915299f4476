"""The method: short windows of load, contenders next to each other in time, rounds in alternating order.

A machine that is busy with something else slows neighbors in time alike; so ratios are taken inside a round, and only
then their median over the rounds (bench/ratios.py).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bench import processes
from bench.callers import Caller
from bench.contenders import Running
from bench.forms import SMALL
from bench.load import Loader, NothingYet
from bench.parts import Asked
from bench.place import Place

CONNECTIONS = (1, 16, 64)
WARM_CONNECTIONS = 16
WARM_SECONDS, WARM_CPU_S, WARM_TIMES = 1, 0.5, 5  # a window of warming; what it must come to; how often at most
READ_SECONDS = 5  # for whoever is the first to ask for rows of a large nation
QUIET_S, QUIET_NS, PATIENCE_S = 0.02, 1_000_000, 30.0  # a process that works less than this in that time is at rest
MOST_LEFT_S = 4.0  # of work, behind a window: its neighbors would not be alone on their core


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked, and by how many at once."""

    question: str
    connections: int


@dataclass(frozen=True, slots=True)
class Window:
    """One contender under one load; milliseconds on a core for each answer, and for each answer's wait."""

    round: int
    group: str  # of the contenders that were measured next to each other
    contender: str
    cell: Cell
    citizens: int
    answers: int
    rate: float  # answers in a second
    application: float
    database: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Subject:
    """A running contender, and what it will be asked in a window."""

    running: Running
    place: Place
    asked: Asked
    caller: Caller | None = None  # None: the client with the widest rights
    group: str = ""

    @property
    def name(self) -> str:
        return f"{self.running.contender.name}, {self.asked.question.name}, {self.asked.connections}"


def warm(loader: Loader, subjects: Sequence[Subject], read: set[tuple[int, str]]) -> Iterator[Subject]:
    """Let every contender compile, prepare and cache what it will.

    What counts is how long it worked: on a busy machine a second may hold too little of that for whoever compiles
    while it runs. `read`: size and question whose rows PostgreSQL has in memory. Those of others are asked for longer,
    so that whoever is measured first does not pay for the disk.
    """
    seen = {(each.running.pid, each.asked.question.name): each for each in subjects}
    for subject in seen.values():
        yield subject
        rows = subject.place.citizens, subject.asked.question.name
        if rows not in read and subject.place.citizens > SMALL:
            _warm(loader, subject, READ_SECONDS)
        read.add(rows)
        before = processes.reading(subject.running.pid)
        for _ in range(WARM_TIMES):
            _warm(loader, subject, WARM_SECONDS)
            if processes.between(before, processes.reading(subject.running.pid)) > WARM_CPU_S * 1e9:
                break
        _rest(subject.running.pid)


def _warm(loader: Loader, subject: Subject, seconds: int) -> None:
    asked = Asked(subject.asked.question, WARM_CONNECTIONS)
    with suppress(NothingYet):
        loader.run(subject.running.contender, asked, seconds, subject.caller or subject.place.caller)


def measured(loader: Loader, subjects: Sequence[Subject], rounds: Sequence[int], seconds: int) -> Iterator[Window]:
    """Every window of these rounds; each other round runs backwards. One without an answer has no figures.

    Neither has one that is left out because of what an answer took before: whoever is asked for 64 lists at once, and
    takes a sixth of a second for each, is at work long after the window.
    """
    spent: dict[tuple[int, str], float] = {}
    for number in rounds:
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            what = subject.running.pid, subject.asked.question.name
            if spent.get(what, 0.0) * subject.asked.connections > MOST_LEFT_S * 1000:
                continue
            try:
                window = _window(loader, subject, number, seconds)
            except NothingYet:
                _rest(subject.running.pid)
            else:
                spent[what] = window.application
                yield window


def _window(loader: Loader, subject: Subject, number: int, seconds: int) -> Window:
    pids = subject.running.pid, subject.place.postmaster
    before = [processes.reading(pid) for pid in pids]
    load = loader.run(subject.running.contender, subject.asked, seconds, subject.caller or subject.place.caller)
    spent = [processes.between(then, processes.reading(pid)) for then, pid in zip(before, pids, strict=True)]
    _rest(subject.running.pid)
    application, database = (nanoseconds * 1e-6 / load.requests for nanoseconds in spent)
    return Window(
        number,
        subject.group,
        subject.running.contender.name,
        Cell(subject.asked.question.name, subject.asked.connections),
        subject.place.citizens,
        load.requests,
        load.requests * 1e6 / load.microseconds,
        application,
        database,
        load.p50 / 1000,
        load.p99 / 1000,
    )


def _rest(pid: int) -> None:
    """Let it finish what was asked when the load ended, so that this is not counted as its neighbor's."""
    ending = time.monotonic() + PATIENCE_S
    while time.monotonic() < ending:
        before = processes.reading(pid)
        time.sleep(QUIET_S)
        if processes.between(before, processes.reading(pid)) < QUIET_NS:
            return
