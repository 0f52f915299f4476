"""Vietnamese names: surname, middle names, given name, by region, sex and generation; and how each is folded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from domains.kit.names import fold, old_tone_placement
from synthetic.ages import Lives
from synthetic.cells import Bytes, Cells, Flags, Ints, joined, table
from synthetic.days import YEAR_OF
from synthetic.draws import Weighted, chance
from synthetic.kinship import NOBODY, Kin
from synthetic.statistics import rows

GENERATIONS: Final = 6
FIRST_SOUTHERN: Final = 48  # GSO codes from Đà Nẵng on
SECOND_GIVEN_COHORT: Final = 2004
MIDDLE_COHORTS: Final = (1975, 2000)
NO_MIDDLE: Final = 0.008
# Shares of names with two middle names: women, men; born before 2000, since.
_TWO_MIDDLES: Final = np.array([[0.22, 0.64], [0.12, 0.26]])


class Words:
    """Words of one kind with their folded forms and, by group, how often each is taken."""

    def __init__(self, weights: Iterable[dict[str, float]]) -> None:
        """One mapping of words to weights per group."""
        groups = list(weights)
        words = list(dict.fromkeys(word for group in groups for word in group))
        self.text = table(old_tone_placement(word) for word in words)
        self.folded = table(fold(word) for word in words)
        self._groups = [Weighted(group.get(word, 0.0) for word in words) for group in groups]

    def draw(self, rng: np.random.Generator, group: Ints) -> Ints:
        """A word for each, by its group."""
        drawn = np.empty(len(group), dtype=np.int64)
        for number, weighted in enumerate(self._groups):
            members = np.flatnonzero(group == number)
            drawn[members] = weighted.draw(rng, len(members))
        return drawn


def _given(sex: str, cohort: str) -> dict[str, float]:
    found = [row for row in rows("given_names") if row["sex"] == sex and row["cohort"] == cohort]
    return {row["name"]: float(row["percent"]) for row in found}


def _middle(sex: str, cohort: str) -> dict[str, float]:
    found = [row for row in rows("middle_names") if row["sex"] == sex and row["cohort"] == cohort]
    weights = {row["name"]: float(row["percent"]) for row in found}
    given = _given(sex, "1991")
    rest = (100 - sum(weights.values())) / sum(given.values())
    return {name: weights.get(name, 0) + rest * given.get(name, 0) for name in {**weights, **given}}


SURNAMES: Final = Words({row["surname"]: float(row[side]) for row in rows("surnames")} for side in ("north", "south"))
GIVEN: Final = Words([_given("F", "1991"), _given("F", "2007"), _given("M", "1991")])
MIDDLE: Final = Words(_middle(sex, cohort) for sex in ("F", "M") for cohort in ("1900", "1975", "2000"))


@dataclass(frozen=True, slots=True)
class Names:
    """Indexes into SURNAMES, GIVEN and MIDDLE; the second middle name is taken from the given names."""

    surname: Ints
    middle: Ints
    second: Ints
    given: Ints
    has_middle: Flags
    has_second: Flags

    @property
    def middle_text(self) -> Bytes:
        """Middle names with a blank between; empty where there is none."""
        return self._middles(MIDDLE.text, GIVEN.text)

    @property
    def full(self) -> Cells:
        """The whole name."""
        return self._whole(SURNAMES.text, self.middle_text, GIVEN.text)

    @property
    def folded(self) -> Cells:
        """The whole name, folded: folding goes word by word."""
        return self._whole(SURNAMES.folded, self._middles(MIDDLE.folded, GIVEN.folded), GIVEN.folded)

    def _middles(self, middle: Bytes, given: Bytes) -> Bytes:
        second = np.where(self.has_second, given[self.second], b"")
        blank = np.where(self.has_second, b" ", b"")
        return joined(np.where(self.has_middle, middle[self.middle], b""), blank, second)

    def _whole(self, surname: Bytes, middles: Bytes, given: Bytes) -> Cells:
        blank = np.where(self.has_middle, b" ", b"")
        return (surname[self.surname], blank, middles, b" ", given[self.given])


def draw_names(rng: np.random.Generator, lives: Lives, kin: Kin, region_code: Ints) -> Names:
    """Names; children have their father's surname, or their mother's where no father is on record."""
    count, year = len(region_code), YEAR_OF[lives.born]
    male = lives.male.astype(np.int64)
    cohort = np.searchsorted(MIDDLE_COHORTS, year, side="right")
    middle = MIDDLE.draw(rng, male * 3 + cohort)
    given = GIVEN.draw(rng, np.where(lives.male, 2, (year >= SECOND_GIVEN_COHORT).astype(np.int64)))
    second = GIVEN.draw(rng, np.where(lives.male, 2, 0))
    has_middle = (MIDDLE.text[middle] != GIVEN.text[given]) & ~chance(rng, NO_MIDDLE, count)
    differs = (GIVEN.text[second] != MIDDLE.text[middle]) & (second != given)
    has_second = (
        has_middle & differs & chance(rng, _TWO_MIDDLES[male, (year >= MIDDLE_COHORTS[1]).astype(np.int64)], count)
    )
    surname = SURNAMES.draw(rng, (region_code >= FIRST_SOUTHERN).astype(np.int64))
    return Names(inherited(surname, kin.father, kin.mother), middle, second, given, has_middle, has_second)


def inherited(value: Ints, first: Ints, second: Ints) -> Ints:
    """The value of the ancestor at the root: by `first` where it is known, else by `second`, else one's own."""
    parent = np.where(first != NOBODY, first, second)
    parent = np.where(parent != NOBODY, parent, np.arange(len(value)))
    for _ in range(GENERATIONS):
        value = value[parent]
    return value
