"""Strawberry's data loaders of one request: each asks the ORM once for all keys that were gathered."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import Select, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload
from strawberry.dataloader import DataLoader
from strawberry_models import (
    SESSIONS,
    CitizenModel,
    ContactModel,
    EnterpriseModel,
    HouseholdMemberModel,
    HouseholdModel,
    IdentityCardModel,
    LandRightModel,
    ParcelModel,
    PersonModel,
    ResidenceModel,
    RoleModel,
)

Batch = Callable[[list[Any]], Awaitable[Sequence[Any]]]


async def read(register: str, statement: "Select[Any]") -> Sequence[Any]:
    """The objects of a statement."""
    async with SESSIONS[register]() as session:
        return (await session.scalars(statement)).all()


def _one(register: str, key: "InstrumentedAttribute[Any]", *options: Any) -> Batch:
    async def batch(keys: list[Any]) -> Sequence[Any]:
        found = await read(register, select(key.class_).where(key.in_(keys)).options(*options))
        by_key = {getattr(each, key.key): each for each in found}
        return [by_key.get(each) for each in keys]

    return batch


def _many(register: str, key: "InstrumentedAttribute[Any]", *conditions: Any, options: Sequence[Any] = ()) -> Batch:
    async def batch(keys: list[Any]) -> Sequence[Any]:
        rows = select(key.class_).where(key.in_(keys), *conditions).order_by(key.class_.surrogate).options(*options)
        by_key = defaultdict(list)
        for each in await read(register, rows):
            by_key[getattr(each, key.key)].append(each)
        return [by_key[each] for each in keys]

    return batch


_NOW = (
    ResidenceModel.valid_from <= func.current_date(),
    or_(ResidenceModel.valid_until.is_(None), ResidenceModel.valid_until > func.current_date()),
)
_BATCHES: dict[str, Batch] = {
    "citizen": _one("identity", CitizenModel.pin, joinedload(CitizenModel.birth_place)),
    "contact": _one("identity", ContactModel.pin),
    "identity_cards": _many("identity", IdentityCardModel.pin),
    "person": _one("population", PersonModel.pin),
    "residences": _many("population", ResidenceModel.pin, *_NOW, options=[joinedload(ResidenceModel.unit)]),
    "household": _one("population", HouseholdModel.code),
    "members": _many("population", HouseholdMemberModel.household_code),
    "rights_of_person": _many("land", LandRightModel.holder_pin),
    "rights_of_parcel": _many("land", LandRightModel.parcel_id),
    "parcel": _one("land", ParcelModel.id),
    "roles": _many("enterprises", RoleModel.pin),
    "enterprise": _one("enterprises", EnterpriseModel.code),
}


def loaders() -> dict[str, DataLoader[Any, Any]]:
    """The loaders of one request."""
    return {name: DataLoader(load_fn=batch) for name, batch in _BATCHES.items()}


async def parcels_within(west: float, south: float, east: float, north: float, limit: int) -> Sequence[Any]:
    """Active parcels that the box touches, in the order of pages."""
    box = func.box(func.point(east, north), func.point(west, south))
    return await read(
        "land",
        select(ParcelModel)
        .where(ParcelModel.status == "ACTIVE", literal_column("bounding_box").op("&&")(box))
        .order_by(ParcelModel.surrogate)
        .limit(limit),
    )
