"""Compare parcels with a window in the index of their order, so that those beside it are not read."""

from alembic import op

revision = "land_0003"
down_revision = "land_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("parcels_surrogate", table_name="parcels")
    op.create_index(
        "parcels_surrogate", "parcels", ["surrogate"], unique=True,
        postgresql_include=["bounding_box", "status", "commune_code"],
    )
