"""Draws from the seed: weighted picks, and orders that look random yet never repeat a number.

Numbers that must be unique over the whole nation (surrogates, the tail of a PIN) are no draws: each is a counter sent
through a bijection, so that no memory of those given before is kept, however large the nation.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from synthetic.cells import Bytes, Flags, Floats, Ints, table

_MASK: Final = np.uint64((1 << 63) - 1)


class Weighted:
    """Indexes in proportion to their weights."""

    def __init__(self, weights: Iterable[float]) -> None:
        """Weights of any sum above 0."""
        sums = np.cumsum(np.fromiter(weights, dtype=np.float64))
        self._upto: Floats = sums / sums[-1]

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """`count` indexes."""
        return np.searchsorted(self._upto, rng.random(count), side="right").astype(np.int64)


class Choice:
    """Texts in proportion to their weights."""

    def __init__(self, weights: dict[str, float]) -> None:
        """At least one text with a weight above 0."""
        self._values = table(weights)
        self._weighted = Weighted(weights.values())

    def draw(self, rng: np.random.Generator, count: int) -> Bytes:
        """`count` texts, as cells."""
        return self._values[self._weighted.draw(rng, count)]


def chance(rng: np.random.Generator, probability: Floats | float, count: int) -> Flags:
    """True with this probability, each on its own."""
    return rng.random(count) < probability


def between(rng: np.random.Generator, low: Ints | int, high: Ints | int, count: int) -> Ints:
    """Whole numbers from `low` to `high`, both included; `low` where `high` is below it."""
    width = np.maximum(high - low + 1, 1)
    return (low + (rng.random(count) * width).astype(np.int64)).astype(np.int64)


def scattered(counter: Ints, key: int) -> Ints:
    """A bijection of 0 to 2**63 - 1 onto itself without visible order: different counters give different numbers."""
    mixed = (counter.astype(np.uint64) + np.uint64(key % (1 << 62))) & _MASK
    for shift, factor in ((31, 0x1E3779B97F4A7C15), (29, 0x3F58476D1CE4E5B9), (32, 0x14D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed = (mixed * np.uint64(factor)) & _MASK
    return (mixed ^ (mixed >> np.uint64(30))).astype(np.int64)


def shuffled(counter: Ints, key: Ints | int, high: int, low: int) -> Ints:
    """A bijection of 0 to `high * low` - 1 onto itself, another one for each key: a Feistel network on two digits."""
    first, second = np.divmod(counter, low)
    for turn in range(3):
        first = (first + _noise(second, key, 2 * turn)) % high
        second = (second + _noise(first, key, 2 * turn + 1)) % low
    result: Ints = first * low + second
    return result


def places_in_group(groups: Ints, given: Ints) -> Ints:
    """For each element its number within its group, going on from `given`, which is moved on."""
    order = np.argsort(groups, kind="stable")
    grouped = groups[order]
    starts = np.flatnonzero(np.append(True, grouped[1:] != grouped[:-1])) if len(groups) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(groups)))
    places = np.empty(len(groups), dtype=np.int64)
    places[order] = np.arange(len(groups)) - np.repeat(starts, sizes) + given[grouped]
    given[grouped[starts]] += sizes
    return places


def _noise(values: Ints, key: Ints | int, turn: int) -> Ints:
    keys: NDArray[np.uint64] = np.atleast_1d(np.asarray(key)).astype(np.uint64)  # an array, for it wraps silently
    mixed = (values + 1 + turn * 0x632BE59B).astype(np.uint64) * np.uint64(0x4F1BBCDCBFA53E0B)
    mixed = mixed + keys * np.uint64(0x2545F4914F6CDD1D)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0x3F58476D1CE4E5B9)
    return (mixed >> np.uint64(24)).astype(np.int64)
