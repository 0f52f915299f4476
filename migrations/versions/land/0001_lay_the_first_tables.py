"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

from domains.kit.geometry import Box, Point
from migrations.units import fill_administrative_units

revision = "land_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("administrative_units",
    sa.Column("code", sa.Text(collation="C"), nullable=False, comment="Official code: 2 digits for a province, 5 for a commune."),
    sa.Column("scheme", sa.Text(collation="C"), nullable=False, comment="PRE_2025 (63 provinces) or Y2025 (34 provinces, 3,321 communes)."),
    sa.Column("level", sa.Text(collation="C"), nullable=False, comment="PROVINCE or COMMUNE. There are no districts since 2025-07-01."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="CITY or PROVINCE; WARD, COMMUNE or SPECIAL_ZONE, as of 2025-07-01."),
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="Official name in Vietnamese, NFC; communes with their kind."),
    sa.Column("parent_code", sa.Text(collation="C"), nullable=True, comment="Province of a commune, same scheme. Null: a province."),
    sa.Column("successor_code", sa.Text(collation="C"), nullable=True, comment="Y2025 province that a former province became part of."),
    sa.Column("valid_from", sa.Date(), nullable=True, comment="First day. Null: before the records begin."),
    sa.Column("valid_until", sa.Date(), nullable=True, comment="First day it is no longer valid. Null: still valid."),
    sa.PrimaryKeyConstraint("code", "scheme"),
    comment="Source: Decision 19/2025/QD-TTg. Known gap: the communes of the former scheme are not held."
    )
    op.create_index("administrative_units_parent", "administrative_units", ["parent_code", "scheme"], unique=False)
    op.create_table("attached_assets",
    sa.Column("parcel_id", sa.Text(collation="C"), nullable=False, comment="The parcel it stands on."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="HOUSE, APARTMENT_BUILDING, WORKS or PERENNIAL_TREES."),
    sa.Column("floor_area", sa.Numeric(precision=14, scale=1), nullable=True, comment="Square meters of floor."),
    sa.Column("floors", sa.SmallInteger(), nullable=True, comment="Number of floors."),
    sa.Column("built_year", sa.SmallInteger(), nullable=True, comment="Year of completion; often unknown for older houses."),
    sa.Column("holder_pin", sa.Text(collation="C"), nullable=True, comment="Holder, if a person. About 1 in 1,000 is unknown to identity."),
    sa.Column("holder_enterprise", sa.Text(collation="C"), nullable=True, comment="Holder, if an enterprise: its code. Exactly one of the two is given."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("parcel_id", "surrogate"),
    comment="Assets registered with the land; they can be owned, unlike land."
    )
    op.create_table("certificates",
    sa.Column("serial", sa.Text(collation="C"), nullable=False, comment="Two letters and 8 digits (from 2025-01-01) or 6 digits (before)."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("parcel_id", sa.Text(collation="C"), nullable=False, comment="The parcel it was issued for."),
    sa.Column("status", sa.Text(collation="C"), nullable=False, comment="GRANTED, CHANGED (see page 2), REVOKED or LOST."),
    sa.Column("issued_on", sa.Date(), nullable=False, comment="Date of issue."),
    sa.Column("register_number", sa.Text(collation="C"), nullable=False, comment="Number in the register of certificates, unique in the province."),
    sa.Column("holder_pin", sa.Text(collation="C"), nullable=True, comment="Holder, if a person. About 1 in 1,000 is unknown to identity."),
    sa.Column("holder_enterprise", sa.Text(collation="C"), nullable=True, comment="Holder, if an enterprise: its code. Exactly one of the two is given."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("serial"),
    comment="One per holder of a right. Scans are not held."
    )
    op.create_index("certificates_parcel", "certificates", ["parcel_id", "surrogate"], unique=False)
    op.create_table("encumbrances",
    sa.Column("parcel_id", sa.Text(collation="C"), nullable=False, comment="The parcel."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="MORTGAGE, LEASE, EASEMENT, SEIZURE, PLANNING or DEBT."),
    sa.Column("secured_enterprise", sa.Text(collation="C"), nullable=True, comment="Code of the enterprise in whose favor it is (a bank, a tenant)."),
    sa.Column("reference", sa.Text(collation="C"), nullable=False, comment="Number of the entry, order or contract."),
    sa.Column("registered_on", sa.Date(), nullable=False, comment="In force since."),
    sa.Column("released_on", sa.Date(), nullable=True, comment="When it was lifted. Null: in force."),
    sa.Column("holder_pin", sa.Text(collation="C"), nullable=True, comment="Holder, if a person. About 1 in 1,000 is unknown to identity."),
    sa.Column("holder_enterprise", sa.Text(collation="C"), nullable=True, comment="Holder, if an enterprise: its code. Exactly one of the two is given."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("parcel_id", "surrogate"),
    comment="Burdens on a parcel; the holder is whose right is burdened. Lifted ones are kept."
    )
    op.create_table("land_rights",
    sa.Column("parcel_id", sa.Text(collation="C"), nullable=False, comment="The parcel."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("kind", sa.Text(collation="C"), nullable=False, comment="USE (land-use right) or LEASE_FROM_STATE."),
    sa.Column("share_numerator", sa.Integer(), nullable=False, comment="Share of the right. The shares in a parcel's USE or LEASE_FROM_STATE sum to 1."),
    sa.Column("share_denominator", sa.Integer(), nullable=False, comment="Denominator of the share, 1 or more."),
    sa.Column("form", sa.Text(collation="C"), nullable=False, comment="PRIVATE, or COMMON: held together with the other holders of the parcel."),
    sa.Column("origin", sa.Text(collation="C"), nullable=False, comment="How the holder came by it: ALLOCATED, LEASED_BY_STATE, RECOGNIZED, TRANSFERRED or INHERITED."),
    sa.Column("held_since", sa.Date(), nullable=False, comment="Registered on."),
    sa.Column("term_until", sa.Date(), nullable=True, comment="Last day of the term. Null: long-term, without end."),
    sa.Column("certificate_serial", sa.Text(collation="C"), nullable=True, comment="Certificate that shows it. Null: none issued yet."),
    sa.Column("holder_pin", sa.Text(collation="C"), nullable=True, comment="Holder, if a person. About 1 in 1,000 is unknown to identity."),
    sa.Column("holder_enterprise", sa.Text(collation="C"), nullable=True, comment="Holder, if an enterprise: its code. Exactly one of the two is given."),
    sa.Column("residence_commune", sa.Text(collation="C"), nullable=True, comment="Rule column. Commune (5 digits, 2025 scheme) of the person's residence for law. Source: population, by its change feed; lag up to a minute. Null: no residence known."),
    sa.Column("protected", sa.Boolean(), server_default="false", nullable=False, comment="Rule column. True: a protected person. Source: population, by its change feed; lag up to a minute."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("parcel_id", "surrogate"),
    comment="Rights in force, one row per holder."
    )
    op.create_index("land_rights_holder_enterprise", "land_rights", ["holder_enterprise", "surrogate"], unique=False)
    op.create_index("land_rights_holder_pin", "land_rights", ["holder_pin", "surrogate"], unique=False)
    op.create_table("parcel_uses",
    sa.Column("parcel_id", sa.Text(collation="C"), nullable=False, comment="The parcel."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("use_code", sa.Text(collation="C"), nullable=False, comment="Kind of use, three letters: land_uses.csv (ONT rural residential, LUC wet rice, ...)."),
    sa.Column("area", sa.Numeric(precision=14, scale=1), nullable=False, comment="Square meters under this use; together the legal area."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("parcel_id", "surrogate"),
    comment="At most 5 per parcel."
    )
    op.create_table("parcels",
    sa.Column("id", sa.Text(collation="C"), nullable=False, comment="Geohash, 12 characters, of a point inside the parcel; issued once, never reused."),
    sa.Column("surrogate", sa.BigInteger(), nullable=False, comment="Random number without meaning; order of pages and lists."),
    sa.Column("commune_code", sa.Text(collation="C"), nullable=False, comment="Commune, 5 digits, 2025 scheme."),
    sa.Column("province_code", sa.Text(collation="C"), nullable=False, comment="Its province, 2 digits, 2025 scheme."),
    sa.Column("sheet", sa.Integer(), nullable=False, comment="Cadastral sheet; renumbered after mergers, so no key."),
    sa.Column("number", sa.Integer(), nullable=False, comment="Number on the sheet. Sheet and number are unique in the commune only."),
    sa.Column("address_detail", sa.Text(collation="C"), nullable=True, comment="Street or hamlet and field, as registered."),
    sa.Column("legal_area", sa.Numeric(precision=14, scale=1), nullable=False, comment="Area by law, square meters; what the certificate says."),
    sa.Column("map_area", sa.Numeric(precision=14, scale=1), nullable=False, comment="Area of the boundary, square meters; differs from legal_area in about 1 of 30."),
    sa.Column("boundary", sa.Text(collation="C"), nullable=False, comment="GeoJSON Polygon, 7 decimals, exterior ring counterclockwise."),
    sa.Column("centroid", Point(), nullable=False, comment="The point inside that the id is the geohash of: x longitude, y latitude."),
    sa.Column("bounding_box", Box(), nullable=False, comment="Smallest box around the boundary; what area searches compare."),
    sa.Column("origin", sa.Text(collation="C"), nullable=False, comment="Origin of use: ALLOCATED, LEASED_BY_STATE, RECOGNIZED, TRANSFERRED or INHERITED."),
    sa.Column("survey_document", sa.Text(collation="C"), nullable=True, comment="Number of the survey document, as filed."),
    sa.Column("status", sa.Text(collation="C"), nullable=False, comment="ACTIVE, or CLOSED: split or merged into others."),
    sa.Column("registered_on", sa.Date(), nullable=False, comment="First registration."),
    sa.Column("closed_on", sa.Date(), nullable=True, comment="When it was closed. Null: active."),
    sa.Column("synthetic", sa.Boolean(), server_default="false", nullable=False, comment="True: an invented record."),
    sa.PrimaryKeyConstraint("id"),
    comment="Present boundaries; a split closes the old id and issues new ones. About a parcel, so about nobody."
    )
    op.create_index("parcels_bounding_box", "parcels", ["bounding_box"], unique=False, postgresql_using="gist")
    op.create_index("parcels_commune", "parcels", ["commune_code", "surrogate"], unique=False)
    op.create_index("parcels_sheet", "parcels", ["commune_code", "sheet", "number", "surrogate"], unique=False)
    fill_administrative_units()
