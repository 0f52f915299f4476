"""What a section is: a way to measure, the type of its raw figures, and what the page has of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bench.plots import Plot
from bench.record import Record
from bench.setting import Setting

F = TypeVar("F")


def _none(_: Any) -> Sequence[Plot]:
    return ()


@dataclass(frozen=True, slots=True)
class Section(Generic[F]):
    """One part of the benchmark."""

    name: str
    says: str
    figures: Any  # type[F]; a list's is no class
    measure: Callable[[Setting], F]
    lines: Callable[[Record[F]], Iterator[str]]
    plots: Callable[[Record[F]], Sequence[Plot]] = _none
