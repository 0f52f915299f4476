"""The nation, block after block: the personas first, then people with everything that belongs to them.

A block is a world of its own: families, homes, land and companies do not reach into another one, and only counters pass
from block to block. So memory is bounded by the block, however large the nation.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from synthetic.cadastre import scale_for
from synthetic.companies import draw_companies
from synthetic.counters import Counters
from synthetic.enterprises import enterprise_rows
from synthetic.folk import draw_folk
from synthetic.identity import identity_rows
from synthetic.land import draw_holdings
from synthetic.land_rows import land_rows
from synthetic.persona_rows import BANKS, PEOPLE, persona_rows
from synthetic.population import population_rows
from synthetic.rows import Rows

BLOCK: Final = 25_000  # citizens
FEWEST_CITIZENS: Final = 100


@dataclass(frozen=True, slots=True)
class Block:
    """Rows by register, of this many citizens."""

    citizens: int
    rows: Mapping[str, Sequence[Rows]]


def blocks(citizens: int, seed: int) -> Iterator[Block]:
    """The nation of this many citizens, the personas among them; the same blocks for the same arguments."""
    if citizens < FEWEST_CITIZENS:
        raise ValueError(f"a nation has at least {FEWEST_CITIZENS} citizens, not {citizens}")
    if seed < 0:
        raise ValueError("the seed is a number from 0 on")
    counters, scale = Counters(seed), scale_for(citizens)
    yield Block(len(PEOPLE), persona_rows(counters))
    drawn = citizens - len(PEOPLE)
    parts = -(-drawn // BLOCK)
    for part in range(parts):
        size = drawn * (part + 1) // parts - drawn * part // parts
        yield _block(np.random.default_rng([seed, part]), size, counters, scale)


def _block(rng: np.random.Generator, citizens: int, counters: Counters, scale: int) -> Block:
    folk = draw_folk(rng, citizens, counters)
    companies = draw_companies(rng, folk, counters)
    holdings = draw_holdings(rng, folk, companies)
    return Block(
        citizens,
        {
            "identity": list(identity_rows(rng, folk, counters)),
            "population": list(population_rows(rng, folk, counters)),
            "land": list(land_rows(rng, holdings, companies, BANKS, counters, scale)),
            "enterprises": list(enterprise_rows(rng, folk, companies, counters)),
        },
    )
