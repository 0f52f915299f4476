"""What a section finds when it begins to measure: nations, servers on their cores, somebody to load them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import contenders, measure, processes
from bench.contenders import Contender, Running
from bench.display import Display
from bench.forms import Form
from bench.load import Loader
from bench.measure import Subject, Window
from bench.place import HOME, Place, prepare
from bench.questions import Question, questions

STARTING_AT_ONCE = 2  # on two cores


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that sections share; a nation's PostgreSQL runs from the first time that it is wanted to the end."""

    form: Form
    display: Display
    directory: Path
    _stack: ExitStack
    _places: dict[int, Place] = field(default_factory=dict)
    _questions: dict[int, Mapping[str, Question]] = field(default_factory=dict)
    _read: set[tuple[int, str]] = field(default_factory=set)

    def place(self, citizens: int) -> Place:
        """A nation of this size, invented if there is none."""
        if citizens not in self._places:
            with self.display.while_(f"Have a nation of {citizens:,} citizens"):
                place = self._places[citizens] = prepare(citizens)
            self._stack.callback(place.close)
            processes.pin(place.postmaster, processes.cores()[1])
        return self._places[citizens]

    def questions(self, place: Place) -> Mapping[str, Question]:
        """What every contender is asked about this nation, by name."""
        if place.citizens not in self._questions:
            asked = asyncio.run(questions(place.urls))
            self._questions[place.citizens] = {question.name: question for question in asked}
        return self._questions[place.citizens]

    @contextmanager
    def started(self, wanted: Sequence[Contender], place: Place) -> Iterator[list[Running]]:
        """These contenders over this nation, for as long as the block lasts."""
        with ExitStack() as stack, self.display.while_(f"Have {len(wanted)} servers running"):
            with ThreadPoolExecutor(STARTING_AT_ONCE) as pool:
                started = [*pool.map(lambda each: stack.enter_context(self._running(each, place)), wanted)]
            try:
                yield started
            finally:
                for each in started:
                    processes.end(each.pid)  # all at once; the stack then waits for one after the other

    def measured(self, subjects: Sequence[Subject], what: str, rounds: Sequence[int] | None = None) -> list[Window]:
        """Warm them all, then measure each in every round, or in these. They must have answered alike before."""
        form, loader = self.form, Loader(self.directory, processes.cores()[1])
        warming = measure.warm(loader, subjects, self._read)
        for _ in self.display.through(warming, f"{what}: warming", len(subjects)):
            pass
        rounds = rounds or range(form.rounds)
        windows = measure.measured(loader, subjects, rounds, form.seconds)
        return list(self.display.through(windows, what, len(rounds) * len(subjects)))

    @contextmanager
    def _running(self, contender: Contender, place: Place) -> Iterator[Running]:
        placed = replace(contender, environment={**place.environment, **contender.environment})
        log = HOME / "logs" / f"{contender.name.replace(' ', '-')}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with contenders.running(placed, processes.cores()[0], log) as running:
            yield running


@contextmanager
def setting(form: Form, display: Display) -> Iterator[Setting]:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="lienthong-bench-")))
        yield Setting(form, display, directory, stack)
