"""Try narrowings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "auth_0004"
down_revision = "auth_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("trials",
    sa.Column("trial", sa.BigInteger(), sa.Identity(always=True), nullable=False, comment="Number of the trial."),
    sa.Column("grant_id", sa.BigInteger(), nullable=False, comment="Grant that might be narrowed."),
    sa.Column("scopes", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Single scopes that would be left."),
    sa.Column("sets", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scope sets that would be left."),
    sa.Column("exceptions", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Scopes and sets that would be taken out of the above."),
    sa.Column("reach", sa.Text(collation="C"), nullable=False, comment="Whose data: everywhere, jurisdiction or self."),
    sa.Column("units", postgresql.ARRAY(sa.Text(collation="C")), server_default=sa.text("'{}'"), nullable=False, comment="Codes of the administrative units of a jurisdiction."),
    sa.Column("units_scheme", sa.Text(collation="C"), nullable=True, comment="Scheme of units: Y2025 or PRE_2025."),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False, comment="From when it is counted what the narrower grant would refuse."),
    sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="Until when, at the latest."),
    sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="When somebody ended it; null: nobody did."),
    sa.Column("started_by", sa.Text(collation="C"), nullable=False, comment="Who began it."),
    sa.Column("ended_by", sa.Text(collation="C"), nullable=True, comment="Who ended it."),
    sa.Column("reason", sa.Text(collation="C"), nullable=False, comment="Why, in words."),
    sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False, comment="When this row was written."),
    sa.CheckConstraint("(ended_at is null) = (ended_by is null)", name=op.f("trials_ended")),
    sa.CheckConstraint("until > started_at and until <= started_at + interval '90 days'", name=op.f("trials_dates")),
    sa.CheckConstraint("cardinality(scopes) + cardinality(sets) > 0", name=op.f("trials_not_empty")),
    sa.CheckConstraint("reach in ('everywhere', 'jurisdiction', 'self')", name=op.f("trials_reach")),
    sa.ForeignKeyConstraint(["grant_id"], ["grants.grant_id"], name=op.f("trials_grant_id_fkey")),
    sa.PrimaryKeyConstraint("trial", name=op.f("trials_pkey")),
    comment="Narrower grants on trial: nothing is refused, and the ledger notes what would have been."
    )
    op.create_index(op.f("trials_grant_id"), "trials", ["grant_id"], unique=False)
    op.execute("create or replace trigger bump_policy after insert or update or delete or truncate on trials for each statement execute function bump_policy('rules')")
