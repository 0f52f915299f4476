"""Count over all hosts."""

import sqlalchemy as sa
from alembic import op

revision = "auth_0005"
down_revision = "auth_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("processes", sa.Column("proofs", sa.Text(collation="C"), nullable=True, comment="Where it remembers proofs: the name of a file of its host, or database; null: it takes none."))
    op.create_table("shares",
    sa.Column("client", sa.Text(collation="C"), nullable=False, comment="Whose share."),
    sa.Column("room", sa.Float(), nullable=False, comment="Requests that it could send at that moment."),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When it last sent one."),
    sa.PrimaryKeyConstraint("client", name=op.f("shares_pkey")),
    comment="What is left of each client's requests per minute to the OAuth server. Not logged: lost, it is full.",
    prefixes=["UNLOGGED"]
    )
