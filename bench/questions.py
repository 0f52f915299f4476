"""What is asked: three documents, and many sets of variables for each, so that no answer is the same one again.

The variables come from the invented nation itself. They are drawn with a fixed seed, so every run asks the same.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

SEED = 7
BODIES = 1_000
PEOPLE_ON_A_LIST = 100
PARCELS_ON_A_PAGE = 50

PROFILE = """query Profile($pin: PersonalNumber!) {
  citizen(pin: $pin) {
    pin fullName otherNames dateOfBirth sex birthPlace { code name } nationalities occupation
    maritalStatus ethnicity religion bloodType vitalStatus
    contact { mobile email }
    identityCards { kind issuedOn expiresOn status }
    residences { kind validFrom address { detail unit { code name } } }
    household { code members { relationToHead person { fullName } } }
    landRights(first: 3) {
      edges { node { kind share { numerator denominator } parcel { id sheet number legalArea } } }
    }
    enterpriseRoles { kind since enterprise { code name status } }
  }
}"""

LIST = """query List($pins: [PersonalNumber!]!) {
  citizens(pins: $pins) {
    pin fullName dateOfBirth sex birthPlace { code name } nationalities occupation
    ethnicity religion maritalStatus
    residences { kind address { detail unit { code name } } }
  }
}"""

PAGE = """query Page($bbox: BoundingBox!) {
  parcelsWithin(bbox: $bbox, first: 50) {
    edges {
      node {
        id sheet number legalArea addressDetail status
        landRights(first: 10) {
          edges {
            node {
              kind share { numerator denominator }
              holder { __typename ... on Citizen { pin fullName } ... on Enterprise { code name } }
            }
          }
        }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""

_CELL = 0.1  # degrees: the widest box that may be asked for
_FULL_CELLS = f"""
    SELECT floor(centroid[0] / {_CELL})::int, floor(centroid[1] / {_CELL})::int FROM parcels WHERE status = 'ACTIVE'
    GROUP BY 1, 2 HAVING count(*) > {PARCELS_ON_A_PAGE} ORDER BY 1, 2
"""  # noqa: S608 -- our own numbers


@dataclass(frozen=True, slots=True)
class Question:
    """One document and the bodies in which it is sent."""

    name: str
    title: str
    bodies: Sequence[bytes]
    status: int = 200  # of every answer; anything else ends the run


async def questions(urls: dict[str, str]) -> list[Question]:
    """Every question with its variables, from the registers at `urls`."""
    holders = await _column(urls["land"], "SELECT DISTINCT holder_pin FROM land_rights WHERE holder_pin IS NOT NULL")
    directors = await _column(urls["enterprises"], "SELECT DISTINCT pin FROM roles")
    everybody = await _column(urls["identity"], "SELECT pin FROM citizens")
    cells = await _rows(urls["land"], _FULL_CELLS)
    busy = sorted({*holders} & {*directors})
    people = sorted(everybody)
    if not busy or not cells:
        raise ValueError("this nation is too small to be measured: invent more citizens")
    chance = random.Random(SEED)  # noqa: S311 -- the same questions in every run
    return [
        _question("profile", "Profile of one citizen", PROFILE, lambda: {"pin": chance.choice(busy)}),
        _question("list", "List of 100 citizens", LIST, lambda: {"pins": chance.sample(people, PEOPLE_ON_A_LIST)}),
        _question("page", "Page of 50 parcels", PAGE, lambda: {"bbox": _box(*chance.choice(cells))}),
    ]


def _question(name: str, title: str, document: str, draw: Callable[[], dict[str, Any]]) -> Question:
    bodies = [json.dumps({"query": document, "variables": draw()}).encode() for _ in range(BODIES)]
    return Question(name, title, bodies)


def _box(column: int, row: int) -> dict[str, float]:
    west, south = round(column * _CELL, 6), round(row * _CELL, 6)
    return {"west": west, "south": south, "east": round(west + _CELL, 6), "north": round(south + _CELL, 6)}


async def _column(url: str, sql: str) -> list[str]:
    return [row[0] for row in await _rows(url, sql)]


async def _rows(url: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()
