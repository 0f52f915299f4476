"""What ours and every peer are asked: three documents, each with many sets of variables, so that answers differ.

The variables come from the invented nation itself. They are drawn with a fixed seed, so every run asks the same.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import nation

SEED = 7
BODIES = 1_000
SINGLES = 5_000  # of questions about one: about as many as a window has answers
PEOPLE_ON_A_LIST = 100
JITTER = 0.001  # degrees, either way

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


@dataclass(frozen=True, slots=True)
class Question:
    """One document and the bodies in which it is sent."""

    name: str
    title: str
    bodies: Sequence[bytes]
    status: int = 200  # of every answer; anything else ends the run


async def questions(urls: dict[str, str]) -> list[Question]:
    """What ours and every peer are asked, with variables from the registers at `urls`."""
    busy, people, cells = await nation.busy(urls), await nation.people(urls), await nation.full_cells(urls)
    if not busy or not cells:
        raise ValueError("this nation is too small to be measured: invent more citizens")
    chance = random.Random(SEED)  # noqa: S311 -- the same questions in every run
    return [
        drawn("profile", "Profile of one citizen", PROFILE, lambda: {"pin": chance.choice(busy)}, SINGLES),
        drawn("list", "List of 100 citizens", LIST, lambda: {"pins": some(chance, people)}),
        drawn("page", "Page of 50 parcels", PAGE, lambda: {"bbox": _box(chance, *chance.choice(cells))}),
    ]


def drawn(name: str, title: str, document: str, draw: Callable[[], dict[str, Any]], bodies: int = BODIES) -> Question:
    """A document with so many sets of variables."""
    return Question(name, title, [body(document, draw()) for _ in range(bodies)])


def body(document: str, variables: dict[str, Any]) -> bytes:
    """A request's body."""
    return json.dumps({"query": document, "variables": variables}).encode()


def some(chance: random.Random, people: Sequence[str]) -> list[str]:
    """Personal numbers for a list."""
    return chance.sample(people, min(PEOPLE_ON_A_LIST, len(people)))


def _box(chance: random.Random, column: int, row: int) -> dict[str, float]:
    """A window about a full cell. No two are equal: a small nation has few, and equal questions share statements."""
    west, south = (round(place * nation.CELL + chance.uniform(-JITTER, JITTER), 6) for place in (column, row))
    return {"west": west, "south": south, "east": round(west + nation.CELL, 6), "north": round(south + nation.CELL, 6)}
