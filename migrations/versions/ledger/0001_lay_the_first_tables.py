"""Lay the first tables."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("segments",
    sa.Column("stream", sa.Uuid(), nullable=False, comment="UUIDv7 of the stream: one writer from its start or last failure."),
    sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="0, 1, 2 … without a gap in its stream."),
    sa.Column("n", sa.Integer(), nullable=False, comment="Number of answers recorded in data."),
    sa.Column("prev", sa.LargeBinary(), nullable=False, comment="hash of segment seq - 1; for seq 0 derived from the stream."),
    sa.Column("hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of prev followed by data."),
    sa.Column("data", sa.LargeBinary(), nullable=False, comment="Packed entries; persons as keyed pseudonyms. No values."),
    sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False, comment="The database's clock, for finding and retention; no evidence: data holds the time of each answer."),
    sa.CheckConstraint("octet_length(prev) = 32 and octet_length(hash) = 32", name="segments_hashes_are_sha256"),
    sa.CheckConstraint("seq >= 0", name="segments_seq_counts_from_zero"),
    sa.PrimaryKeyConstraint("stream", "seq"),
    comment="One row per batch of answers, hash-chained per stream. Rows are inserted and never changed."
    )
