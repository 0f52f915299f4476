"""Who may ask what at the office door: every root field by every kind of visitor, from the schema itself.

`SEEN_BY` is written by hand. A field that is added without a row here fails, and so does one whose row says otherwise.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from auth.acts.actors import Actor
from office.errors import NotAnswered
from office.schema import executable, schema, visibility
from office.visitor import Capacity, Visitor
from tests.office.world import Place

DESK = "proposer approver operator emergencies machine"
NARROWS = "proposer approver machine"
SEEN_BY = {
    "Query.agencies": f"{DESK} agency",
    "Query.clients": f"{DESK} agency",
    "Query.client": f"{DESK} agency",
    "Query.purposes": f"{DESK} auditor agency citizen",
    "Query.grants": f"{DESK} agency",
    "Query.grant": f"{DESK} agency",
    "Query.delegations": f"{DESK} agency",
    "Query.operations": f"{DESK} agency",
    "Query.proposals": f"{DESK} agency",
    "Query.proposal": f"{DESK} agency",
    "Query.viewer": f"{DESK} auditor agency citizen",
    "Query.officers": DESK,
    "Query.signingKeys": DESK,
    "Query.impactOf": DESK,
    "Query.consents": "citizen",
    "Query.acts": "auditor machine",
    "Query.chain": "auditor machine",
    "Query.cases": "auditor",
    "Query.myCases": "citizen",
    "Query.myDisclosures": "citizen",
    "Query.disclosureProof": "citizen",
    "Query.disclosureGuards": f"{DESK} auditor agency citizen",
    "Query.disclosures": "auditor machine",
    "Query.disclosureCounts": "auditor machine",
    "Query.ownDisclosures": "agency",
    "Query.findings": "auditor machine",
    "Query.unusedRights": f"{DESK} agency",
    "Query.trials": f"{DESK} auditor",
    "Mutation.makeProposal": "proposer machine",
    "Mutation.requestGrant": "agency",
    "Mutation.adoptProposal": "proposer",
    "Mutation.approveProposal": "approver",
    "Mutation.refuseProposal": "approver",
    "Mutation.withdrawProposal": "proposer machine agency",
    "Mutation.narrowGrant": NARROWS,
    "Mutation.suspendGrant": NARROWS,
    "Mutation.tryNarrowing": NARROWS,
    "Mutation.endTrial": NARROWS,
    "Mutation.narrowAsTried": NARROWS,
    "Mutation.revokeGrant": NARROWS,
    "Mutation.withdrawConsent": "citizen",
    "Mutation.openCase": "auditor",
    "Mutation.complain": "citizen",
    "Mutation.closeCase": "auditor",
    "Mutation.withdrawComplaint": "citizen",
    "Mutation.openEmergency": "emergencies",
    "Mutation.endEmergency": f"{NARROWS} emergencies",
    "Mutation.reviewEmergency": "approver",
    "Mutation.suspendAgency": NARROWS,
    "Mutation.narrowClient": NARROWS,
    "Mutation.suspendClient": NARROWS,
    "Mutation.addKey": "agency",
    "Mutation.retireClientKey": f"{NARROWS} agency",
    "Mutation.makeDelegation": "agency",
    "Mutation.revokeDelegation": f"{NARROWS} agency",
    "Mutation.registerOperations": "agency machine",
    "Mutation.withdrawOperation": f"{NARROWS} agency",
    "Mutation.firstOfficer": "machine",
    "Mutation.narrowOfficer": NARROWS,
    "Mutation.removeOfficer": NARROWS,
    "Mutation.rotateKeys": "operator machine",
    "Mutation.retireKey": "operator machine",
}
NOT_FOR_YOU = "This is not for you to"


def test_every_root_field_has_a_row_and_says_the_same() -> None:
    said = {coordinate: set(capacities) for coordinate, capacities in visibility(schema()).items()}

    assert said == {coordinate: set(map(Capacity, row.split())) for coordinate, row in SEEN_BY.items()}


@pytest.mark.parametrize("capacity", list(Capacity))
async def test_each_visitor_asks_what_is_theirs_and_is_refused_the_rest(shared: Place, capacity: Capacity) -> None:
    visitor = _visitor(capacity)
    allowed = {coordinate for coordinate in SEEN_BY if not await _is_refused(shared, visitor, coordinate)}

    assert allowed == {coordinate for coordinate, row in SEEN_BY.items() if capacity in row.split()}


async def test_a_visitor_without_a_capacity_may_ask_nothing(shared: Place) -> None:
    nobody = Visitor(Actor("officer", "an"), frozenset())

    assert all([await _is_refused(shared, nobody, coordinate) for coordinate in SEEN_BY])


def _visitor(capacity: Capacity) -> Visitor:
    kinds = {Capacity.MACHINE: "machine", Capacity.AGENCY: "agency", Capacity.CITIZEN: "citizen"}
    agency = "G01" if capacity is Capacity.AGENCY else None
    actor = Actor(kinds.get(capacity, "officer"), "desk", agency)  # type: ignore[arg-type]
    return Visitor(actor, frozenset({capacity}))


async def _is_refused(place: Place, visitor: Visitor, coordinate: str) -> bool:
    """Whether this visitor is told that the field is for others. Whatever else comes of it: it was theirs to ask."""
    root, name = coordinate.split(".")
    field = _fields(root)[name]
    try:
        data = await place.ask(visitor, _document(root, name, field))
    except NotAnswered as ended:
        return ended.errors[0].code == "FORBIDDEN" and ended.errors[0].message.startswith(NOT_FOR_YOU)
    told = data[name]
    return isinstance(told, dict) and told.get("message", "").startswith(NOT_FOR_YOU)


def _fields(root: str) -> dict[str, GraphQLField]:
    type_ = executable(schema()).type_map[root]
    assert isinstance(type_, GraphQLObjectType)
    fields: dict[str, GraphQLField] = type_.fields
    return fields


def _document(root: str, name: str, field: GraphQLField) -> str:
    given = [
        f"{key}: {_literal(value.type)}" for key, value in field.args.items() if isinstance(value.type, GraphQLNonNull)
    ]
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename ... on Refusal { message } }"
    selection = selection if root == "Mutation" else selection and "{ __typename }"
    arguments = f"({', '.join(given)})" if given else ""
    return f"{root.lower()} {{ {name}{arguments} {selection} }}"


def _literal(type_: Any) -> str:
    """Any literal of this type: enough to get past validation."""
    if isinstance(type_, GraphQLNonNull):
        return _literal(type_.of_type)
    if isinstance(type_, GraphQLList):
        return f"[{_literal(type_.of_type)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(next(iter(type_.values)))
    if isinstance(type_, GraphQLInputObjectType):
        return "{" + ", ".join(f"{key}: {_literal(value)}" for key, value in _needed(type_)) + "}"
    return {"Int": "5", "Boolean": "true", "DateTime": '"2030-01-01T00:00:00Z"'}.get(type_.name, '"12345678"')


def _needed(type_: GraphQLInputObjectType) -> Iterator[tuple[str, Any]]:
    fields = [(key, value.type) for key, value in type_.fields.items()]
    yield from fields[:1] if type_.is_one_of else ((key, t) for key, t in fields if isinstance(t, GraphQLNonNull))
