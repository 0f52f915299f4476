"""Find people of a common name: by all that is known of them, not by the name first."""

from alembic import op

revision = "identity_0002"
down_revision = "identity_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("citizens_name_and_birth_date", "citizens", ["folded_name", "date_of_birth"], unique=False)
    op.create_index("citizens_name_and_birth_place", "citizens", ["folded_name", "birth_year", "birth_place_code"], unique=False)
    op.drop_index("citizens_folded_name", table_name="citizens")
