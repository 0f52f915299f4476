"""What ours alone is asked, beside the questions that peers are asked too (questions.py).

A search, a walk along enterprises, everything mixed, a question that is refused, documents that differ, and a document
that is asked for by the name under which it is registered.
"""

import asyncio
import json
import random
import re
from collections.abc import Sequence
from functools import partial
from itertools import combinations

from auth.acts.actors import Actor
from auth.acts.desk import desk_at
from auth.acts.manifests import Operation, digest_of
from auth.acts.operations import RegisterOperations
from auth.acts.perform import perform
from auth.demo.agencies import CLIENTS, WIDEST
from bench import clients, nation
from bench.parts import Workload
from bench.place import Place
from bench.questions import BODIES, PROFILE, SEED, SINGLES, Question, body, drawn, questions
from domains.kit.units import communes_of
from graph.compose import compose
from graph.document import DOCUMENTS
from graph.registry import installed_domains
from installation.home import key_file
from shapes.rights import catalogue_of

SEARCH = """query Search($fullName: String!, $dateOfBirth: PartialDate!) {
  findCitizens(search: {nameAndBirthDate: {fullName: $fullName, dateOfBirth: $dateOfBirth}}) {
    pin fullName dateOfBirth sex birthPlace { code name }
    residences { kind address { detail unit { code name } } }
  }
}"""

DEEP = """query Deep($code: EnterpriseCode!) {
  enterprise(code: $code) {
    code name status legalForm charterCapital
    members(first: 10) { edges { node { percent contribution party {
      __typename
      ... on Citizen { pin fullName dateOfBirth }
      ... on Enterprise {
        code name status
        members(first: 10) { edges { node { percent party {
          __typename
          ... on Citizen { pin fullName dateOfBirth }
          ... on Enterprise { code name status }
        } } } }
      }
    } } } }
  }
}"""

SHARES = {"profile": 8, "list": 1, "page": 1, "search": 1}  # of the mixed load
VARIED = 100  # documents asked in turn, whose plans are kept
COLD = DOCUMENTS + 500  # documents asked in turn, of which none is still kept when its turn comes again
LEFT_OUT = 5  # fields that each of them lacks, of these:
OPTIONAL = (
    "otherNames", "sex", "nationalities", "occupation", "maritalStatus", "ethnicity", "religion", "bloodType",
    "vitalStatus", "mobile", "issuedOn", "expiresOn", "validFrom", "detail", "relationToHead",
)  # fmt: skip


def workloads(place: Place) -> list[Workload]:
    """Every further workload."""
    return asyncio.run(_workloads(place))


async def _workloads(place: Place) -> list[Workload]:
    chance = random.Random(SEED)  # noqa: S311 -- the same questions in every run
    known = {question.name: question for question in await questions(place.urls)}
    named, owned = await nation.named(place.urls), await nation.owned(place.urls)
    if not owned:
        raise ValueError("in this nation no enterprise holds another: invent more citizens")
    await _register(place)
    pins = [json.loads(one)["variables"] for one in known["profile"].bodies]
    search = drawn("search", "Search by name and birth date", SEARCH, lambda: _person(*chance.choice(named)), SINGLES)
    deep = drawn("deep", "Enterprise with members two hops deep", DEEP, lambda: {"code": chance.choice(owned)})
    registered = [json.dumps({"documentId": digest_of(PROFILE), "variables": pin}).encode() for pin in pins]
    refused = Question("refused", "Profile that is refused for want of a right", known["profile"].bodies, status=403)
    return [
        Workload(search),
        Workload(deep),
        Workload(_mixed({**known, "search": search}, chance)),
        Workload(refused, clients.bearer(place, clients.MISSING_SOME)),
        Workload(Question("varied", f"Profile in {VARIED} documents whose plans are known", _varied(VARIED, pins))),
        Workload(Question("cold", "Profile in documents that are new", _varied(COLD, pins))),
        Workload(Question("registered", "Profile asked for by a registered name", registered)),
    ]


def _varied(count: int, pins: Sequence[dict[str, str]]) -> list[bytes]:
    """So many documents, of one citizen each."""
    return [body(text, pins[number % len(pins)]) for number, text in enumerate(documents(count))]


def documents(count: int) -> list[str]:
    """Documents nearly as large as the profile's, of which no two are the same operation."""
    chosen = list(combinations(OPTIONAL, LEFT_OUT))
    return [_without(fields) for fields in random.Random(SEED).sample(chosen, count)]  # noqa: S311 -- as above


def _without(fields: Sequence[str]) -> str:
    return re.sub(rf"\b(?:{'|'.join(fields)})\b ?", "", PROFILE)


def _person(full_name: str, date_of_birth: str) -> dict[str, str]:
    return {"fullName": full_name, "dateOfBirth": date_of_birth}


def _mixed(known: dict[str, Question], chance: random.Random) -> Question:
    """Every kind of question by its share, in an order of chance."""
    kinds = chance.choices([*SHARES], [*SHARES.values()], k=BODIES)
    return Question("mixed", _shares(), [chance.choice(known[kind].bodies) for kind in kinds])


def _shares() -> str:
    return "Mixed: " + ", ".join(f"{share} {name}" for name, share in SHARES.items())


async def _register(place: Place) -> None:
    """Have the profile's document registered for the agency of the widest client."""
    agency = next(client.agency for client in CLIENTS if client.client == WIDEST)
    catalogue = catalogue_of(compose(installed_domains()), place.settings)
    files = partial(key_file, place.settings.home)
    change = RegisterOperations(agency, (Operation(digest_of(PROFILE), PROFILE, "Profile"),))
    async with desk_at(place.urls["auth"], catalogue=catalogue, communes_of=communes_of, files=files) as desk:
        await perform(desk, Actor("machine", "bench"), change)
