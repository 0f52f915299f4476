"""How land and enterprises refer to people and companies: by key, and now and then by a key that nobody has.

Dangling keys occur in real registers (a typing error of 1994, a person from before the PINs) and must be survivable.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.cells import NULL, Bytes, Cells, Flags, Ints, as_cells, digits, flags, nullable
from synthetic.counters import DANGLING_TAILS, FIRST_TAIL
from synthetic.draws import between, chance, shuffled
from synthetic.folk import Folk
from synthetic.kinship import NOBODY

#: The share of references across registers, to people and to enterprises, whose key does not exist on the other side.
DANGLING_SHARE: Final = 0.001

_WEIGHTS: Final = np.array([31, 29, 23, 19, 17, 13, 7, 5, 3])
#: Eight digits each; the first two say which: drawn enterprises, the personas', or none.
_ISSUED: Final = 1_000_000
_NEVER_ISSUED: Final = 95_000_000
PERSONAS: Final = 90_000_000


@dataclass(frozen=True, slots=True)
class Parties:
    """Some people or enterprises as other registers write them, with the rule columns of the people."""

    pin: Bytes
    enterprise: Bytes
    residence: Bytes
    protected: Flags

    def picked(self, index: Ints) -> "Parties":
        """The parties at these places."""
        return Parties(self.pin[index], self.enterprise[index], self.residence[index], self.protected[index])

    def cells(self, pin: str, enterprise: str | None = None) -> dict[str, Cells]:
        """As columns of these names."""
        keys: dict[str, Cells] = {pin: self.pin} if enterprise is None else {pin: self.pin, enterprise: self.enterprise}
        return keys | {"residence_commune": self.residence, "protected": flags(self.protected)}


def people(rng: np.random.Generator, folk: Folk, person: Ints) -> Parties:
    """People alone."""
    return parties(rng, folk, person, np.full(len(person), NULL))


def parties(rng: np.random.Generator, folk: Folk, person: Ints, enterprise: Bytes) -> Parties:
    """People, and the enterprise where the person is NOBODY; a few of either dangling."""
    count = len(person)
    dangling, is_person = chance(rng, DANGLING_SHARE, count), person != NOBODY
    known = is_person & ~dangling
    pin = np.where(dangling, _unknown_pins(rng, folk.pin[person]), folk.pin[person])
    code = np.where(dangling, enterprise_codes(between(rng, 0, 999_999, count), 0, _NEVER_ISSUED), enterprise)
    return Parties(
        pin=nullable(is_person, pin),
        enterprise=nullable(~is_person, code),
        residence=nullable(known, folk.residence[person]),
        protected=known & folk.protected[person],
    )


def enterprise_codes(index: Ints, seed: int, first: int = _ISSUED) -> Bytes:
    """Valid codes, another one for each index: eight digits, a ninth that allows for a check digit, and that."""
    eight = first + shuffled(index, seed, 8_900 if first == _ISSUED else 100, 10_000)
    ninth = eight % 9 + 1
    partial = _weighted(digits(eight, 8), 8)
    ninth = np.where((partial + 3 * ninth) % 11 == 0, ninth % 9 + 1, ninth)
    check = 10 - (partial + 3 * ninth) % 11
    return digits(eight * 100 + ninth * 10 + check, 10)


def _weighted(texts: Bytes, width: int) -> Ints:
    figures = texts.view(np.uint8).reshape(len(texts), width).astype(np.int64) - ord("0")
    total: Ints = figures @ _WEIGHTS[:width]
    return total


def _unknown_pins(rng: np.random.Generator, like: Bytes) -> Bytes:
    """PINs of right structure that end in figures nobody is given."""
    head = np.ascontiguousarray(like).view(np.uint8).reshape(len(like), 12)[:, :6]
    tail = digits(between(rng, DANGLING_TAILS, FIRST_TAIL - 1, len(like)), 6).view(np.uint8).reshape(len(like), 6)
    return as_cells(np.concatenate([head, tail], axis=1))
