"""What the land register knows of a block: who holds which parcels. The rows of each parcel: land_rows.py."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.cadastre import FIELD, HOME
from synthetic.cells import Bytes, Flags, Ints
from synthetic.companies import Companies
from synthetic.days import NEVER, TODAY, day
from synthetic.draws import between, chance
from synthetic.folk import Folk
from synthetic.kinship import NOBODY
from synthetic.places import URBAN, draw_commune, draw_former
from synthetic.references import Parties, parties

HOME_SHARE: Final = (0.74, 0.5)  # of households with the land under their house: country, town
FIELD_SHARE: Final = (0.55, 0.05)
SECOND_HOME_SHARE: Final = 0.03
COMPANY_SHARE: Final = 0.35
COMMON_SHARE: Final = 0.85  # of couples who hold together
UNSETTLED_SHARE: Final = 0.3  # of the widowed whose spouse still stands in the register
INHERITED_SHARE: Final = 0.24  # of the others, with their mother; two thirds to one
CLOSED_SHARE: Final = 0.01
_FIRST_RIGHT: Final = day("1994-01-01")
_NO_ONE: Final = NOBODY - 1  # NOBODY, as a holder, is a company


@dataclass(frozen=True, slots=True)
class Holdings:
    """Parcels by index, with one or two holders of the right in each; closed ones have none."""

    commune: Ints
    kind: Ints
    by_company: Flags
    since: Ints
    inherited: Flags
    closed: Flags
    right_of: Ints  # parcel, by right
    holder: Parties  # by right
    numerator: Ints  # by right
    denominator: Ints  # by right

    def __len__(self) -> int:
        return len(self.commune)

    @property
    def first_right(self) -> Ints:
        """Index of the first right in each parcel that has any."""
        return np.flatnonzero(np.append(True, self.right_of[1:] != self.right_of[:-1])[: len(self.right_of)])


def draw_holdings(rng: np.random.Generator, folk: Folk, companies: Companies) -> Holdings:
    """Land of the households and the companies of the block."""
    commune, kind, owner, company = _parcels(rng, folk, companies)
    count = len(commune)
    closed = chance(rng, CLOSED_SHARE, count)
    partner, unequal = _partners(rng, folk, owner)
    pair = np.where(closed[:, None], _NO_ONE, np.stack([np.where(owner == NOBODY, NOBODY, owner), partner], axis=1))
    is_right = pair != _NO_ONE
    right_of, place = np.nonzero(is_right)
    shared = is_right.all(axis=1)[right_of]
    third = unequal[right_of] & shared
    code = companies.code[np.maximum(company[right_of], 0)] if len(companies) else np.full(len(right_of), b"")
    return Holdings(
        commune=commune,
        kind=kind,
        by_company=owner == NOBODY,
        since=between(rng, *_when_possible(folk, companies, pair, company), count),
        inherited=unequal & is_right.all(axis=1),
        closed=closed,
        right_of=right_of,
        holder=parties(rng, folk, pair[right_of, place], code),
        numerator=np.where(third & (place == 0), 2, 1),
        denominator=np.where(third, 3, np.where(shared, 2, 1)),
    )


def _parcels(rng: np.random.Generator, folk: Folk, companies: Companies) -> tuple[Ints, Ints, Ints, Ints]:
    """Commune, kind, person or NOBODY, company or NOBODY, of each parcel."""
    at, head = folk.addresses.commune, folk.households.head
    town = URBAN[at].astype(np.int64)
    homes = np.flatnonzero(chance(rng, np.array(HOME_SHARE)[town], len(at)))
    fields = np.flatnonzero(chance(rng, np.array(FIELD_SHARE)[town], len(at)))
    second = np.flatnonzero(chance(rng, SECOND_HOME_SHARE, len(at)))
    sites = np.flatnonzero(chance(rng, COMPANY_SHARE, len(companies)))
    elsewhere = draw_commune(rng, draw_former(rng, len(second)))
    sizes = (len(homes), len(fields), len(second), len(sites))
    return (
        np.concatenate([at[homes], at[fields], elsewhere, companies.commune[sites]]),
        np.repeat(np.array([HOME, FIELD, HOME, FIELD]), sizes),
        np.concatenate([head[homes], head[fields], head[second], np.full(len(sites), NOBODY)]),
        np.concatenate([np.full(sum(sizes[:3]), NOBODY), sites]),
    )


def _partners(rng: np.random.Generator, folk: Folk, owner: Ints) -> tuple[Ints, Flags]:
    """Who holds together with the owner (_NO_ONE if nobody), and whether the shares are unequal."""
    spouse, mother, home = folk.kin.spouse, folk.kin.mother, folk.households.home
    person = owner != NOBODY
    couple = person & (spouse[owner] != NOBODY) & (home[spouse[owner]] == home[owner])
    widowed = person & (spouse[owner] != NOBODY) & (folk.lives.died[spouse[owner]] != NEVER)
    share = np.select([couple, widowed], [COMMON_SHARE, UNSETTLED_SHARE], 0.0)
    with_spouse = chance(rng, share, len(owner))
    mother_lives = person & (mother[owner] != NOBODY) & folk.lives.present[mother[owner]]
    with_mother = mother_lives & ~with_spouse & chance(rng, INHERITED_SHARE, len(owner))
    partner = np.select([with_spouse, with_mother], [spouse[owner], mother[owner]], _NO_ONE)
    return partner, with_mother


def _when_possible(folk: Folk, companies: Companies, pair: Ints, company: Ints) -> tuple[Ints, Ints]:
    """The first and last day on which the holders can have come by it: of age, founded, and not yet dead."""
    lives, is_person = folk.lives, pair >= 0
    of_age = np.where(is_person, lives.born[pair] + 18 * 366, 0).max(axis=1)
    founded = companies.founded[company] if len(companies) else of_age
    last = np.where(is_person & (lives.died[pair] != NEVER), lives.died[pair], TODAY).min(axis=1) - 1
    first = np.maximum(_FIRST_RIGHT, np.where(pair[:, 0] == NOBODY, founded, of_age))
    return np.minimum(first, last), last


def serial_letters(number: Ints) -> Bytes:
    """Two letters for 0 to 624; the first is never Z, which the personas have."""
    letters = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXY", dtype="S1")
    return np.char.add(letters[number // 25], letters[number % 25])
