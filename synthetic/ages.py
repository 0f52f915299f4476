"""When the people of a block were born, and when some of them died or went missing.

The living follow the age pyramid of 2025. The dead of the last ten years are on the register too, for a PIN is never
taken from anybody.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.cells import Flags, Floats, Ints
from synthetic.days import DAYS_PER_YEAR, FIRST_DEATH, NEVER, TODAY
from synthetic.draws import Weighted, between, chance
from synthetic.statistics import rows

DEAD_SHARE: Final = 0.045
MISSING_SHARE: Final = 0.0004
_PYRAMID: Final = [
    (int(row["age"]), male, float(row["male" if male else "female"])) for row in rows("age_pyramid") for male in (1, 0)
]
_AGE: Final[Ints] = np.array([age for age, _, _ in _PYRAMID])
_MALE: Final[Flags] = np.array([male for _, male, _ in _PYRAMID], dtype=np.bool_)
_LIVING: Final = Weighted(weight for _, _, weight in _PYRAMID)
_DEAD: Final = Weighted(
    weight * np.exp(0.09 * (age - 60)) for age, _, weight in _PYRAMID
)  # mortality doubles in 8 years


@dataclass(frozen=True, slots=True)
class Lives:
    """Sex, birth and end of each person; NEVER where there is no end."""

    male: Flags
    born: Ints
    died: Ints
    missing_since: Ints

    @property
    def present(self) -> Flags:
        """Neither dead nor missing."""
        present: Flags = (self.died == NEVER) & (self.missing_since == NEVER)
        return present

    @property
    def years(self) -> Floats:
        """Age reached, with its fraction."""
        return (np.where(self.died == NEVER, TODAY, self.died) - self.born) / DAYS_PER_YEAR


def draw_lives(rng: np.random.Generator, count: int) -> Lives:
    """The lives of `count` people, in no order."""
    dead = chance(rng, DEAD_SHARE, count)
    group = np.where(dead, _DEAD.draw(rng, count), _LIVING.draw(rng, count))
    born = (TODAY - 1 - (_AGE[group] + rng.random(count) * 5) * DAYS_PER_YEAR).astype(np.int64)
    died = np.where(dead, between(rng, np.maximum(FIRST_DEATH, born), TODAY - 1, count), NEVER)
    missing = ~dead & (_AGE[group] >= 20) & chance(rng, MISSING_SHARE, count)
    missing_since = np.where(missing, between(rng, FIRST_DEATH, TODAY - 800, count), NEVER)
    return Lives(_MALE[group], born, died, missing_since)
