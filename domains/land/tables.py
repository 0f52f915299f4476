"""The land register: parcels, who holds which right in them, what burdens them, which certificates were issued.

Source of meaning: Land Law 31/2024, Decree 101/2024. Land belongs to the entire people: a person or an enterprise
*holds a right*, and nobody owns a parcel. Degrees are WGS 84; areas are square meters.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, MetaData, Numeric, SmallInteger, Table

from domains.kit.geometry import PLACE_BITS, WIDTHS, Box, Point
from domains.kit.tables import column, date, rule_columns, surrogate, synthetic, text
from domains.kit.units import administrative_units

metadata = MetaData()

units = administrative_units(metadata)

AREA = Numeric(14, 1)

_LAYERS = " ".join(
    f"WHEN {layer} THEN width(bounding_box) <= {width} AND height(bounding_box) <= {width}"
    for layer, width in enumerate(WIDTHS)
)


def _holder() -> Sequence[Column[Any]]:
    return (
        text("holder_pin", "Holder, if a person. About 1 in 1,000 is unknown to identity.", nullable=True),
        text(
            "holder_enterprise", "Holder, if an enterprise: its code. Exactly one of the two is given.", nullable=True
        ),
        *rule_columns(),
    )


def _held_by(table: str) -> Sequence[Index]:
    return (
        Index(f"{table}_holder_pin", "holder_pin", "surrogate"),
        Index(f"{table}_holder_enterprise", "holder_enterprise", "surrogate"),
    )


parcels = Table(
    "parcels",
    metadata,
    text("id", "Geohash, 12 characters, of a point inside the parcel; issued once, never reused.", primary_key=True),
    column(
        "surrogate",
        BigInteger(),
        "The id as a number, and 2**60 more for each of 0.002, 0.02 and 0.2 degrees that the parcel is wider or higher "
        "than: order of pages and lists, in which neighbors stand together. Of all surrogates the only one that says "
        "something, which the id says too.",
    ),
    text("commune_code", "Commune, 5 digits, 2025 scheme."),
    text("province_code", "Its province, 2 digits, 2025 scheme."),
    column("sheet", Integer(), "Cadastral sheet; renumbered after mergers, so no key."),
    column("number", Integer(), "Number on the sheet. Sheet and number are unique in the commune only."),
    text("address_detail", "Street or hamlet and field, as registered.", nullable=True),
    column("legal_area", AREA, "Area by law, square meters; what the certificate says."),
    column("map_area", AREA, "Area of the boundary, square meters; differs from legal_area in about 1 of 30."),
    text("boundary", "GeoJSON Polygon, 7 decimals, exterior ring counterclockwise."),
    column("centroid", Point(), "The point inside that the id is the geohash of: x longitude, y latitude."),
    column("bounding_box", Box(), "Smallest box around the boundary; what area searches compare."),
    text("origin", "Origin of use: ALLOCATED, LEASED_BY_STATE, RECOGNIZED, TRANSFERRED or INHERITED."),
    text("survey_document", "Number of the survey document, as filed.", nullable=True),
    text("status", "ACTIVE, or CLOSED: split or merged into others."),
    date("registered_on", "First registration."),
    date("closed_on", "When it was closed. Null: active.", nullable=True),
    synthetic(),
    Index(
        "parcels_surrogate",
        "surrogate",
        unique=True,
        postgresql_include=["bounding_box", "status", "commune_code"],  # what a row beside the window is known by
    ),
    Index("parcels_commune", "commune_code", "surrogate"),
    Index("parcels_sheet", "commune_code", "sheet", "number", "surrogate"),
    Index("parcels_bounding_box", "bounding_box", postgresql_using="gist"),
    CheckConstraint(f"CASE surrogate >> {PLACE_BITS} {_LAYERS} ELSE true END", name="parcels_in_their_layers"),
    comment="Present boundaries; a split closes the old id and issues new ones. About a parcel, so about nobody.",
)

parcel_uses = Table(
    "parcel_uses",
    metadata,
    text("parcel_id", "The parcel.", primary_key=True),
    surrogate(primary_key=True),
    text("use_code", "Kind of use, three letters: land_uses.csv (ONT rural residential, LUC wet rice, ...)."),
    column("area", AREA, "Square meters under this use; together the legal area."),
    synthetic(),
    comment="At most 5 per parcel.",
)

land_rights = Table(
    "land_rights",
    metadata,
    text("parcel_id", "The parcel.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "USE (land-use right) or LEASE_FROM_STATE."),
    column(
        "share_numerator", Integer(), "Share of the right. The shares in a parcel's USE or LEASE_FROM_STATE sum to 1."
    ),
    column("share_denominator", Integer(), "Denominator of the share, 1 or more."),
    text("form", "PRIVATE, or COMMON: held together with the other holders of the parcel."),
    text("origin", "How the holder came by it: ALLOCATED, LEASED_BY_STATE, RECOGNIZED, TRANSFERRED or INHERITED."),
    date("held_since", "Registered on."),
    date("term_until", "Last day of the term. Null: long-term, without end.", nullable=True),
    text("certificate_serial", "Certificate that shows it. Null: none issued yet.", nullable=True),
    *_holder(),
    synthetic(),
    *_held_by("land_rights"),
    comment="Rights in force, one row per holder.",
)

encumbrances = Table(
    "encumbrances",
    metadata,
    text("parcel_id", "The parcel.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "MORTGAGE, LEASE, EASEMENT, SEIZURE, PLANNING or DEBT."),
    text("secured_enterprise", "Code of the enterprise in whose favor it is (a bank, a tenant).", nullable=True),
    text("reference", "Number of the entry, order or contract."),
    date("registered_on", "In force since."),
    date("released_on", "When it was lifted. Null: in force.", nullable=True),
    *_holder(),
    synthetic(),
    comment="Burdens on a parcel; the holder is whose right is burdened. Lifted ones are kept.",
)

certificates = Table(
    "certificates",
    metadata,
    text("serial", "Two letters and 8 digits (from 2025-01-01) or 6 digits (before).", primary_key=True),
    surrogate(),
    text("parcel_id", "The parcel it was issued for."),
    text("status", "GRANTED, CHANGED (see page 2), REVOKED or LOST."),
    date("issued_on", "Date of issue."),
    text("register_number", "Number in the register of certificates, unique in the province."),
    *_holder(),
    synthetic(),
    Index("certificates_parcel", "parcel_id", "surrogate"),
    comment="One per holder of a right. Scans are not held.",
)

attached_assets = Table(
    "attached_assets",
    metadata,
    text("parcel_id", "The parcel it stands on.", primary_key=True),
    surrogate(primary_key=True),
    text("kind", "HOUSE, APARTMENT_BUILDING, WORKS or PERENNIAL_TREES."),
    column("floor_area", AREA, "Square meters of floor.", nullable=True),
    column("floors", SmallInteger(), "Number of floors.", nullable=True),
    column("built_year", SmallInteger(), "Year of completion; often unknown for older houses.", nullable=True),
    *_holder(),
    synthetic(),
    comment="Assets registered with the land; they can be owned, unlike land.",
)
