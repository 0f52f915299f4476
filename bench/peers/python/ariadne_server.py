"""Ariadne on uvicorn: parsed and validated documents are kept, operations are run by graphql-core.

It checks no right and records nothing.
"""

import datetime as dt
from base64 import urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from ariadne import ObjectType, QueryType, ScalarType, UnionType, load_schema_from_path, make_executable_schema
from ariadne.asgi import GraphQL
from graphql import DocumentNode, GraphQLError, GraphQLResolveInfo, GraphQLSchema, parse, validate
from reading import STATEMENTS, Row, connected, loaders
from starlette.applications import Starlette
from starlette.routing import Route

DOCUMENTS_KEPT = 1_000

Info: TypeAlias = "GraphQLResolveInfo[Any]"

query, citizen, residence, household = (
    QueryType(),
    ObjectType("Citizen"),
    ObjectType("Residence"),
    ObjectType("Household"),
)
member, role, right, parcel = (
    ObjectType(each) for each in ("HouseholdMember", "EnterpriseRole", "LandRight", "Parcel")
)
holder = UnionType("Holder", lambda row, *_: row["__typename"])
date = ScalarType("Date", serializer=dt.date.isoformat)


def _edges(rows: list[Row]) -> Row:
    return {"edges": [{"node": row} for row in rows]}


def _unit(code: str | None, name: str | None) -> Row | None:
    return None if code is None else {"code": code, "name": name}


async def _load(info: Info, loader: str, key: Any) -> Any:
    return await info.context["load"][loader].load(key)


@query.field("citizen")
async def _citizen(_: None, info: Info, pin: str) -> Any:
    return await _load(info, "citizen", pin)


@query.field("citizens")
async def _citizens(_: None, info: Info, pins: list[str]) -> Any:
    return await info.context["load"]["citizen"].load_many(pins)


@query.field("parcelsWithin")
async def _parcels_within(_: None, __: Info, bbox: Row, first: int) -> Row:
    found = await STATEMENTS["parcelsWithin"].read(
        *(bbox[side] for side in ("west", "south", "east", "north")), first + 1
    )
    shown = found[:first]
    last = urlsafe_b64encode(str(shown[-1]["surrogate"]).encode()).decode() if shown else None
    return {**_edges(shown), "pageInfo": {"hasNextPage": len(found) > first, "endCursor": last}}


@citizen.field("birthPlace")
def _birth_place(row: Row, _: Info) -> Row | None:
    return _unit(row["birth_place_code"], row["birth_place_name"])


@citizen.field("maritalStatus")
@citizen.field("ethnicity")
@citizen.field("religion")
@citizen.field("bloodType")
@citizen.field("vitalStatus")
async def _of_person(row: Row, info: Info) -> Any:
    person = await _load(info, "person", row["pin"])
    return person and person[info.field_name]


@citizen.field("contact")
@citizen.field("identityCards")
@citizen.field("residences")
async def _of_citizen(row: Row, info: Info) -> Any:
    return await _load(info, info.field_name, row["pin"])


@citizen.field("household")
async def _household(row: Row, info: Info) -> Any:
    person = await _load(info, "person", row["pin"])
    code = person and person["household_code"]
    return code and await _load(info, "household", code)


@citizen.field("landRights")
async def _rights_of_person(row: Row, info: Info, first: int) -> Row:
    return _edges((await _load(info, "rightsOfPerson", row["pin"]))[:first])


@citizen.field("enterpriseRoles")
async def _roles(row: Row, info: Info) -> Any:
    return await _load(info, "roles", row["pin"])


@residence.field("address")
def _address(row: Row, _: Info) -> Row:
    return {"detail": row["detail"], "unit": _unit(row["unit_code"], row["unit_name"])}


@household.field("members")
async def _members(row: Row, info: Info) -> Any:
    return await _load(info, "members", row["code"])


@member.field("person")
async def _member(row: Row, info: Info) -> Any:
    return await _load(info, "citizen", row["pin"]) or {}


@role.field("enterprise")
async def _enterprise(row: Row, info: Info) -> Any:
    return await _load(info, "enterprise", row["enterprise_code"])


@right.field("share")
def _share(row: Row, _: Info) -> Row:
    return {"numerator": row["share_numerator"], "denominator": row["share_denominator"]}


@right.field("parcel")
async def _parcel(row: Row, info: Info) -> Any:
    return await _load(info, "parcel", row["parcel_id"])


@right.field("holder")
async def _holder(row: Row, info: Info) -> Row:
    if row["holder_pin"]:
        return {"__typename": "Citizen", **(await _load(info, "citizen", row["holder_pin"]) or {})}
    enterprise = await _load(info, "enterprise", row["holder_enterprise"])
    return {"__typename": "Enterprise", "code": row["holder_enterprise"], **(enterprise or {})}


@parcel.field("landRights")
async def _rights_of_parcel(row: Row, info: Info, first: int) -> Row:
    return _edges((await _load(info, "rightsOfParcel", row["id"]))[:first])


@lru_cache(DOCUMENTS_KEPT)
def _parsed(document: str) -> DocumentNode:
    return parse(document)


@lru_cache(DOCUMENTS_KEPT)
def _validated(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    return validate(schema, document)


schema = make_executable_schema(
    load_schema_from_path(str(Path(__file__).parents[1] / "schema.graphql")),
    query, citizen, residence, household, member, role, right, parcel, holder, date,
)  # fmt: skip
graphql = GraphQL(
    schema,
    context_value=lambda request, _: {"request": request, "load": loaders()},
    query_parser=lambda _, data: _parsed(data["query"]),
    query_validator=lambda schema, document, *_, **__: _validated(schema, document),
)
app = Starlette(routes=[Route("/graphql", graphql)], lifespan=connected)
