"""Strawberry on uvicorn, as a developer writes it: permission classes, data loaders, and SQLAlchemy's ORM below.

Its permission classes compare the scope of a field with the ones that the request holds, which here are all of them.
It verifies no token, hides nobody's rows and records nothing. Parsed and validated documents are kept.
"""

from base64 import urlsafe_b64encode
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info
from strawberry_loaders import loaders, parcels_within
from strawberry_types import SCOPES, Citizen, Connection, Cursor, Parcel, ParcelId, PersonalNumber, load


@strawberry.input
class BoundingBox:
    west: float
    south: float
    east: float
    north: float


@strawberry.type
class Query:
    @strawberry.field
    async def citizen(self, info: Info, pin: PersonalNumber) -> Citizen | None:
        found = await load(info, "citizen", pin)
        return found and Citizen.of(found)

    @strawberry.field
    async def citizens(self, info: Info, pins: list[PersonalNumber]) -> list[Citizen | None]:
        found = await info.context["load"]["citizen"].load_many(pins)
        return [each and Citizen.of(each) for each in found]

    @strawberry.field
    async def parcels_within(self, bbox: BoundingBox, first: int) -> Connection[Parcel]:
        found = await parcels_within(bbox.west, bbox.south, bbox.east, bbox.north, first + 1)
        shown = found[:first]
        cursor = urlsafe_b64encode(str(shown[-1].surrogate).encode()).decode() if shown else None
        return Connection.of(map(Parcel.of, shown), more=len(found) > first, cursor=cursor)


class Server(GraphQL[Any, None]):
    async def get_context(self, request: Any, response: Any) -> Any:
        return {"request": request, "response": response, "scopes": SCOPES, "load": loaders()}


schema = strawberry.Schema(
    Query,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(
        scalar_map={
            PersonalNumber: strawberry.scalar(name="PersonalNumber"),
            ParcelId: strawberry.scalar(name="ParcelId"),
            Cursor: strawberry.scalar(name="Cursor"),
        }
    ),
)
app = Starlette(routes=[Route("/graphql", Server(schema, graphql_ide=None))])
