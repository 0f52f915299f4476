"""Strawberry's types as a developer writes them: a permission class on every field, a loader behind every relation."""

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Generic, NewType, TypeVar

import strawberry
from strawberry.permission import BasePermission
from strawberry.types import Info
from strawberry_models import (
    CitizenModel,
    EnterpriseModel,
    HouseholdMemberModel,
    IdentityCardModel,
    LandRightModel,
    ParcelModel,
    PersonModel,
    ResidenceModel,
    RoleModel,
    UnitModel,
)

PersonalNumber = NewType("PersonalNumber", str)
ParcelId = NewType("ParcelId", str)
Cursor = NewType("Cursor", str)
BASIC, SENSITIVE, ADDRESS, LAND, ROLES = SCOPES = ("basic", "sensitive", "address", "land", "roles")
Node = TypeVar("Node")


@cache
def may_read(scope: str) -> type[BasePermission]:
    """The permission class of one scope."""

    class MayRead(BasePermission):
        message = f"scope {scope} is required"

        def has_permission(self, source: Any, info: Info, **kwargs: Any) -> bool:  # noqa: ARG002 -- as it is called
            return scope in info.context["scopes"]

    return MayRead


def guarded(scope: str) -> Any:
    """A field that needs a scope; with a resolver below it or without one."""
    return strawberry.field(permission_classes=[may_read(scope)])


async def load(info: Info, loader: str, key: Any) -> Any:
    """What one loader of the request has of a key."""
    return await info.context["load"][loader].load(key)


@strawberry.type
class Edge(Generic[Node]):
    node: Node


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: Cursor | None


@strawberry.type
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo

    @classmethod
    def of(cls, nodes: Iterable[Node], *, more: bool = False, cursor: str | None = None) -> "Connection[Node]":
        """A page of these."""
        page = PageInfo(has_next_page=more, end_cursor=Cursor(cursor) if cursor else None)
        return Connection(edges=[Edge(node=node) for node in nodes], page_info=page)


@strawberry.type
class AdministrativeUnit:
    code: str
    name: str | None

    @classmethod
    def of(cls, found: UnitModel) -> "AdministrativeUnit":
        return cls(code=found.code, name=found.name)


@strawberry.type
class Contact:
    mobile: str | None = guarded(BASIC)
    email: str | None = guarded(BASIC)


@strawberry.type
class IdentityCard:
    kind: str | None = guarded(BASIC)
    issued_on: dt.date | None = guarded(BASIC)
    expires_on: dt.date | None = guarded(BASIC)
    status: str | None = guarded(BASIC)

    @classmethod
    def of(cls, found: IdentityCardModel) -> "IdentityCard":
        return cls(kind=found.kind, issued_on=found.issued_on, expires_on=found.expires_on, status=found.status)


@strawberry.type
class Address:
    unit: AdministrativeUnit = guarded(ADDRESS)
    detail: str | None = guarded(ADDRESS)


@strawberry.type
class Residence:
    kind: str | None = guarded(ADDRESS)
    valid_from: dt.date | None = guarded(ADDRESS)
    address: Address | None = guarded(ADDRESS)

    @classmethod
    def of(cls, found: ResidenceModel) -> "Residence":
        address = Address(unit=AdministrativeUnit.of(found.unit), detail=found.detail)
        return cls(kind=found.kind, valid_from=found.valid_from, address=address)


@strawberry.type
class Enterprise:
    code: str
    name: str | None
    status: str | None

    @classmethod
    def of(cls, found: EnterpriseModel) -> "Enterprise":
        return cls(code=found.code, name=found.name, status=found.status)


@strawberry.type
class EnterpriseRole:
    enterprise_code: strawberry.Private[str]
    kind: str | None = guarded(ROLES)
    since: dt.date | None = guarded(ROLES)

    @guarded(ROLES)
    async def enterprise(self, info: Info) -> Enterprise | None:
        return Enterprise.of(await load(info, "enterprise", self.enterprise_code))

    @classmethod
    def of(cls, found: RoleModel) -> "EnterpriseRole":
        return cls(enterprise_code=found.enterprise_code, kind=found.kind, since=found.since)


@strawberry.type
class HouseholdMember:
    pin: strawberry.Private[str]
    relation_to_head: str | None = guarded(BASIC)

    @guarded(BASIC)
    async def person(self, info: Info) -> "Citizen | None":
        return await citizen_of(info, self.pin)

    @classmethod
    def of(cls, found: HouseholdMemberModel) -> "HouseholdMember":
        return cls(pin=found.pin, relation_to_head=found.relation)


@strawberry.type
class Household:
    code: str | None = guarded(BASIC)

    @guarded(BASIC)
    async def members(self, info: Info) -> list[HouseholdMember] | None:
        return [HouseholdMember.of(each) for each in await load(info, "members", self.code)]


@strawberry.type
class Share:
    numerator: int
    denominator: int


@strawberry.type
class LandRight:
    right: strawberry.Private[LandRightModel]
    kind: str | None = guarded(LAND)
    share: Share | None = guarded(LAND)

    @guarded(LAND)
    async def parcel(self, info: Info) -> "Parcel | None":
        found = await load(info, "parcel", self.right.parcel_id)
        return found and Parcel.of(found)

    @guarded(LAND)
    async def holder(self, info: Info) -> Annotated["Citizen | Enterprise", strawberry.union("Holder")] | None:
        if self.right.holder_pin:
            return await citizen_of(info, self.right.holder_pin)
        return Enterprise.of(await load(info, "enterprise", self.right.holder_enterprise))

    @classmethod
    def of(cls, found: LandRightModel) -> "LandRight":
        share = Share(numerator=found.share_numerator, denominator=found.share_denominator)
        return cls(right=found, kind=found.kind, share=share)


@strawberry.type
class Parcel:
    id: ParcelId
    sheet: int | None
    number: int | None
    legal_area: float | None
    address_detail: str | None
    status: str | None

    @guarded(LAND)
    async def land_rights(self, info: Info, first: int) -> Connection[LandRight] | None:
        return Connection.of(LandRight.of(each) for each in (await load(info, "rights_of_parcel", self.id))[:first])

    @classmethod
    def of(cls, found: ParcelModel) -> "Parcel":
        return cls(
            id=ParcelId(found.id), sheet=found.sheet, number=found.number, legal_area=found.legal_area,
            address_detail=found.address_detail, status=found.status,
        )  # fmt: skip


@strawberry.type
class Citizen:
    key: strawberry.Private[str]
    pin: PersonalNumber | None = guarded(BASIC)
    full_name: str | None = guarded(BASIC)
    other_names: list[str] | None = guarded(BASIC)
    date_of_birth: str | None = guarded(BASIC)
    sex: str | None = guarded(BASIC)
    birth_place: AdministrativeUnit | None = guarded(BASIC)
    nationalities: list[str] | None = guarded(BASIC)
    occupation: str | None = guarded(BASIC)

    @guarded(BASIC)
    async def marital_status(self, info: Info) -> str | None:
        return (await self._person(info)).marital_status

    @guarded(SENSITIVE)
    async def ethnicity(self, info: Info) -> str | None:
        return (await self._person(info)).ethnicity

    @guarded(SENSITIVE)
    async def religion(self, info: Info) -> str | None:
        return (await self._person(info)).religion

    @guarded(SENSITIVE)
    async def blood_type(self, info: Info) -> str | None:
        return (await self._person(info)).blood_type

    @guarded(BASIC)
    async def vital_status(self, info: Info) -> str | None:
        return (await self._person(info)).vital_status

    @guarded(BASIC)
    async def contact(self, info: Info) -> Contact | None:
        found = await load(info, "contact", self.key)
        return found and Contact(mobile=found.mobile, email=found.email)

    @guarded(BASIC)
    async def identity_cards(self, info: Info) -> list[IdentityCard] | None:
        return [IdentityCard.of(each) for each in await load(info, "identity_cards", self.key)]

    @guarded(ADDRESS)
    async def residences(self, info: Info) -> list[Residence] | None:
        return [Residence.of(each) for each in await load(info, "residences", self.key)]

    @guarded(ADDRESS)
    async def household(self, info: Info) -> Household | None:
        code = (await self._person(info)).household_code
        found = code and await load(info, "household", code)
        return Household(code=found.code) if found else None

    @guarded(LAND)
    async def land_rights(self, info: Info, first: int) -> Connection[LandRight] | None:
        return Connection.of(LandRight.of(each) for each in (await load(info, "rights_of_person", self.key))[:first])

    @guarded(ROLES)
    async def enterprise_roles(self, info: Info) -> list[EnterpriseRole] | None:
        return [EnterpriseRole.of(each) for each in await load(info, "roles", self.key)]

    async def _person(self, info: Info) -> PersonModel:
        return await load(info, "person", self.key) or PersonModel()

    @classmethod
    def of(cls, found: CitizenModel) -> "Citizen":
        return cls(
            key=found.pin, pin=PersonalNumber(found.pin), full_name=found.full_name, other_names=found.other_names,
            date_of_birth=found.date_of_birth, sex=found.sex,
            birth_place=AdministrativeUnit.of(found.birth_place) if found.birth_place else None,
            nationalities=found.nationalities, occupation=found.occupation,
        )  # fmt: skip


async def citizen_of(info: Info, pin: str) -> Citizen:
    """The citizen with this number; where identity knows none, one of whom nothing is known."""
    return Citizen.of(await load(info, "citizen", pin) or CitizenModel())
