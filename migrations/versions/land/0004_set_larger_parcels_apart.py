"""Set larger parcels apart, so that a window of the map is looked around no further than most parcels are wide."""

from alembic import op

revision = "land_0004"
down_revision = "land_0003"
branch_labels = None
depends_on = None

COMMENT = (
    "The id as a number, and 2**60 more for each of 0.002, 0.02 and 0.2 degrees that the parcel is wider or higher than: "
    "order of pages and lists, in which neighbors stand together. Of all surrogates the only one that says something, "
    "which the id says too."
)
SIDE = "greatest(width(bounding_box), height(bounding_box))"
LAYER = f"({SIDE} > 0.002)::int::bigint + ({SIDE} > 0.02)::int + ({SIDE} > 0.2)::int"


def upgrade() -> None:
    op.drop_constraint("parcels_wide_ones_last", "parcels")
    op.execute(f"UPDATE parcels SET surrogate = surrogate % (1::bigint << 60) + (({LAYER}) << 60) WHERE {SIDE} > 0.002")  # noqa: S608
    op.alter_column("parcels", "surrogate", comment=COMMENT)
    op.create_check_constraint(
        "parcels_in_their_layers", "parcels",
        "CASE surrogate >> 60 WHEN 0 THEN width(bounding_box) <= 0.002 AND height(bounding_box) <= 0.002"
        " WHEN 1 THEN width(bounding_box) <= 0.02 AND height(bounding_box) <= 0.02"
        " WHEN 2 THEN width(bounding_box) <= 0.2 AND height(bounding_box) <= 0.2 ELSE true END",
    )
