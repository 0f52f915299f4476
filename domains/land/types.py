"""What the land register publishes: parcels, who holds which right in them, what burdens and shows those rights.

A parcel is about nobody and most of it is public; everything that leads from a parcel to a person, or from a person to
a parcel, is guarded. Land itself has no owner: people and enterprises hold rights.
"""

from enum import Enum
from typing import Annotated

import strawberry
from sqlalchemy import literal_column

from domains.kit.classes import BASIC, public
from domains.kit.connections import Connection
from domains.kit.fields import column, connection, link, link_any, open_key, relation, value
from domains.kit.geometry import latitude, longitude
from domains.kit.scalars import Cursor, Day, EnterpriseCode, GeoJson, ParcelId
from domains.kit.types import entity, record, reference, value_type
from domains.kit.units import Y2025
from domains.kit.values import AdministrativeUnit, Share, unit_of
from domains.land.tables import (
    attached_assets,
    certificates,
    encumbrances,
    land_rights,
    parcel_uses,
    parcels,
)

PARCEL_FACT = public("a fact about a piece of land, and about nobody.")
ENTERPRISE_KEY = public("the code of an enterprise is published, and is no person's.")


@strawberry.enum(description="State of a parcel.")
class ParcelStatus(Enum):
    ACTIVE = "ACTIVE"
    CLOSED = "CLOSED"


@strawberry.enum(description="How the use of land, or a right in it, began.")
class LandOrigin(Enum):
    ALLOCATED = "ALLOCATED"
    LEASED_BY_STATE = "LEASED_BY_STATE"
    RECOGNIZED = "RECOGNIZED"
    TRANSFERRED = "TRANSFERRED"
    INHERITED = "INHERITED"


@strawberry.enum(description="Kind of a right in land.")
class LandRightKind(Enum):
    USE = "USE"
    LEASE_FROM_STATE = "LEASE_FROM_STATE"


@strawberry.enum(description="Held alone, or together with the other holders of the parcel.")
class LandRightForm(Enum):
    PRIVATE = "PRIVATE"
    COMMON = "COMMON"


@strawberry.enum(description="What burdens a right in land.")
class EncumbranceKind(Enum):
    MORTGAGE = "MORTGAGE"
    LEASE = "LEASE"
    EASEMENT = "EASEMENT"
    SEIZURE = "SEIZURE"
    PLANNING = "PLANNING"
    DEBT = "DEBT"


@strawberry.enum(description="State of a certificate.")
class CertificateStatus(Enum):
    GRANTED = "GRANTED"
    CHANGED = "CHANGED"
    REVOKED = "REVOKED"
    LOST = "LOST"


@strawberry.enum(description="Kind of an asset registered with the land.")
class AttachedAssetKind(Enum):
    HOUSE = "HOUSE"
    APARTMENT_BUILDING = "APARTMENT_BUILDING"
    WORKS = "WORKS"
    PERENNIAL_TREES = "PERENNIAL_TREES"


@value_type
class Position:
    """A place in degrees of WGS 84."""

    longitude: float = strawberry.field(description="Degrees east.")
    latitude: float = strawberry.field(description="Degrees north.")


@reference(key="pin")
class Citizen:
    """A person who holds rights."""

    @connection(land_rights.c.holder_pin, BASIC)
    def land_rights(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[LandRight] | None":
        """Rights in land that the person holds."""


@reference(key="code")
class Enterprise:
    """An enterprise that holds rights, or in whose favor one is burdened."""

    code: EnterpriseCode = open_key(ENTERPRISE_KEY)

    @connection(land_rights.c.holder_enterprise, BASIC)
    def land_rights(self, first: int, after: Cursor | None = strawberry.UNSET) -> "Connection[LandRight] | None":
        """Rights in land that the enterprise holds."""


Holder = Annotated[
    Citizen | Enterprise,
    strawberry.federation.union("Holder", description="A person or an enterprise."),
]


@record(table=parcel_uses)
class ParcelUse:
    """A kind of use of a part of a parcel."""

    use_code: str | None = column(parcel_uses.c.use_code, PARCEL_FACT)
    area: float | None = column(parcel_uses.c.area, PARCEL_FACT)


@record(table=certificates)
class Certificate:
    """The certificate of land-use rights that one holder was given for one parcel."""

    serial: str | None = column(certificates.c.serial, BASIC)
    status: CertificateStatus | None = column(certificates.c.status, BASIC)
    issued_on: Day | None = column(certificates.c.issued_on, BASIC)
    register_number: str | None = column(certificates.c.register_number, BASIC)
    holder: Holder | None = link_any(
        {"Citizen": certificates.c.holder_pin, "Enterprise": certificates.c.holder_enterprise},
        BASIC,
        "To whom it was issued.",
    )
    parcel: "Parcel | None" = link("Parcel", certificates.c.parcel_id, BASIC, "The parcel it was issued for.")


@record(table=encumbrances)
class Encumbrance:
    """A burden on a right in a parcel."""

    kind: EncumbranceKind | None = column(encumbrances.c.kind, BASIC)
    reference: str | None = column(encumbrances.c.reference, BASIC)
    registered_on: Day | None = column(encumbrances.c.registered_on, BASIC)
    released_on: Day | None = column(encumbrances.c.released_on, BASIC)
    secured_party: Enterprise | None = link(
        "Enterprise", encumbrances.c.secured_enterprise, BASIC, "In whose favor it is: a bank, a tenant."
    )
    holder: Holder | None = link_any(
        {"Citizen": encumbrances.c.holder_pin, "Enterprise": encumbrances.c.holder_enterprise},
        BASIC,
        "Whose right is burdened.",
    )
    parcel: "Parcel | None" = link("Parcel", encumbrances.c.parcel_id, BASIC, "The parcel.")


@record(table=attached_assets)
class AttachedAsset:
    """A house, works or trees registered with the land; unlike land they are owned."""

    kind: AttachedAssetKind | None = column(attached_assets.c.kind, BASIC)
    floor_area: float | None = column(attached_assets.c.floor_area, BASIC)
    floors: int | None = column(attached_assets.c.floors, BASIC)
    built_year: int | None = column(attached_assets.c.built_year, BASIC)
    owner: Holder | None = link_any(
        {"Citizen": attached_assets.c.holder_pin, "Enterprise": attached_assets.c.holder_enterprise},
        BASIC,
        "Who owns it.",
    )


@record(table=land_rights)
class LandRight:
    """A right in a parcel, in force, of one holder."""

    kind: LandRightKind | None = column(land_rights.c.kind, BASIC)
    share: Share | None = value(
        {"numerator": land_rights.c.share_numerator, "denominator": land_rights.c.share_denominator},
        BASIC,
        "The holder's part; the shares of one kind in a parcel sum to 1.",
        present=land_rights.c.share_numerator,
    )
    form: LandRightForm | None = column(land_rights.c.form, BASIC)
    origin: LandOrigin | None = column(land_rights.c.origin, BASIC)
    held_since: Day | None = column(land_rights.c.held_since, BASIC)
    term_until: Day | None = column(land_rights.c.term_until, BASIC)
    certificate: Certificate | None = relation(
        certificates.c.serial,
        BASIC,
        "The certificate that shows it.",
        on=land_rights.c.certificate_serial,
        at_most=1,
    )
    holder: Holder | None = link_any(
        {"Citizen": land_rights.c.holder_pin, "Enterprise": land_rights.c.holder_enterprise}, BASIC, "Who holds it."
    )
    parcel: "Parcel | None" = link("Parcel", land_rights.c.parcel_id, BASIC, "The parcel.")


@entity(key="id", table=parcels)
class Parcel:
    """A piece of land with a boundary."""

    id: ParcelId = column(parcels.c.id, PARCEL_FACT)
    sheet: int | None = column(parcels.c.sheet, PARCEL_FACT)
    number: int | None = column(parcels.c.number, PARCEL_FACT)
    commune: AdministrativeUnit | None = value(
        unit_of(parcels.c.commune_code, literal_column(f"'{Y2025}'")),
        PARCEL_FACT,
        "Where it lies.",
        present=parcels.c.commune_code,
    )
    address_detail: str | None = column(parcels.c.address_detail, BASIC)
    legal_area: float | None = column(parcels.c.legal_area, PARCEL_FACT)
    map_area: float | None = column(parcels.c.map_area, PARCEL_FACT)
    uses: list[ParcelUse] | None = relation(parcel_uses.c.parcel_id, PARCEL_FACT, "Kinds of use; at most 5.", at_most=5)
    boundary: GeoJson | None = column(parcels.c.boundary, PARCEL_FACT)
    centroid: Position | None = value(
        {"longitude": longitude(parcels.c.centroid), "latitude": latitude(parcels.c.centroid)},
        PARCEL_FACT,
        "A point inside; the parcel's id is its geohash.",
        present=parcels.c.id,
    )
    status: ParcelStatus | None = column(parcels.c.status, PARCEL_FACT)
    closed_on: Day | None = column(parcels.c.closed_on, PARCEL_FACT)
    origin: LandOrigin | None = column(parcels.c.origin, BASIC)
    survey_document: str | None = column(parcels.c.survey_document, BASIC)
    registered_on: Day | None = column(parcels.c.registered_on, BASIC)

    @connection(land_rights.c.parcel_id, BASIC)
    def land_rights(self, first: int, after: Cursor | None = strawberry.UNSET) -> Connection[LandRight] | None:
        """Rights in force, one per holder."""

    @connection(certificates.c.parcel_id, BASIC)
    def certificates(self, first: int, after: Cursor | None = strawberry.UNSET) -> Connection[Certificate] | None:
        """Certificates issued for it, one per holder."""

    encumbrances: list[Encumbrance] | None = relation(
        encumbrances.c.parcel_id,
        BASIC,
        "What burdens the rights in it, lifted burdens included; at most 100.",
        at_most=100,
    )
    attached_assets: list[AttachedAsset] | None = relation(
        attached_assets.c.parcel_id, BASIC, "Assets registered with it; at most 100.", at_most=100
    )
