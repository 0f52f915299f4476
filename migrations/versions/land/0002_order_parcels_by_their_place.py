"""Order parcels by their place, so that a page of a window of the map is read where its parcels stand."""

from alembic import op

revision = "land_0002"
down_revision = "land_0001"
branch_labels = None
depends_on = None

COMMENT = (
    "The id as a number, and 2**60 more if the parcel is wider or higher than 0.01 degrees: order of pages and lists, in "
    "which neighbors stand together. Of all surrogates the only one that says something, which the id says too."
)
DIGITS = " | ".join(
    f"((strpos('0123456789bcdefghjkmnpqrstuvwxyz', substr(id, {place}, 1)) - 1)::bigint << {60 - 5 * place})"
    for place in range(1, 13)
)
IS_WIDE = "width(bounding_box) > 0.01 OR height(bounding_box) > 0.01"


def upgrade() -> None:
    op.execute(f"UPDATE parcels SET surrogate = ({DIGITS}) + CASE WHEN {IS_WIDE} THEN 1::bigint << 60 ELSE 0 END")  # noqa: S608
    op.alter_column("parcels", "surrogate", comment=COMMENT)
    op.create_index("parcels_surrogate", "parcels", ["surrogate"], unique=True)
    op.create_check_constraint(
        "parcels_wide_ones_last", "parcels",
        "surrogate >= 1152921504606846976 OR width(bounding_box) <= 0.01 AND height(bounding_box) <= 0.01",
    )
