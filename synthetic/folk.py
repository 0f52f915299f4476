"""The people of one block: lives, kin, homes, names, PINs. What the four registers then write down, each its part."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.ages import Lives, draw_lives
from synthetic.cells import Bytes, Flags, Ints, as_cells, digits, nullable
from synthetic.counters import Counters
from synthetic.days import MERGER, TODAY, YEAR_OF
from synthetic.draws import between, chance
from synthetic.households import Households, draw_households
from synthetic.kinship import NOBODY, Kin, draw_kin
from synthetic.naming import Names, draw_names
from synthetic.places import (
    COMMUNE_CODE,
    FORMER_NUMBER,
    PROVINCE_NUMBER,
    SUCCESSOR,
    Addresses,
    draw_addresses,
    draw_former,
)

PROTECTED_HOMES: Final = 0.004  # everybody in them
PROTECTED_ALONE: Final = 0.001  # of people, whose family is not
STAYS_IN_PROVINCE: Final = 0.7
BORN_AT_MOTHERS: Final = 0.93
HOMETOWN_IS_BIRTHPLACE: Final = 0.85
LONGEST_AT_HOME: Final = 30 * 365


@dataclass(frozen=True, slots=True)
class Folk:
    """People by index; homes by theirs. `residence` and `protected` are what every register keeps as rule columns."""

    lives: Lives
    kin: Kin
    households: Households
    addresses: Addresses  # by home
    home_code: Bytes  # by home
    home_since: Ints  # by home
    born_in: Ints  # former province
    hometown: Ints  # former province
    names: Names
    pin: Bytes
    residence: Bytes
    protected: Flags

    def __len__(self) -> int:
        return len(self.pin)


def draw_folk(rng: np.random.Generator, count: int, counters: Counters) -> Folk:
    """The next `count` people."""
    lives, kin = draw_kin(rng, draw_lives(rng, count))
    households = draw_households(rng, lives, kin)
    homes = len(households.head)
    addresses = draw_addresses(rng, _home_provinces(rng, kin, households))
    born_in = _birth_provinces(rng, kin, households, addresses.former)
    hometown = np.where(chance(rng, HOMETOWN_IS_BIRTHPLACE, count), born_in, draw_former(rng, count))
    at_home = households.home != NOBODY
    return Folk(
        lives=lives,
        kin=kin,
        households=households,
        addresses=addresses,
        home_code=counters.home_numbers(addresses.commune),
        home_since=TODAY - 1 - between(rng, 0, LONGEST_AT_HOME, homes),
        born_in=born_in,
        hometown=hometown,
        names=draw_names(rng, lives, kin, FORMER_NUMBER[born_in]),
        pin=_pins(lives, born_in, counters),
        residence=nullable(at_home, COMMUNE_CODE[addresses.commune[households.home]]),
        protected=at_home
        & (chance(rng, PROTECTED_HOMES, homes)[households.home] | chance(rng, PROTECTED_ALONE, count)),
    )


def _home_provinces(rng: np.random.Generator, kin: Kin, households: Households) -> Ints:
    """Most homes are in the province of the head's mother's home, where she has one."""
    homes = len(households.head)
    mother = kin.mother[households.head]
    parental = np.where(mother != NOBODY, households.family[mother], NOBODY)
    stays = (parental != NOBODY) & chance(rng, STAYS_IN_PROVINCE, homes)
    source = np.where(stays, parental, np.arange(homes))
    former = draw_former(rng, homes)
    for _ in range(3):
        former = former[source]
    return former


def _birth_provinces(rng: np.random.Generator, kin: Kin, households: Households, former: Ints) -> Ints:
    count = len(kin.mother)
    birth_home = np.where(kin.mother != NOBODY, households.family[kin.mother], households.family)
    known = (birth_home != NOBODY) & chance(rng, BORN_AT_MOTHERS, count)
    return np.where(known, former[birth_home], draw_former(rng, count))


def _pins(lives: Lives, born_in: Ints, counters: Counters) -> Bytes:
    """Province of birth registration (a former one for births before the merger), century and sex, year, six digits."""
    year, male = YEAR_OF[lives.born], lives.male.astype(np.int64)
    registration = np.where(lives.born < MERGER, FORMER_NUMBER[born_in], PROVINCE_NUMBER[SUCCESSOR[born_in]])
    century_and_sex = (year // 100 - 19) * 2 + 1 - male
    head = registration * 1_000 + century_and_sex * 100 + year % 100
    tail = counters.tails(registration, year, male=male)
    return as_cells(digits(head * 1_000_000 + tail, 12).view(np.uint8).reshape(len(head), 12))
