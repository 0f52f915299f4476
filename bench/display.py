"""What the benchmark is doing, on standard error: a bar with what is measured, and how long it may take still."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeft

T = TypeVar("T")

err = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Display:
    """Says what goes on."""

    progress: Progress

    def say(self, what: str) -> None:
        """A line that stays."""
        self.progress.console.print(what, highlight=False)

    def through(self, each: Iterable[T], what: str, total: int) -> Iterator[T]:
        """Count them as they pass."""
        task = self.progress.add_task(what, total=total)
        try:
            for one in each:
                yield one
                self.progress.advance(task)
        finally:
            self.progress.remove_task(task)

    @contextmanager
    def while_(self, what: str) -> Iterator[None]:
        """For as long as something takes of which the end is not known."""
        task = self.progress.add_task(what, total=None)
        try:
            yield
        finally:
            self.progress.remove_task(task)


@contextmanager
def display() -> Iterator[Display]:
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeLeft(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        yield Display(progress)
