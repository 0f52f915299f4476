"""The method: short windows of load, contenders next to each other in time, rounds in alternating order.

A machine that is busy with something else slows neighbors in time alike; so ratios are taken inside a round, and only
then their median over the rounds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from bench import processes
from bench.contenders import Running
from bench.load import Load, Loader
from bench.parts import Asked
from bench.place import Place
from bench.questions import Question

CONNECTIONS = (1, 16, 64)
WARM_CONNECTIONS = 16


@dataclass(frozen=True, slots=True)
class Cell:
    """What is asked, and by how many at once."""

    question: str
    connections: int


@dataclass(frozen=True, slots=True)
class Window:
    """One contender under one load; milliseconds on a core for each answer, and for each answer's wait."""

    round: int
    contender: str
    cell: Cell
    rate: float  # answers in a second
    application: float
    database: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a window needs."""

    place: Place
    loader: Loader
    questions: Sequence[Question]
    contenders: Sequence[Running]
    seconds: int

    def windows(self, rounds: int) -> int:
        """How many windows `measured` yields."""
        return rounds * len(self.questions) * len(CONNECTIONS) * len(self.contenders)

    def warm(self) -> None:
        """Let every contender compile, prepare and cache what it will."""
        for contender, question in product(self.contenders, self.questions):
            self._load(contender, question, WARM_CONNECTIONS)

    def measured(self, rounds: int) -> Iterator[Window]:
        """Every window of every round."""
        order = list(product(self.questions, CONNECTIONS, self.contenders))
        for number in range(rounds):
            for question, connections, contender in order if number % 2 == 0 else reversed(order):
                yield self._window(number, contender, question, connections)

    def _window(self, number: int, running: Running, question: Question, connections: int) -> Window:
        application, database = processes.reading(running.pid), processes.reading(self.place.postmaster)
        load = self._load(running, question, connections)
        milliseconds = 1e-6 / load.requests
        return Window(
            number,
            running.contender.name,
            Cell(question.name, connections),
            load.requests * 1e6 / load.microseconds,
            processes.between(application, processes.reading(running.pid)) * milliseconds,
            processes.between(database, processes.reading(self.place.postmaster)) * milliseconds,
            load.p50 / 1000,
            load.p99 / 1000,
        )

    def _load(self, running: Running, question: Question, connections: int) -> Load:
        return self.loader.run(running.contender, Asked(question, connections), self.seconds, self.place.caller)
