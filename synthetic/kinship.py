"""Who is married to whom, and whose child everybody is, among the people of one block.

Mothers are at least 17 years older than their children and alive at their birth; brothers and sisters are born at least
300 days apart, or on one day; nobody marries a sibling or a parent.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from synthetic.ages import Lives
from synthetic.cells import Flags, Ints
from synthetic.days import DAYS_PER_YEAR, NEVER, TODAY
from synthetic.draws import chance

NOBODY: Final = -1
YOUNGEST_MOTHER: Final = 17 * DAYS_PER_YEAR
OLDEST_MOTHER: Final = 46 * DAYS_PER_YEAR
YOUNGEST_FATHER: Final = 18 * DAYS_PER_YEAR
BETWEEN_BIRTHS: Final = 300
FATHER_UNKNOWN: Final = 0.025

# Shares by age (years, share): had a spouse who is on the register; have a mother on the register.
_WIFE: Final = ([19.5, 22, 26, 30, 55, 65, 75, 90], [0.1, 0.45, 0.78, 0.88, 0.88, 0.8, 0.5, 0.3])
_HUSBAND: Final = ([21.5, 25, 29, 33, 40, 90], [0.1, 0.4, 0.7, 0.88, 0.95, 0.97])
_HAS_MOTHER: Final = ([0, 18, 30, 40, 50, 60, 75], [0.985, 0.985, 0.93, 0.8, 0.55, 0.25, 0.0])


@dataclass(frozen=True, slots=True)
class Kin:
    """For each person the index of spouse, mother and father in the block, or NOBODY."""

    spouse: Ints
    mother: Ints
    father: Ints


def draw_kin(rng: np.random.Generator, lives: Lives) -> tuple[Lives, Kin]:
    """Couples and parents; the lives come back with births of brothers and sisters set apart."""
    spouse = _marry(rng, lives)
    mother = _mothers(rng, lives, spouse)
    mother[(mother != NOBODY) & ((mother == mother[spouse]) & (spouse != NOBODY))] = NOBODY
    lives = replace(lives, born=_set_apart(lives, mother))
    mother = np.where(_possible_mother(lives, mother), mother, NOBODY)
    father = np.where(mother == NOBODY, NOBODY, spouse[mother])
    father = np.where(_possible_father(lives, father) & ~chance(rng, FATHER_UNKNOWN, len(father)), father, NOBODY)
    return lives, Kin(spouse, mother, father)


def _marry(rng: np.random.Generator, lives: Lives) -> Ints:
    years, count = lives.years, len(lives.born)
    women = np.flatnonzero(~lives.male & (years >= _WIFE[0][0]) & chance(rng, np.interp(years, *_WIFE), count))
    men = np.flatnonzero(lives.male & (years >= _HUSBAND[0][0]) & chance(rng, np.interp(years, *_HUSBAND), count))
    couples = min(len(women), len(men))
    women, men = rng.permutation(women)[:couples], rng.permutation(men)[:couples]
    noise = 2.5 * DAYS_PER_YEAR
    women = women[np.argsort(lives.born[women] + rng.normal(0, noise, couples), kind="stable")]
    men = men[np.argsort(lives.born[men] + rng.normal(0, noise, couples), kind="stable")]
    spouse = np.full(count, NOBODY)
    spouse[women], spouse[men] = men, women
    return spouse


def _mothers(rng: np.random.Generator, lives: Lives, spouse: Ints) -> Ints:
    count = len(spouse)
    wives = np.flatnonzero(~lives.male & (spouse != NOBODY))
    wives = wives[np.argsort(lives.born[wives], kind="stable")]
    years = (TODAY - lives.born) / DAYS_PER_YEAR
    wanted = lives.born - np.clip(rng.normal(27.5, 5.2, count), 18.5, 44) * DAYS_PER_YEAR
    first = np.searchsorted(lives.born[wives], wanted - DAYS_PER_YEAR)
    last = np.searchsorted(lives.born[wives], wanted + DAYS_PER_YEAR)
    found = (last > first) & chance(rng, np.interp(years, *_HAS_MOTHER), count)
    picked = first + (rng.random(count) * (last - first)).astype(np.int64)
    mother = np.full(count, NOBODY)
    mother[found] = wives[picked[found]]
    return mother


def _set_apart(lives: Lives, mother: Ints) -> Ints:
    """Births with BETWEEN_BIRTHS days between children of one mother; who would be born after today becomes a twin."""
    children = np.flatnonzero((mother != NOBODY) & (lives.died == NEVER))
    order = children[np.lexsort((lives.born[children], mother[children]))]
    family = np.cumsum(np.append(False, mother[order][1:] != mother[order][:-1]))[: len(order)]
    birth = np.arange(len(order)) - np.searchsorted(family, family)
    far = 1_000_000  # days; keeps the running maximum of one family out of the next
    earliest = lives.born[order] - BETWEEN_BIRTHS * birth + far * family
    births = np.maximum.accumulate(earliest) - far * family + BETWEEN_BIRTHS * birth
    last_possible = np.maximum.accumulate(np.where(births < TODAY, np.arange(len(order)), 0))
    born = lives.born.copy()
    born[order] = births[last_possible]
    return born


def _possible_mother(lives: Lives, mother: Ints) -> Flags:
    gap = lives.born - lives.born[mother]
    alive = (lives.died[mother] == NEVER) | (lives.died[mother] >= lives.born)
    possible: Flags = (mother != NOBODY) & (gap >= YOUNGEST_MOTHER) & (gap <= OLDEST_MOTHER) & alive
    return possible


def _possible_father(lives: Lives, father: Ints) -> Flags:
    alive = (lives.died[father] == NEVER) | (lives.died[father] >= lives.born - 270)
    possible: Flags = (father != NOBODY) & (lives.born - lives.born[father] >= YOUNGEST_FATHER) & alive
    return possible
