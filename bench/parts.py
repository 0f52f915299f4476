"""What the pieces of the benchmark are to each other: what is asked beside what, and a figure with its name.

Peers are `Contender`s (bench/contenders.py), given by `bench.peers`; questions and their bodies are in
bench/questions.py; windows of load in bench/measure.py. A section (bench/sections/) puts them together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.callers import Caller
from bench.contenders import Contender
from bench.questions import Question


@dataclass(frozen=True, slots=True)
class Workload:
    """A question that is asked of ours alone, beside the ones that are asked of every peer."""

    question: Question
    caller: Caller | None = None
    """None: the client with the widest rights, with a bearer token that was seen before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and by how many at once."""

    question: Question
    connections: int


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing turned on or off: ours in a variant, always measured beside the product asked the same."""

    name: str
    """Of the variant, as `bench.ours --variant` knows it, and the key of its figures; such as `ledger-off`."""
    title: str
    """What is on or off, in the words of the page; such as `ledger off`."""
    server: Contender
    cells: Sequence[Asked]
    caller: Caller | None = None
    """Who asks the variant, where that is the switch; the product is always asked by the widest client."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is not a window of load: `name` is its key, `title` what the page says of it."""

    name: str
    title: str
    value: float
    unit: str
