"""Compare keys."""

import sqlalchemy as sa
from alembic import op

revision = "auth_0006"
down_revision = "auth_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("key_checks",
    sa.Column("name", sa.Text(collation="C"), nullable=False, comment="Of a key file that every machine has."),
    sa.Column("digest", sa.LargeBinary(), nullable=False, comment="HMAC-SHA256 of the name under the key, which it does not tell."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.PrimaryKeyConstraint("name", name=op.f("key_checks_pkey")),
    comment="By which a machine that has other keys than the first one is refused when it starts."
    )
