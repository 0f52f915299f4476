"""The tables of the registers as a developer declares them with SQLAlchemy's ORM, with what the questions need."""

import datetime as dt
import json
import os

from sqlalchemy import ARRAY, BigInteger, Float, Text, and_
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, foreign, mapped_column, relationship

CONNECTIONS_PER_REGISTER = 8


class Base(DeclarativeBase):
    type_annotation_map = {str: Text, list[str]: ARRAY(Text), int: BigInteger}  # noqa: RUF012 -- SQLAlchemy's own way


class UnitModel(Base):
    __tablename__ = "administrative_units"
    code: Mapped[str] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class CitizenModel(Base):
    __tablename__ = "citizens"
    pin: Mapped[str] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    other_names: Mapped[list[str]]
    date_of_birth: Mapped[str]
    sex: Mapped[str]
    birth_place_code: Mapped[str | None]
    birth_place_scheme: Mapped[str | None]
    nationalities: Mapped[list[str]]
    occupation: Mapped[str | None]
    birth_place: Mapped[UnitModel | None] = relationship(
        primaryjoin=lambda: and_(
            foreign(CitizenModel.birth_place_code) == UnitModel.code,
            foreign(CitizenModel.birth_place_scheme) == UnitModel.scheme,
        ),
        viewonly=True,
    )


class ContactModel(Base):
    __tablename__ = "contacts"
    pin: Mapped[str] = mapped_column(primary_key=True)
    mobile: Mapped[str | None]
    email: Mapped[str | None]


class IdentityCardModel(Base):
    __tablename__ = "identity_cards"
    pin: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    issued_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    status: Mapped[str]


class PersonModel(Base):
    __tablename__ = "persons"
    pin: Mapped[str] = mapped_column(primary_key=True)
    marital_status: Mapped[str]
    ethnicity: Mapped[str | None]
    religion: Mapped[str | None]
    blood_type: Mapped[str | None]
    vital_status: Mapped[str]
    household_code: Mapped[str | None]


class ResidenceModel(Base):
    __tablename__ = "residences"
    pin: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]
    detail: Mapped[str]
    unit_code: Mapped[str]
    unit_scheme: Mapped[str]
    unit: Mapped[UnitModel] = relationship(
        primaryjoin=lambda: and_(
            foreign(ResidenceModel.unit_code) == UnitModel.code,
            foreign(ResidenceModel.unit_scheme) == UnitModel.scheme,
        ),
        viewonly=True,
    )


class HouseholdModel(Base):
    __tablename__ = "households"
    code: Mapped[str] = mapped_column(primary_key=True)


class HouseholdMemberModel(Base):
    __tablename__ = "household_members"
    household_code: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int] = mapped_column(primary_key=True)
    pin: Mapped[str]
    relation: Mapped[str]


class ParcelModel(Base):
    __tablename__ = "parcels"
    id: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int]
    sheet: Mapped[int]
    number: Mapped[int]
    legal_area: Mapped[float] = mapped_column(Float)
    address_detail: Mapped[str | None]
    status: Mapped[str]


class LandRightModel(Base):
    __tablename__ = "land_rights"
    parcel_id: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    share_numerator: Mapped[int]
    share_denominator: Mapped[int]
    holder_pin: Mapped[str | None]
    holder_enterprise: Mapped[str | None]


class RoleModel(Base):
    __tablename__ = "roles"
    pin: Mapped[str] = mapped_column(primary_key=True)
    surrogate: Mapped[int] = mapped_column(primary_key=True)
    enterprise_code: Mapped[str]
    kind: Mapped[str]
    since: Mapped[dt.date]


class EnterpriseModel(Base):
    __tablename__ = "enterprises"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]


def _engine(url: str) -> AsyncEngine:
    """Connections hold no state between requests, and each statement stands alone: neither reset nor transaction."""
    return create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://"),
        pool_size=CONNECTIONS_PER_REGISTER, max_overflow=0, pool_reset_on_return=None, isolation_level="AUTOCOMMIT",
        connect_args={"server_settings": {"options": os.environ["BENCH_SESSION"]}},
    )  # fmt: skip


SESSIONS = {
    register: async_sessionmaker(_engine(url), expire_on_commit=False)
    for register, url in json.loads(os.environ["BENCH_DATABASES"]).items()
}
