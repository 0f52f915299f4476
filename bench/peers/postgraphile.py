"""PostGraphile: its own documents, for its schema is made of the tables, and its answers by our names.

Its documents ask for the same values along the same ways. Its numbers of unlimited precision are text, and its pages
have no edges unless they are asked for; either makes no difference to what is read.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bench.contenders import Contender
from bench.peers.node import on_node
from bench.peers.one_database import url_of
from bench.place import Place

PROFILE = """query Profile($pin: String!) {
  citizen: citizenByPin(pin: $pin) {
    pin fullName otherNames dateOfBirth sex birthPlace { code name } nationalities occupation
    person {
      maritalStatus ethnicity religion bloodType vitalStatus
      household { code members { relationToHead: relation person { fullName } } }
    }
    contact { mobile email }
    identityCards { kind issuedOn expiresOn status }
    residences { kind validFrom detail unit { code name } }
    landRights(first: 3, orderBy: SURROGATE_ASC) {
      kind shareNumerator shareDenominator parcel { id: rowId sheet number legalArea }
    }
    enterpriseRoles: roles { kind since enterprise { code name status } }
  }
}"""

LIST = """query List($pins: [String!]!) {
  citizens(pins: $pins) {
    pin fullName dateOfBirth sex birthPlace { code name } nationalities occupation
    person { ethnicity religion maritalStatus }
    residences { kind detail unit { code name } }
  }
}"""

PAGE = """query Page($bbox: LandBoundingBoxInput) {
  parcelsWithin: landParcelsWithin(bbox: $bbox, first: 50) {
    nodes {
      id: rowId sheet number legalArea addressDetail status
      landRights(first: 10) { kind shareNumerator shareDenominator citizen { pin fullName } enterprise { code name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""


def postgraphile(name: str, place: Place) -> Contender:
    """PostGraphile on the one database of `one_database.copy`."""
    return on_node(
        name, "postgraphile", {"one": url_of(place.registers)},
        documents={"profile": PROFILE, "list": LIST, "page": PAGE}, heard=heard,
    )  # fmt: skip


def heard(question: str, answer: Any) -> Any:
    """Its answer by our names. Raises KeyError or TypeError where it is no such answer."""
    return {"data": _OF[question](answer["data"])}


def _profile(data: Any) -> Any:
    return {"citizen": _citizen(data["citizen"])}


def _list(data: Any) -> Any:
    return {"citizens": [_citizen(each) for each in data["citizens"]]}


def _page(data: Any) -> Any:
    page = data["parcelsWithin"]
    return {"parcelsWithin": {**_edges(page["nodes"], _parcel), "pageInfo": page["pageInfo"]}}


_OF: Mapping[str, Callable[[Any], Any]] = {"profile": _profile, "list": _list, "page": _page}


_ADDRESS = ("detail", "unit")


def _citizen(found: Any) -> Any:
    """What another table has of a person stands with the person; what was not asked for stays away."""
    citizen = {**found, **found["person"], "residences": [_residence(each) for each in found["residences"]]}
    del citizen["person"]
    if "landRights" in found:
        citizen["landRights"] = _edges(found["landRights"], _right)
    return citizen


def _residence(found: Any) -> Any:
    residence = {**found, "address": {name: found[name] for name in _ADDRESS}}
    return {name: value for name, value in residence.items() if name not in _ADDRESS}


def _parcel(found: Any) -> Any:
    parcel = {**found, "legalArea": float(found["legalArea"])}
    if "landRights" in found:
        parcel["landRights"] = _edges(found["landRights"], _right)
    return parcel


def _right(found: Any) -> Any:
    right = {"kind": found["kind"], "share": _share(found)}
    if "parcel" in found:
        return {**right, "parcel": _parcel(found["parcel"])}
    return {**right, "holder": _holder(found["citizen"], found["enterprise"])}


def _share(found: Any) -> Any:
    return {"numerator": found["shareNumerator"], "denominator": found["shareDenominator"]}


def _holder(citizen: Any, enterprise: Any) -> Any:
    """A person whom identity does not know is one of whom nothing is known; of enterprises there is none such."""
    if enterprise:
        return {"__typename": "Enterprise", **enterprise}
    return {"__typename": "Citizen", **(citizen or {"pin": None, "fullName": None})}


def _edges(nodes: Any, as_ours: Callable[[Any], Any]) -> Any:
    return {"edges": [{"node": as_ours(node)} for node in nodes]}
